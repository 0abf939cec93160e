"""Lines out of a finished result, on the record, without downloading all of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from exports.domain.audit import audit_once
from exports.domain.downloads import download_authorise, download_begin, stored_open
from exports.domain.errors import Conflict, PastTheEnd
from exports.engine.index import Index
from exports.engine.lines import LinesBroken, line_after, lines_from
from exports.engine.manifest import MANIFEST
from exports.engine.request import Compression
from exports.models import ExportFile, Format, Scope, State
from exports.stores.begun import Begun
from exports.stores.errors import Tampered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.domain.access import Caller
    from exports.models import Export

Kind = ExportFile.Kind

# What stands around the text, by the word of the request.
_AROUND = {"gzip": Compression.GZIP, "zstd": Compression.ZSTD}


@dataclass(frozen=True, slots=True)
class Rows:
    """Some lines of a result.

    :ivar text: those that were asked for, in chunks. :ivar first: the number of the first one.
    :ivar total_lines: all that the result has. :ivar total_bytes: of its text, uncompressed.
    """

    text: Iterator[bytes]
    first: int
    total_lines: int
    total_bytes: int


def rows_read(
    caller: Caller, uid: str, *, limit: int, line: int = 0, offset: int | None = None
) -> Rows:
    """At most ``limit`` lines of a finished JSONL export.

    It is an event: one per person, collection and hour.

    :param line: the first one, counted from 0.
    :param offset: take instead the first that begins at this byte of the text, or after it.
    :raises NotFound, Gone, Forbidden: as for a download.
    :raises Conflict: it is not finished, or no file of lines.
    :raises PastTheEnd: it has not that many; the start may be asked of an empty one too.
    :raises Tampered: the file, or its index, is not as it was written.
    """
    export = _finished(caller, uid)
    data = _file(caller, export, Kind.DATA)
    if data is None or export.format != Format.JSONL:
        raise Conflict(
            "Only of a result in the format 'jsonl' that is not in an archive can single rows be "
            "read. Download this one."
        )
    index = _index(export)
    start, size = (line, index.lines) if offset is None else (offset, index.bytes)
    if start and start >= size:
        raise PastTheEnd(index.lines, index.bytes)
    around = _AROUND.get(export.compression)
    open_file = partial(stored_open, data.key)
    try:
        if offset is not None:
            line = line_after(index, open_file, around, offset=offset)
        # No status is sent for what cannot be read.
        begun = Begun(lines_from(index, open_file, around, line=line, limit=limit))
    except LinesBroken as error:
        raise Tampered(data.key) from error
    _record(caller, export)
    return Rows(begun, line, index.lines, index.bytes)


def errors_read(caller: Caller, uid: str) -> Iterator[bytes]:
    """All that was noticed in the run, as JSON Lines in chunks; it is a download of that file.

    :raises NotFound, Gone, Forbidden: as for a download.
    :raises Conflict: it is not finished, or the file is inside an archive.
    """
    export = _finished(caller, uid)
    file = _file(caller, export, Kind.ERRORS)
    if file is None:
        if export.notices:
            raise Conflict("They are in errors.jsonl inside the archive. Download that.")
        return iter(())
    text = stored_open(file.key)
    download_begin(caller, file)
    return text


def _finished(caller: Caller, uid: str) -> Export:
    export = caller.export(uid)
    caller.require(Scope.DOWNLOADS_READ)
    if export.state not in (State.READY, State.EXPIRED):
        raise Conflict(f"This export has no result: it is {export.get_state_display().lower()}.")
    return export


def _file(caller: Caller, export: Export, kind: str) -> ExportFile | None:
    """The file of a kind, if there is one; what it says may be read in any case."""
    names = dict(export.files.values_list("kind", "name"))
    # The manifest is always there, and who may have it may have everything.
    found = download_authorise(caller, export.uid, names.get(kind, MANIFEST))
    return found if found.kind == kind else None


def _index(export: Export) -> Index:
    file = export.files.get(kind=Kind.INDEX)
    data = b"".join(stored_open(file.key))
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise Tampered(file.key)
    return Index.from_bytes(data)


def _record(caller: Caller, export: Export) -> None:
    read = {export.collection.uid, *export.frozen.get("collections", [])}
    for each in caller.namespace.collections.filter(uid__in=read):
        audit_once(caller.namespace, "rows.read", actor=caller.actor, about=each, export=export.uid)
