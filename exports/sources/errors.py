"""What can be wrong with a source, in words for the person who registers it."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WORDS = {"parquet": "Parquet", "jsonl": "JSONL", "csv": "CSV"}


def _instead(others: Sequence[str]) -> str:
    return f" It could be {' or '.join(repr(each) for each in others)}." if others else ""


class SourceError(Exception):
    """A source cannot be used; the text says why, and ``code`` names the reason for programs."""

    code = "source_invalid"


class LocationOutside(SourceError):
    """A location leads out of the folders that the operator allowed."""

    code = "location_outside"

    def __init__(self, location: str) -> None:
        super().__init__(
            f"{location!r} lies outside the folders that this service may read. "
            "Move the file into one of them, or ask the operator to allow its folder."
        )


class LocationMissing(SourceError):
    """There is nothing to read at a location."""

    def __init__(self, location: str) -> None:
        super().__init__(f"There is no file or folder {location!r}.")


class LocationRefused(SourceError):
    """A location has a name that cannot be told apart from a pattern, or is no ordinary file."""

    def __init__(self, location: str, reason: str) -> None:
        super().__init__(f"{location!r} cannot be read: {reason}")


class SourceEmpty(SourceError):
    """A folder holds no file that can be read."""

    def __init__(self, location: str, endings: Iterable[str]) -> None:
        super().__init__(f"There is no file in {location!r} that ends in {', '.join(endings)}.")


class KindUnknown(SourceError):
    """The name of a file does not tell what it holds."""

    def __init__(self, location: str, endings: Iterable[str]) -> None:
        super().__init__(f"{location!r} cannot be read: its name must end in {', '.join(endings)}.")


class KindsMixed(SourceError):
    """The files of one collection are of several kinds."""

    def __init__(self, first: str, kind: str, other: str, other_kind: str) -> None:
        super().__init__(
            f"All files of a collection must be of one kind, but {first!r} is {WORDS[kind]} and "
            f"{other!r} is {WORDS[other_kind]}."
        )


class SourceUnreadable(SourceError):
    """A file is empty, cut short, or not of its kind."""

    def __init__(self, file: str, kind: str = "parquet") -> None:
        super().__init__(
            f"{file!r} cannot be read as {WORDS[kind]}: it is empty, cut short or damaged."
        )


class FileDamaged(SourceError):
    """A text file holds what does not belong there; the text names the place, and no value.

    :ivar line: where, from 1; None when that is not known.
    """

    def __init__(self, file: str, line: int | None, reason: str) -> None:
        at = f"{PurePath(file).name}" if line is None else f"{PurePath(file).name}, line {line:,}"
        super().__init__(f"{at}: {reason}")
        self.file = file
        self.line = line


class SourceMoved(SourceError):
    """A file was written while it was looked at."""

    def __init__(self) -> None:
        super().__init__("The files were changed while they were read. Try again.")


class SourceTooLarge(SourceError):
    """Looking at all documents takes more memory than there is for it."""

    def __init__(self, memory: int) -> None:
        super().__init__(
            f"Its documents cannot be looked at in {memory // 1_000_000:,} MB of memory: "
            "they are too large, or have too many properties."
        )


class VectorRefused(SourceError):
    """A property that is marked as a vector does not hold vectors."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path!r} is no vector: {reason}")
        self.path = path


class SchemasDiffer(SourceError):
    """A file has other properties than the first one."""

    def __init__(self, file: str, first: str, difference: str) -> None:
        super().__init__(f"{file!r} does not have the same properties as {first!r}: {difference}")


class PropertyRefused(SourceError):
    """A property has a name or a type that no export could write faithfully."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"The property {path!r} cannot be used: {reason}")
        self.path = path
        self.reason = reason


class KeyRefused(SourceError):
    """The key is not there, or is of a type that cannot name a document."""

    code = "key_invalid"

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key!r} cannot be the key: {reason}")


class KeyMissing(SourceError):
    """No key was named, and no property could be one."""

    code = "key_invalid"

    def __init__(self) -> None:
        super().__init__(
            "No property can be the key: none is there in every document and different in all. "
            "Add one that is, such as a number of the line."
        )


class KeyNull(SourceError):
    """Some documents have no key."""

    code = "key_invalid"

    def __init__(self, key: str, count: int, others: Sequence[str] = ()) -> None:
        some = "1 document has" if count == 1 else f"{count:,} documents have"
        super().__init__(f"{key!r} cannot be the key: {some} none.{_instead(others)}")


class KeyRepeated(SourceError):
    """Two documents have the same key."""

    code = "key_invalid"

    def __init__(self, key: str, value: object, count: int, others: Sequence[str] = ()) -> None:
        super().__init__(
            f"{key!r} cannot be the key: {count:,} documents have {str(value)[:100]!r}."
            f"{_instead(others)}"
        )


class SourceAway(SourceError):
    """The machine on which a source lies does not answer, or refuses us."""

    def __init__(self) -> None:
        super().__init__("S3 does not answer, or refuses us. The operator's log has more.")


class NoRoom(SourceError):
    """The files of a source on another machine do not fit into the scratch folder."""

    def __init__(self, needed: int, free: int) -> None:
        super().__init__(
            f"Its files take {needed / 1e6:,.1f} MB, but the scratch folder has only "
            f"{free / 1e6:,.1f} MB left."
        )


class SourceMissing(SourceError):
    """A file of a registered source is gone, or a link has taken its place."""

    def __init__(self, file: str) -> None:
        super().__init__(f"{file!r} is no longer there.")
