"""An empty bucket for each test, on a moto that the tests of a process share."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from exports.stores.s3 import S3Store
from exports.stores.s3bucket import Bucket
from exports.stores.s3client import connect
from tests.s3 import servers
from tests.s3.proxy import proxied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_s3.client import S3Client

    from tests.s3.proxy import Proxy

PART_SIZE = 1 << 14  # bytes


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    with servers.moto() as address:
        yield address


@pytest.fixture
def client(moto: str) -> S3Client:
    return connected(f"http://{moto}", 1)


@pytest.fixture
def bucket_name(client: S3Client) -> str:
    name = f"bucket-{len(client.list_buckets()['Buckets']) + 1}"
    client.create_bucket(Bucket=name)
    return name


@pytest.fixture
def put(client: S3Client, bucket_name: str) -> Callable[[str, bytes], str]:
    def put(key: str, data: bytes) -> str:
        client.put_object(Bucket=bucket_name, Key=key, Body=data)
        return f"s3://{bucket_name}/{key}"

    return put


@pytest.fixture(scope="session")
def _proxy(moto: str) -> Iterator[Proxy]:
    with proxied(moto) as before:
        yield before


@pytest.fixture
def proxy(_proxy: Proxy) -> Proxy:
    _proxy.reset()
    return _proxy


@pytest.fixture
def make_store(proxy: Proxy, bucket_name: str) -> Callable[..., S3Store]:
    """A store on the bucket, through the proxy; each call is tried so often."""

    def make(attempts: int = 3, **fields: Any) -> S3Store:
        there = connected(proxy.url, attempts)
        bucket = Bucket(there, bucket_name, "results/", **fields)
        return S3Store(bucket, signer=there, part_size=PART_SIZE)

    return make


@pytest.fixture
def s3(make_store: Callable[..., S3Store]) -> S3Store:
    return make_store()


@cache
def connected(endpoint: str, attempts: int) -> S3Client:
    """A client that tests share: to make one takes longer than most of them do."""
    return connect(endpoint, "", attempts=attempts)
