"""A connection to an S3 server, and what its errors mean here."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING
from weakref import WeakSet

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from exports.stores.errors import (
    KeyMissing,
    KeyTaken,
    RangeBeyond,
    StoreFull,
    StoreUnavailable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3.client import S3Client

ATTEMPTS = 6
CONNECT = 5  # seconds
READ = 60  # seconds without a byte

MISSING = {
    *("404", "NoSuchKey", "NotFound"),
    *("KeyTooLongError", "XMinioInvalidObjectName"),  # nothing can be called so
}
TAKEN = {"412", "PreconditionFailed"}
BEYOND = {"416", "InvalidRange"}
FULL = {"507", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"}
REFUSED = {
    *("401", "403", "AccessDenied", "ExpiredToken", "InvalidAccessKeyId", "InvalidToken"),
    "SignatureDoesNotMatch",
}
# What a reply that lost its sense on the way brings about; its words are no better than that.
BROKEN = (BotoCoreError, HTTPError, ResponseParserError, LookupError, OSError, ValueError)


def connect(
    endpoint: str, region: str, *, attempts: int = ATTEMPTS, patience: int = READ
) -> S3Client:
    """A client whose credentials come from boto3's own chain: environment, profile, machine role.

    :param endpoint: the server's address; empty for Amazon's own.
    :param region: empty for what that chain says.
    :param attempts: how often a call that fails is tried in all, with pauses that double.
    :param patience: seconds without a byte after which a call has failed.
    :raises StoreUnavailable: one of these cannot be right.
    """
    with explained(endpoint):
        client = _connected(endpoint, region, attempts, patience)
    _made.add(client)
    return client


def _connected(endpoint: str, region: str, attempts: int, patience: int) -> S3Client:
    client: S3Client = Session().client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region or None,
        config=Config(
            # By itself it comes out as version 2, which Amazon has retired, when links are signed.
            signature_version="s3v4",
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=CONNECT,
            read_timeout=patience,
            # We send sums of our own, and compare what we read: not every server knows boto3's.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
    return client


def _disconnect() -> None:
    """A child would read from its parent's connections what was answered to the other."""
    for client in _made:
        client.close()


_made: WeakSet[S3Client] = WeakSet()
os.register_at_fork(after_in_child=_disconnect)


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Errors of boto3 become ours.

    :param what: the bucket, and the key where there is one; it goes to the operator's log only.
    :raises KeyMissing: there is no such object.
    :raises KeyTaken: there is one already, or it is not in the state that was named.
    :raises RangeBeyond: the range that was asked for begins behind its end.
    :raises StoreFull: there is no room left.
    :raises StoreUnavailable: anything else.
    """
    try:
        yield
    except ClientError as error:
        raise _ours(error, what) from error
    except NoCredentialsError as error:
        text = "There are no credentials for S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        raise StoreUnavailable(text) from error
    except (StoreUnavailable, StoreFull):
        raise
    except BROKEN as error:
        raise StoreUnavailable(f"S3 does not answer as it should ({what}): {error}") from error


def code_of(error: ClientError) -> str:
    """S3's own word for what went wrong, or the status where a reply has no body."""
    told: str = error.response.get("Error", {}).get("Code", "")
    return told


def _ours(error: ClientError, what: str) -> Exception:
    code = code_of(error)
    if code in MISSING:
        return KeyMissing(what)
    if code in TAKEN:
        return KeyTaken(what)
    if code in BEYOND:
        return RangeBeyond(what)
    if code in FULL:
        return StoreFull(f"S3 has no room left ({what}): {code}.")
    if code == "NoSuchBucket":
        return StoreUnavailable(f"There is no such bucket ({what}): make it, or set S3_BUCKET.")
    if code in REFUSED:
        return StoreUnavailable(
            f"S3 refuses our credentials, or they may not do this ({what}): {code}."
        )
    return StoreUnavailable(f"S3 answered {code} ({what}).")
