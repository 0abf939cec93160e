"""The S3 server that the settings name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from exports.stores.s3 import S3Store
from exports.stores.s3bucket import Bucket
from exports.stores.s3client import connect

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

CLIENT = "client"


@cache
def s3_client() -> S3Client:
    """A connection by the address that this machine knows."""
    return connect(settings.S3_ENDPOINT, settings.S3_REGION)


@cache
def s3_store() -> S3Store:
    """Where results lie; it gives links, unless what lies there can be read by us only."""
    prefix = f"{settings.S3_PREFIX}/" if settings.S3_PREFIX else ""
    return S3Store(
        Bucket(s3_client(), settings.S3_BUCKET, prefix, _encryption(), settings.S3_SUMS),
        signer=None if settings.S3_ENCRYPTION == CLIENT else _public_client(),
    )


def _public_client() -> S3Client:
    if settings.S3_PUBLIC_ENDPOINT == settings.S3_ENDPOINT:
        return s3_client()
    return connect(settings.S3_PUBLIC_ENDPOINT, settings.S3_REGION)


def _encryption() -> dict[str, Any]:
    """What the server is told about it, in boto3's own words."""
    if settings.S3_ENCRYPTION == "AES256":
        return {"ServerSideEncryption": "AES256"}
    if settings.S3_ENCRYPTION == "KMS":
        key = {"SSEKMSKeyId": settings.S3_KMS_KEY} if settings.S3_KMS_KEY else {}
        return {"ServerSideEncryption": "aws:kms", **key}
    return {}
