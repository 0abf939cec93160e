"""What can be wrong with a source, in words for the person who registers it."""

from __future__ import annotations


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
    """The locations hold no Parquet file."""

    def __init__(self, location: str) -> None:
        super().__init__(f"There is no file that ends in .parquet in {location!r}.")


class SourceUnreadable(SourceError):
    """A file is empty, cut short, or no Parquet."""

    def __init__(self, file: str) -> None:
        super().__init__(f"{file!r} cannot be read as Parquet: it is empty, cut short or damaged.")


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


class KeyNull(SourceError):
    """Some documents have no key."""

    code = "key_invalid"

    def __init__(self, key: str, count: int) -> None:
        some = "1 document has" if count == 1 else f"{count:,} documents have"
        super().__init__(f"{key!r} cannot be the key: {some} none.")


class KeyRepeated(SourceError):
    """Two documents have the same key."""

    code = "key_invalid"

    def __init__(self, key: str, value: object, count: int) -> None:
        super().__init__(
            f"{key!r} cannot be the key: {count:,} documents have {str(value)[:100]!r}."
        )


class SourceMissing(SourceError):
    """A file of a registered source is gone, or a link has taken its place."""

    def __init__(self, file: str) -> None:
        super().__init__(f"{file!r} is no longer there.")
