"""A file on its way into S3: one call when it is small, an upload in parts when it is not."""

from __future__ import annotations

import base64
import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from exports.stores.errors import KeyMissing, KeyTaken, ObjectChanged, StoreFull, StoreUnavailable
from exports.stores.s3download import Download

if TYPE_CHECKING:
    from concurrent.futures import Future

    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

    from exports.stores.s3bucket import Bucket

PART_SIZE = 16 << 20  # bytes, of the first parts
DOUBLES = 2_000  # parts, after which they are twice as large
PARTS = 10_000  # no S3 server takes more


class S3Writer:
    """A file on its way into an S3 store; there, and the same when read back, once it is closed.

    A part is summed and sent while the next one is collected, so that two are held in memory.

    :param part_size: bytes of the first parts; the whole may be 62,000 times as large.
    """

    def __init__(self, bucket: Bucket, key: str, *, part_size: int = PART_SIZE) -> None:
        self._bucket = bucket
        self._key = key
        self._size = part_size
        # A reply that was lost on the way: by this we know what we did from what others did.
        self._token = secrets.token_hex(16)
        self._sum = hashlib.sha256()
        self._bytes = 0
        self._part = bytearray()
        self._upload = ""
        self._parts: list[CompletedPartTypeDef] = []
        self._sender = ThreadPoolExecutor(1, thread_name_prefix="s3-upload")
        self._sending: Future[None] | None = None
        self._open = True
        self._whole = False

    def write(self, data: memoryview | bytes) -> None:
        """Add bytes at the end.

        :raises StoreUnavailable: S3 did not take an earlier part.
        :raises StoreFull: there is no room left, or the file is larger than S3 takes.
        """
        if not self._open:
            raise ValueError("the writer is closed")
        rest = memoryview(data)
        while rest:
            taken = rest[: self._size - len(self._part)]
            self._part += taken
            rest = rest[len(taken) :]
            if len(self._part) == self._size:
                self._send()

    def close(self) -> None:
        """Put the file in its place, and compare what is there with what was written.

        :raises KeyTaken: there is one already.
        :raises StoreUnavailable: S3 did not take it, or keeps something else.
        :raises StoreFull: there is no room left.
        """
        if not self._open:
            return
        self._open = False
        if self._sending is None:
            self._put()
        else:
            if self._part:
                self._send()
            self._complete()
        self._sender.shutdown()
        self._compare()
        self._whole = True

    def abort(self) -> None:
        """Leave nothing behind.

        :raises StoreUnavailable: S3 cannot be reached, so that something may be left.
        """
        if self._whole:
            return
        closing, self._open = not self._open, False
        self._sender.shutdown()
        self._part.clear()
        if self._sending is not None:
            self._bucket.forget(self._key)
        if closing and self._is_ours():
            self._bucket.delete(self._key)

    def _send(self) -> None:
        """Hand the part over, once the one before it was taken."""
        self._wait()
        number = len(self._parts) + 1
        if number > PARTS:
            raise StoreFull(f"{self._key} would be larger than S3 takes in {PARTS} parts.")
        part, self._part = self._part, bytearray()
        self._sending = self._sender.submit(self._transfer, number, part)
        self._size *= 2 if number % DOUBLES == 0 else 1

    def _wait(self) -> None:
        if self._sending is not None:
            self._sending.result()

    def _transfer(self, number: int, part: bytearray) -> None:
        """In the sender's thread."""
        self._count(part)
        if not self._upload:
            self._upload = self._bucket.begin(self._key, self._token)
        self._parts.append(
            self._bucket.send(self._key, self._upload, number, part, sha256_told(part))
        )

    def _put(self) -> None:
        self._count(self._part)
        try:
            self._bucket.put(self._key, self._part, self._token, sha256_told(self._part))
        except (KeyTaken, StoreUnavailable):
            if not self._is_ours():  # done all the same: only the answer was lost
                raise

    def _complete(self) -> None:
        self._wait()
        try:
            self._bucket.complete(self._key, self._upload, self._parts)
        except (KeyTaken, StoreUnavailable):
            if not self._is_ours():  # done all the same: only the answer was lost
                raise
        # The reply to a beginning that was lost left a second upload.
        self._bucket.forget(self._key)

    def _is_ours(self) -> bool:
        try:
            return self._bucket.head(self._key).token == self._token
        except KeyMissing:
            return False

    def _count(self, part: bytearray) -> None:
        self._sum.update(part)
        self._bytes += len(part)

    def _compare(self) -> None:
        try:
            size = self._bucket.head(self._key).size
            kept = hashlib.sha256()
            for chunk in Download(self._bucket, self._key):
                kept.update(chunk)
        except (KeyMissing, ObjectChanged) as error:
            raise StoreUnavailable(f"S3 did not keep {self._key}.") from error
        if size != self._bytes or kept.digest() != self._sum.digest():
            raise StoreUnavailable(f"S3 keeps something else than was written as {self._key}.")


def sha256_told(part: bytes | bytearray) -> str:
    """The sum of a part as S3 has it told."""
    return base64.b64encode(hashlib.sha256(part).digest()).decode()
