"""Reads the sources of collections that lie in S3."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from exports.sources.errors import SourceAway, SourceMissing, SourceMoved
from exports.sources.remote import SCHEME, ObjectListed, ObjectState
from exports.stores.errors import KeyMissing, ObjectChanged, StoreFull, StoreUnavailable
from exports.stores.s3bucket import Bucket
from exports.stores.s3client import connect
from exports.stores.s3download import Download

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_s3.client import S3Client

    Connected = Callable[[str, str], S3Client]

logger = logging.getLogger(__name__)


@cache
def _client(endpoint: str, region: str) -> S3Client:
    return connect(endpoint, region)


@cache
def _brief(endpoint: str, region: str) -> S3Client:
    """For somebody who waits for a page."""
    return connect(endpoint, region, attempts=1, patience=5)


@dataclass(frozen=True, slots=True)
class S3Objects:
    """Objects on one server, as :class:`exports.sources.remote.Remote` has it.

    :ivar endpoint: the server's address; empty for Amazon's own.
    :ivar region: empty for what boto3 finds.
    :ivar roots: what the operator allows, each ``s3://bucket/`` or ``s3://bucket/prefix/``.
    """

    endpoint: str
    region: str
    roots: tuple[str, ...]

    def allows(self, path: str) -> bool:
        return path.startswith(self.roots)

    def state(self, path: str) -> ObjectState:
        with _told(path):
            bucket, key = self._taken_apart(path)
            found = bucket.head(key)
        return ObjectState(path, found.etag, found.size)

    def members(self, folder: str) -> list[str]:
        listed = self._listed(folder, _client)
        return [each.path for each in listed if not each.is_folder]

    def look(self, folder: str) -> Iterator[ObjectListed]:
        return self._listed(folder, _brief)

    def read(self, path: str, etag: str = "") -> Iterator[bytes]:
        with _told(path):
            bucket, key = self._taken_apart(path)
            yield from Download(bucket, key, etag=etag)

    def _listed(self, folder: str, connected: Connected) -> Iterator[ObjectListed]:
        with _told(folder):
            bucket, below = self._taken_apart(folder, connected)
            for key, size, changed_at in bucket.look(below):
                if key != below:
                    yield ObjectListed(f"{SCHEME}{bucket.name}/{key}", size, changed_at)

    def _taken_apart(self, path: str, connected: Connected = _client) -> tuple[Bucket, str]:
        name, _, key = path.removeprefix(SCHEME).partition("/")
        return Bucket(connected(self.endpoint, self.region), name), key


@contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except KeyMissing as error:
        raise SourceMissing(path) from error
    except ObjectChanged as error:
        raise SourceMoved from error
    except (StoreUnavailable, StoreFull) as error:
        logger.warning("%s cannot be read: %s", path, error)
        raise SourceAway from error
