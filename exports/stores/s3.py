"""Results in a bucket of S3, or of any server that speaks its protocol."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import merge
from typing import TYPE_CHECKING
from urllib.parse import quote

from exports.stores.errors import KeyMissing, KeyTaken, StoreUnavailable
from exports.stores.naming import PART, names_of
from exports.stores.s3client import explained
from exports.stores.s3download import Download
from exports.stores.s3upload import PART_SIZE, S3Writer, sha256_told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3.client import S3Client

    from exports.stores.s3bucket import Bucket

HOUR = 3600  # seconds


@dataclass(frozen=True, slots=True)
class S3Store:
    """Objects below the prefix of a bucket.

    A file is invisible until it is whole. What a crash leaves is an unfinished upload;
    :meth:`list` shows it as ``….part``, so that it can be deleted. Two who write under one key at
    once are not told so before they close.

    :ivar signer: the client whose endpoint stands in links; None: no links are given.
    :ivar part_size: see :class:`S3Writer`.
    """

    bucket: Bucket
    signer: S3Client | None = None
    part_size: int = PART_SIZE

    def create(self, key: str) -> S3Writer:
        """Begin a file; it is there when the writer was closed.

        :raises KeyTaken: there is one already.
        """
        try:
            self.size(key)
        except KeyMissing:
            return S3Writer(self.bucket, key, part_size=self.part_size)
        raise KeyTaken(key)

    def open(self, key: str, start: int = 0, end: int | None = None) -> Download:
        """The bytes of a file from ``start`` up to, not including, ``end``, in chunks of 1 MiB.

        :raises KeyMissing: there is none.
        """
        names_of(key)
        return Download(self.bucket, key, start, end)

    def size(self, key: str) -> int:
        """The size of a file in bytes.

        :raises KeyMissing: there is none.
        """
        names_of(key)
        return self.bucket.head(key).size

    def replace(self, key: str, data: bytes) -> None:
        """Put a small file in the place of whatever is there, whole or not at all."""
        names_of(key)
        self.bucket.replace(key, data, sha256_told(data))
        if b"".join(self.open(key)) != data:
            raise StoreUnavailable(f"S3 keeps something else than was written as {key}.")

    def delete(self, key: str) -> None:
        """Remove a file, and what is left of one that was never closed; none is fine too."""
        names_of(key)
        self.bucket.delete(key)
        self.bucket.forget(key.removesuffix(PART))

    def list(self, prefix: str = "") -> Iterator[str]:
        """The keys of all files below a prefix, in order; ``.part`` of those never closed."""
        below = f"{prefix.rstrip('/')}/" if prefix else ""
        unclosed = sorted({f"{key}{PART}" for key, _ in self.bucket.uploads(below)})
        yield from merge(self.bucket.keys(below), unclosed)

    def free_bytes(self) -> None:
        """None: S3 does not tell."""

    def link(self, key: str, seconds: int, *, name: str, content_type: str) -> str | None:
        """An address at which anyone who has it can fetch the file from S3, without us.

        :param seconds: how long it works; an hour at most, and no longer than the credentials
            that it is signed with.
        :param name: what the file is called where it is saved.
        """
        names_of(key)
        if self.signer is None:
            return None
        wanted = {
            "Bucket": self.bucket.name,
            "Key": self.bucket.prefix + key,
            "ResponseContentDisposition": _disposition(name),
            "ResponseContentType": content_type,
            "ResponseCacheControl": "no-store",
        }
        with explained(self.bucket.name):
            return self.signer.generate_presigned_url(
                "get_object", Params=wanted, ExpiresIn=min(seconds, HOUR)
            )


def _disposition(name: str) -> str:
    if name.isascii() and name.isprintable() and not set('"\\') & set(name):
        return f'attachment; filename="{name}"'
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
