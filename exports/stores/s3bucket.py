"""One bucket, below a prefix: each method is one call, or one listing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from exports.stores.s3client import code_of, explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, GetObjectOutputTypeDef

TOKEN = "waybill-writer"  # noqa: S105  which writer made an object, so that it knows its own


@dataclass(frozen=True, slots=True)
class Head:
    """An object: its size in bytes, its state, and the token of its writer."""

    size: int
    etag: str
    token: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket as it is called through a client.

    Every method raises ``StoreUnavailable`` when the server cannot be reached or refuses us.

    :ivar prefix: what stands before every key; empty, or ending in ``/``.
    :ivar encryption: what to tell the server about encrypting, in boto3's own words.
    :ivar sums: whether the server is told the sha256 of what it is sent.
    """

    client: S3Client
    name: str
    prefix: str = ""
    encryption: Mapping[str, Any] = field(default_factory=dict)
    sums: bool = True

    def head(self, key: str) -> Head:
        """What is known of an object without its bytes.

        :raises KeyMissing: there is no such object.
        """
        with explained(self._told(key)):
            found = self.client.head_object(**self._at(key))
            return Head(found["ContentLength"], found["ETag"], found["Metadata"].get(TOKEN, ""))

    def get(self, key: str, **conditions: str) -> GetObjectOutputTypeDef:
        """The object, whose body is yet to be read.

        :raises KeyMissing: there is no such object.
        """
        with explained(self._told(key)):
            return self.client.get_object(**self._at(key), **conditions)  # type: ignore[arg-type]

    def put(self, key: str, data: bytes | bytearray, token: str, sha256: str) -> None:
        """Store a small object.

        :raises KeyTaken: there is one already, and the server can tell.
        """
        self._unless_taken(
            self.client.put_object, key, **self._marked(token), **self._body(data, sha256)
        )

    def replace(self, key: str, data: bytes, sha256: str) -> None:
        """Store a small object in the place of whatever is there."""
        with explained(self._told(key)):
            self.client.put_object(**self._at(key), **self.encryption, **self._body(data, sha256))

    def delete(self, key: str) -> None:
        """Remove an object; none is fine too."""
        with explained(self._told(key)):
            self.client.delete_object(**self._at(key))

    def keys(self, below: str) -> Iterator[str]:
        """The keys that begin so, in code-point order."""
        pages = self.client.get_paginator("list_objects_v2")
        with explained(self._told(below)):
            for page in pages.paginate(Bucket=self.name, Prefix=self.prefix + below):
                yield from (each["Key"][len(self.prefix) :] for each in page.get("Contents", ()))

    def look(self, below: str) -> Iterator[tuple[str, int, datetime | None]]:
        """Key, size and last change of what lies directly below; of a prefix, which ends in ``/``,
        the size is 0.
        """
        pages = self.client.get_paginator("list_objects_v2")
        prefix, cut = self.prefix + below, len(self.prefix)
        with explained(self._told(below)):
            for page in pages.paginate(Bucket=self.name, Prefix=prefix, Delimiter="/"):
                for inner in page.get("CommonPrefixes", ()):
                    yield inner["Prefix"][cut:], 0, None
                for each in page.get("Contents", ()):
                    yield each["Key"][cut:], each["Size"], each["LastModified"]

    def begin(self, key: str, token: str) -> str:
        """Begin an upload in parts; gives its id."""
        sums: Any = {"ChecksumAlgorithm": "SHA256"} if self.sums else {}
        with explained(self._told(key)):
            begun = self.client.create_multipart_upload(
                **self._at(key), **self._marked(token), **sums
            )
            return begun["UploadId"]

    def send(
        self, key: str, upload: str, number: int, data: bytes | bytearray, sha256: str
    ) -> CompletedPartTypeDef:
        """Send one part; numbers begin at 1."""
        with explained(self._told(key)):
            sent = self.client.upload_part(
                **self._at(key),
                UploadId=upload,
                PartNumber=number,
                **self._body(data, sha256),
            )
        part: CompletedPartTypeDef = {"PartNumber": number, "ETag": sent["ETag"]}
        if self.sums:
            part["ChecksumSHA256"] = sha256
        return part

    def complete(self, key: str, upload: str, parts: Sequence[CompletedPartTypeDef]) -> None:
        """Make one object of the parts.

        :raises KeyTaken: there is one already, and the server can tell.
        """
        self._unless_taken(
            self.client.complete_multipart_upload,
            key,
            UploadId=upload,
            MultipartUpload={"Parts": parts},
        )

    def uploads(self, below: str) -> list[tuple[str, str]]:
        """Key and id of each unfinished upload whose key begins so."""
        pages = self.client.get_paginator("list_multipart_uploads")
        with explained(self._told(below)):
            return [
                (each["Key"][len(self.prefix) :], each["UploadId"])
                for page in pages.paginate(Bucket=self.name, Prefix=self.prefix + below)
                for each in page.get("Uploads", ())
            ]

    def forget(self, key: str) -> None:
        """Abort every unfinished upload of a key; none is fine too."""
        for each, upload in self.uploads(key):
            if each == key:
                self._abort(key, upload)

    def _abort(self, key: str, upload: str) -> None:
        with explained(self._told(key)):
            try:
                self.client.abort_multipart_upload(**self._at(key), UploadId=upload)
            except ClientError as error:
                if code_of(error) != "NoSuchUpload":
                    raise

    def _unless_taken(self, call: Callable[..., Any], key: str, **fields: Any) -> None:
        with explained(self._told(key)):
            try:
                call(**self._at(key), IfNoneMatch="*", **fields)
            except ClientError as error:
                if code_of(error) != "NotImplemented":
                    raise
                # Not every server knows the condition; no two attempts share a key anyway.
                call(**self._at(key), **fields)

    def _at(self, key: str) -> Any:
        return {"Bucket": self.name, "Key": self.prefix + key}

    def _marked(self, token: str) -> Any:
        return {"Metadata": {TOKEN: token}, **self.encryption}

    def _body(self, data: bytes | bytearray, sha256: str) -> Any:
        return {"Body": data, "ChecksumSHA256": sha256} if self.sums else {"Body": data}

    def _told(self, key: str) -> str:
        return f"{self.name}/{self.prefix}{key}"
