"""Takes in the files of a collection: reads what they hold, and says what it becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from exports.domain.errors import FieldError, InvalidRequest
from exports.domain.marks import (
    access_carry,
    access_check,
    access_listed,
    marks_apply,
    marks_carry,
)
from exports.domain.sources import (
    is_allowed,
    remote_sources,
    scratch_folder,
    uploaded_refuse,
)
from exports.query.schema import Role, Schema
from exports.sources.errors import SourceError, VectorRefused
from exports.sources.fetch import fetched
from exports.sources.register import Registered, register
from exports.sources.remote import is_remote
from exports.sources.snapshot import snapshot
from exports.sources.vectors import measure_vectors, vector_paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exports.domain.marks import Access, Marks
    from exports.models import Collection, Namespace
    from exports.sources.source import Source


@dataclass(frozen=True, slots=True)
class Taken:
    """What the files of a collection hold.

    :ivar lost: the marks, and paths of the access rule, for which there is nothing any more.
    """

    source: Source
    schema: Schema
    documents: int
    access: Access
    lost: tuple[str, ...] = ()

    def fill(self, collection: Collection) -> None:
        """Write it into the record."""
        collection.source = self.source.to_json()
        collection.key = self.schema.key
        collection.schema_tree = self.schema.to_json()
        collection.schema_version = self.schema.version
        collection.documents = self.documents
        collection.access = access_listed(self.access)
        collection.marks_lost = list(self.lost)
        collection.statistics = None


def take_in(
    namespace: Namespace,
    locations: Sequence[str],
    roots: Sequence[Path],
    *,
    key: str,
    marks: Marks,
    access: Access,
    file_root: str,
) -> Taken:
    """Read the files, with everything that was said of them.

    :param key: empty: the first property that can be.
    :raises InvalidRequest: names the field that is wrong.
    """
    found = _read(locations, roots, key)
    schema = marks_apply(namespace, found.schema, marks)
    access_check(schema, access)
    schema = _measured(found.source, schema)
    source = replace(found.source, file_root=file_root_check(schema, file_root))
    return Taken(source, schema, found.documents, access)


def take_again(
    locations: Sequence[str], roots: Sequence[Path], *, before: Schema, access: Access, root: str
) -> Taken:
    """Read the files anew; of what was said of them stays what still fits.

    :param before: the schema with the marks, and the key.
    :raises InvalidRequest: the files cannot be read, or the key is none any more.
    """
    found = _read(locations, roots, before.key)
    schema, lost = marks_carry(before, found.schema)
    access, closed = access_carry(schema, access)
    while True:
        try:
            schema = _measured(found.source, schema)
            break
        except InvalidRequest as refusal:
            path = refusal.errors[0].path.removeprefix("marks.")
            if path == refusal.errors[0].path:
                raise
            schema = schema.mark(path, role=None, length=0)
            lost.append(path)
    source = replace(found.source, file_root=root)
    return Taken(source, schema, found.documents, access, (*lost, *closed))


def file_root_check(schema: Schema, wanted: str) -> str:
    """The real path of the folder of the files that documents name; empty when they name none.

    :raises InvalidRequest: it is missing, or not one that the operator allows.
    """
    named = [path for path in schema.paths() if schema.find(path)[-1].role is Role.FILE]
    if not wanted and named:
        message = f"Say in which folder the files lie that {named[0]!r} names."
        raise InvalidRequest(FieldError("file_root", message))
    if not wanted:
        return ""
    root = _folder(wanted)
    if root is None or not is_allowed(root):
        message = "There is no such folder inside the folders that the operator allows."
        raise InvalidRequest(FieldError("file_root", message))
    return root


def refusal_of(error: SourceError) -> InvalidRequest:
    """What a source's fault is about: its key, or its files."""
    path = "key" if error.code.startswith("key") else "locations"
    return InvalidRequest(FieldError(path, str(error)))


def _read(locations: Sequence[str], roots: Sequence[Path], key: str) -> Registered:
    try:
        with scratch_folder() as scratch:
            found = register(
                locations, key=key, roots=roots, scratch=scratch, remote=remote_sources()
            )
        if roots is settings.SOURCE_ROOTS:
            uploaded_refuse(found.source.files)
    except SourceError as error:
        raise refusal_of(error) from error
    return found


def _measured(source: Source, schema: Schema) -> Schema:
    if not vector_paths(schema):
        return schema
    remote = remote_sources()
    try:
        state = snapshot(source, remote)
        with (
            scratch_folder() as scratch,
            fetched(source, state, remote, scratch / "source") as near,
        ):
            return measure_vectors(near, schema, scratch=scratch)
    except VectorRefused as error:
        raise InvalidRequest(FieldError(f"marks.{error.path}", str(error))) from error
    except SourceError as error:
        raise InvalidRequest(FieldError("locations", str(error))) from error


def _folder(wanted: str) -> str | None:
    """The real path of a folder, if there is one; in S3 there are none, only names that end so."""
    if is_remote(wanted):
        return f"{wanted.rstrip('/')}/"
    try:
        found = (settings.SOURCE_ROOTS[0] / wanted).resolve()
        return str(found) if found.is_dir() else None
    except (OSError, RuntimeError, ValueError):
        return None
