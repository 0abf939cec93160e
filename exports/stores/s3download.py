"""The bytes of an object; a connection that breaks on the way is taken up again where it broke."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from exports.stores.errors import KeyTaken, ObjectChanged, RangeBeyond, StoreUnavailable
from exports.stores.s3client import explained

if TYPE_CHECKING:
    from botocore.response import StreamingBody

    from exports.stores.s3bucket import Bucket

CHUNK = 1 << 20  # bytes
TRIES = 5  # in a row, without a byte between them
PAUSE = 0.1  # seconds; doubles


class Download:
    """An object from ``start`` up to, not including, ``end``, in chunks of 1 MiB.

    All of it is of one object: one that was put in its place meanwhile is refused.

    :param etag: the state in which the object must be; empty: as it is.
    :raises KeyMissing: there is none.
    :raises ObjectChanged: it is not in that state, or not in that any more in which it was.
    :raises StoreUnavailable: the server cannot be reached, also after some tries.
    """

    def __init__(
        self, bucket: Bucket, key: str, start: int = 0, end: int | None = None, *, etag: str = ""
    ) -> None:
        self._bucket = bucket
        self._key = key
        self._at = start
        self._end = end
        self._etag = etag
        self._body: StreamingBody | None = self._opened()

    def __iter__(self) -> Download:
        return self

    def __next__(self) -> bytes:
        chunk = self._read()
        if not chunk:
            self.close()
            raise StopIteration
        self._at += len(chunk)
        return chunk

    def close(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def _read(self) -> bytes:
        for attempt in range(TRIES):
            try:
                with explained(self._key):
                    return self._body.read(CHUNK) if self._body else b""
            except StoreUnavailable:
                if attempt == TRIES - 1:
                    raise
            time.sleep(PAUSE * 2**attempt)
            self.close()
            self._body = self._opened()
        raise AssertionError("the last try returns or raises")

    def _opened(self) -> StreamingBody | None:
        """The body from where we are; None: nothing is left there."""
        if self._end is not None and self._at >= self._end:
            self._bucket.head(self._key)
            return None
        ranged = self._at > 0 or self._end is not None
        last = "" if self._end is None else self._end - 1
        wanted = {"Range": f"bytes={self._at}-{last}"} if ranged else {}
        matched = {"IfMatch": self._etag} if self._etag else {}
        try:
            found = self._bucket.get(self._key, **wanted, **matched)
        except KeyTaken as error:
            raise ObjectChanged(f"{self._key} was changed while it was read.") from error
        except RangeBeyond:
            return None
        if ranged and not found.get("ContentRange", "").startswith(f"bytes {self._at}-"):
            raise StoreUnavailable(f"S3 sent other bytes of {self._key} than were asked for.")
        self._etag = found["ETag"]
        return found["Body"]
