"""Everything in one zip, written as it comes: members go in, the zip goes to a writer."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import chain
from threading import Thread
from typing import TYPE_CHECKING, Any

from isal import isal_zlib
from stream_zip import NO_COMPRESSION_64, ZIP_64, stream_zip

from exports.engine.lane import Broken, Lane

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from stream_zip import MemberFile, Method

    from exports.engine.sink import Writer

SUMS = "SHA256SUMS"
CONTENT_TYPE = "application/zip"
CHUNK = 1 << 20  # bytes
AHEAD = 3  # loads that wait
LOAD = 256  # members at most: for small ones the threads' waiting would take most of the time
FASTEST = 1
WITHOUT_HEADER = -15  # zlib's way to say it
MODE = 0o100644
# What is compressed already: deflate would take time, and no bytes away.
COMPRESSED = re.compile(
    r".*\.(7z|avif|br|bz2|docx|flac|gif|gz|heic|jpe?g|m4a|mkv|mov|mp[34]|npz|ogg|parquet|png|pptx"
    r"|webm|webp|xlsx|xz|zip|zst)",
    re.IGNORECASE,
)
NAME = re.compile(r"(?!.*(^|/)\.{0,2}(/|$))[^\0-\x1f\x7f\\]{1,1000}")


@dataclass(frozen=True, slots=True)
class _Begin:
    """A member: its first bytes, and whether they are all of it."""

    name: str
    method: Method
    first: bytes
    whole: bool


_END = b""
_Item = _Begin | bytes  # what begins a member, or more of it


class Archive:
    """A zip on its way to a writer, made in a thread of its own; memory is a few chunks.

    Each member also costs some 500 bytes until the end, for the list that stands there. The last
    member is ``SHA256SUMS``, as ``sha256sum --check`` reads it. The same members in the same
    order, with the same time, make the same bytes.

    Either :meth:`finish` or :meth:`abort` must be called: they end the thread.

    :param writer: gets the zip; it is closed by ``finish``, aborted by ``abort``.
    :param time: when the members were last changed, as the zip has it; with a time zone.
    """

    def __init__(self, writer: Writer, *, time: datetime) -> None:
        self._writer = writer
        self._time = time
        self._loads: Lane[list[_Item]] = Lane(AHEAD)
        self._load: list[_Item] = []
        self._size = 0
        self._sums = bytearray()
        self._error: BaseException | None = None
        self._member: Member | None = None
        self._thread = Thread(target=self._work, name="archive")
        self._thread.start()

    def open(self, name: str) -> Member:
        """Begin a member; the one before must be closed.

        :param name: made by us: names joined by ``/``.
        """
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for a member")
        if self._member and self._member.open:
            raise ValueError("the member before is still open")
        self._member = Member(name, put=self._put, snap=self._loads.snap)
        return self._member

    def finish(self) -> None:
        """Write what stands at the end, and close the writer.

        :raises OSError: the writer failed; all other methods may say so before.
        :raises Broken: a member was aborted, and with it the archive.
        """
        if self._member and self._member.open:
            raise ValueError("a member is still open")
        self._send()
        self._loads.finish()
        self._thread.join()
        if self._error:
            raise self._error
        self._writer.close()

    def abort(self) -> None:
        """Leave nothing behind."""
        self._loads.snap()
        self._thread.join()
        self._writer.abort()

    def _put(self, item: _Item) -> None:
        self._load.append(item)
        self._size += len(item.first if isinstance(item, _Begin) else item)
        if self._size >= CHUNK or len(self._load) >= LOAD:
            self._send()

    def _send(self) -> None:
        load, self._load, self._size = self._load, [], 0
        try:
            self._loads.put(load)
        except Broken:
            self._thread.join()  # it is about to end, and to say why
            raise self._error or Broken from None

    def _work(self) -> None:
        try:
            chunks = stream_zip(self._members(), chunk_size=CHUNK, get_compressobj=_deflate)
            for chunk in chunks:
                self._writer.write(chunk)
        except BaseException as error:  # noqa: BLE001 - it is raised where the members come from
            self._error = error
            self._loads.snap()

    def _members(self) -> Iterator[MemberFile]:
        items = chain.from_iterable(self._loads)
        for item in items:
            if isinstance(item, _Begin):
                yield item.name, self._time, MODE, item.method, self._chunks(item, items)
        yield SUMS, self._time, MODE, ZIP_64, [bytes(self._sums)]

    def _chunks(self, begin: _Begin, items: Iterator[_Item]) -> Iterator[bytes]:
        sum_ = hashlib.sha256(begin.first)
        yield begin.first
        if not begin.whole:
            for chunk in items:
                if isinstance(chunk, _Begin) or not chunk:
                    break
                sum_.update(chunk)
                yield chunk
        self._sums += f"{sum_.hexdigest()}  {begin.name}\n".encode()


class Member:
    """The writer of one member; a large one is written while it comes."""

    def __init__(
        self, name: str, *, put: Callable[[_Item], None], snap: Callable[[], None]
    ) -> None:
        self.open = True
        self._name = name
        self._put = put
        self._snap = snap
        self._first = b""
        self._begun = False

    def write(self, data: memoryview | bytes) -> None:
        """Add bytes at the end.

        :raises OSError: the writer of the archive failed.
        """
        if not self.open:
            raise ValueError("the member is closed")
        view = memoryview(data)
        for start in range(0, len(view), CHUNK):
            self._add(bytes(view[start : start + CHUNK]))

    def close(self) -> None:
        """End the member.

        :raises OSError: the writer of the archive failed.
        """
        if self.open:
            self._put(_END if self._begun else self._small())
            self.open = False

    def abort(self) -> None:
        """Break the archive: what is in a zip cannot be taken back."""
        self.open = False
        self._snap()

    def _add(self, chunk: bytes) -> None:
        if not self._first:
            self._first = chunk
            return
        if not self._begun:
            self._put(_Begin(self._name, ZIP_64, self._first, whole=False))
            self._begun = True
        self._put(chunk)

    def _small(self) -> _Begin:
        # Storing needs size and sum beforehand, or all of it would be held in memory.
        stored = COMPRESSED.fullmatch(self._name)
        size, sum_ = len(self._first), isal_zlib.crc32(self._first)
        method = NO_COMPRESSION_64(size, sum_) if stored else ZIP_64
        return _Begin(self._name, method, self._first, whole=True)


def _deflate() -> Any:  # stream-zip asks for zlib's own class, and isal has another
    return isal_zlib.compressobj(FASTEST, wbits=WITHOUT_HEADER)
