"""A look at the first rows of a finished result, on the record."""

from __future__ import annotations

import logging
from io import BufferedReader, RawIOBase
from time import monotonic
from typing import TYPE_CHECKING

from exports.domain.audit import audit_once
from exports.domain.clock import database_now
from exports.domain.downloads import download_authorise, stored_open
from exports.domain.errors import EXPIRED, Conflict, DomainError, Gone
from exports.engine.head import Head, HeadBroken, HeadTooLarge, head
from exports.engine.manifest import MANIFEST
from exports.engine.request import Compression, Format
from exports.models import ExportFile, Scope, State
from exports.stores.errors import StoreError

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.models import Export

logger = logging.getLogger(__name__)

Kind = ExportFile.Kind

SECONDS = 5.0
MOST = 64 << 20  # bytes of the file
AT_ONCE = 1 << 18
_AROUND = {"gzip": Compression.GZIP, "zstd": Compression.ZSTD}


class LookTooLarge(DomainError):
    """They cannot be had by reading a little of the file, or not in time."""

    status = 422
    code = "look_too_large"

    def __init__(self) -> None:
        super().__init__("The first rows are too large to be shown here. Download the file.")


class LookFailed(DomainError):
    """The store does not give out what was written."""

    status = 503
    code = "look_failed"

    def __init__(self) -> None:
        super().__init__("The file could not be read. The operator's log has more.")


def rows_first(caller: Caller, uid: str, *, limit: int = 10) -> Head:
    """The first rows of a finished export of any format, out of its file in the store.

    It is an event: one per person, export and hour.

    :param limit: at most so many rows.
    :raises NotFound, Gone, Forbidden: as for a download.
    :raises Conflict: it has no result.
    :raises LookTooLarge: they are too large, or reading them takes too long.
    :raises LookFailed: the store does not give out what was written.
    """
    export = caller.export(uid)
    caller.require(Scope.DOWNLOADS_READ)
    file = download_authorise(caller, uid, _data_name(export))
    if export.is_over(database_now()):
        raise Gone(EXPIRED)  # who has begun a download may go on with that alone
    zipped = file.kind == Kind.ARCHIVE
    stored = BufferedReader(_Stored(file), AT_ONCE)
    try:
        shown = head(
            stored,
            Format(export.format),
            around=_AROUND.get(export.compression) if export.format != Format.PARQUET else None,
            zipped=zipped,
            delimiter=export.csv.get("delimiter", ","),
            limit=limit,
        )
    except (HeadTooLarge, _Enough):
        raise LookTooLarge from None
    except (HeadBroken, StoreError) as error:
        logger.exception("%s: its first rows cannot be read", uid)
        raise LookFailed from error
    audit_once(caller.namespace, "rows.read", actor=caller.actor, about=export)
    return shown


def _data_name(export: Export) -> str:
    if export.state not in (State.READY, State.EXPIRED):
        raise Conflict(f"This export has no result: it is {export.get_state_display().lower()}.")
    names = dict(export.files.values_list("kind", "name"))
    return names.get(Kind.ARCHIVE) or names.get(Kind.DATA, MANIFEST)


class _Enough(Exception):
    """So much was read, or so long, as may be."""


class _Stored(RawIOBase):
    """A file of the store that can be sought, and gives no more than ``MOST`` bytes."""

    def __init__(self, file: ExportFile) -> None:
        self._key, self._size = file.key, file.bytes
        self._place, self._left = 0, MOST
        self._until = monotonic() + SECONDS

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = 0) -> int:
        self._place = max(0, place + (0, self._place, self._size)[whence])
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        end = min(self._place + len(buffer), self._size)
        wanted = max(0, end - self._place)
        self._left -= wanted
        if self._left < 0 or monotonic() > self._until:
            raise _Enough
        if not wanted:
            return 0
        data = b"".join(stored_open(self._key, self._place, end))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)
