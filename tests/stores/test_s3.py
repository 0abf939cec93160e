"""The S3 store on a server: whole files or none, never over another, read from anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from exports.stores.errors import KeyInvalid, KeyMissing, KeyTaken, StoreUnavailable
from exports.stores.s3 import S3Store
from exports.stores.s3bucket import Bucket
from exports.stores.s3client import connect
from exports.stores.s3download import CHUNK
from exports.stores.s3upload import DOUBLES, PART_SIZE, PARTS, S3Writer
from tests.services import free_port
from tests.stores.conftest import PART_SIZE as SMALL

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3.client import S3Client

    from tests.s3.proxy import Proxy

KEY = "ns_1/exp_1/1/flights.csv"


def put(store: S3Store, key: str, data: bytes) -> None:
    writer = store.create(key)
    writer.write(data)
    writer.close()


def read(store: S3Store, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join(store.open(key, start, end))


def objects(client: S3Client, bucket_name: str) -> list[str]:
    return [each["Key"] for each in client.list_objects_v2(Bucket=bucket_name).get("Contents", [])]


def uploads(client: S3Client, bucket_name: str) -> list[str]:
    found = client.list_multipart_uploads(Bucket=bucket_name).get("Uploads", [])
    return [each["Key"] for each in found]


@pytest.mark.parametrize("size", [0, 1, SMALL - 1, SMALL, SMALL + 1, 3 * SMALL, 5 * SMALL + 7])
def test_a_file_is_there_when_it_was_closed(
    s3: S3Store, client: S3Client, bucket_name: str, size: int
) -> None:
    data = os.urandom(size)
    writer = s3.create(KEY)
    writer.write(data[: size // 3])
    writer.write(memoryview(data)[size // 3 :])
    with pytest.raises(KeyMissing):
        s3.open(KEY)
    writer.close()
    assert read(s3, KEY) == data
    assert s3.size(KEY) == size
    assert list(s3.list()) == [KEY]
    assert objects(client, bucket_name) == [f"results/{KEY}"]
    assert uploads(client, bucket_name) == []


def test_small_files_are_one_call_and_a_look_at_what_is_kept(s3: S3Store, proxy: Proxy) -> None:
    put(s3, KEY, bytes(SMALL - 1))
    assert [call.operation for call in proxy.calls] == ["head", "put", "head", "get"]


@pytest.mark.parametrize("size", [SMALL // 2, 3 * SMALL])
def test_an_aborted_file_leaves_nothing(
    s3: S3Store, client: S3Client, bucket_name: str, size: int
) -> None:
    writer = s3.create(KEY)
    writer.write(bytes(size))
    writer.abort()
    writer.abort()
    assert list(s3.list()) == []
    assert uploads(client, bucket_name) == []
    put(s3, KEY, b"again")
    assert read(s3, KEY) == b"again"


def test_a_closed_file_is_not_aborted_any_more(s3: S3Store) -> None:
    writer = s3.create(KEY)
    writer.write(b"kept")
    writer.close()
    writer.close()
    writer.abort()
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"late")
    assert read(s3, KEY) == b"kept"


def test_nothing_is_overwritten(s3: S3Store) -> None:
    late = s3.create(KEY)
    late.write(b"second")
    put(s3, KEY, b"first")
    with pytest.raises(KeyTaken):
        s3.create(KEY)
    with pytest.raises(KeyTaken):
        late.close()
    late.abort()
    assert read(s3, KEY) == b"first"


def test_a_small_file_can_be_replaced(s3: S3Store) -> None:
    s3.replace(KEY, b"first")
    s3.replace(KEY, b"second")
    assert read(s3, KEY) == b"second"


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "a//b", "../a", "a/../../b", "a/..", "./a", "a/", "a\0b", "a/" + "x" * 300],
)
def test_a_key_that_is_no_key_is_refused(s3: S3Store, key: str) -> None:
    for use in (s3.create, s3.open, s3.size, s3.delete):
        with pytest.raises(KeyInvalid):
            use(key)


def test_any_range_can_be_read(s3: S3Store) -> None:
    data = os.urandom(2 * CHUNK + 17)
    put(s3, KEY, data)
    for start, end in [
        *((0, None), (1, None), (0, 1), (5, 5), (CHUNK - 1, CHUNK + 1)),
        *((len(data) - 1, None), (len(data), None), (3 * CHUNK, None), (9, 10**9)),
    ]:
        assert read(s3, KEY, start, end) == data[start:end], (start, end)


def test_it_is_read_in_chunks(s3: S3Store) -> None:
    put(s3, KEY, bytes(2 * CHUNK + 1))
    assert [len(chunk) for chunk in s3.open(KEY)] == [CHUNK, CHUNK, 1]


def test_missing_files_are_told(s3: S3Store) -> None:
    for use in (s3.open, s3.size):
        with pytest.raises(KeyMissing):
            use(KEY)
    with pytest.raises(KeyMissing):
        s3.open(KEY, 5, 5)


def test_keys_are_listed_below_a_prefix(s3: S3Store) -> None:
    keys = ["ns_1/exp_1/1/a", "ns_1/exp_1/2/a", "ns_1/exp_10/1/a"]
    for key in reversed(keys):
        put(s3, key, b"")
    assert list(s3.list()) == keys
    assert list(s3.list("ns_1/exp_1/")) == keys[:2]
    assert list(s3.list("ns_1/exp_1")) == keys[:2]
    assert list(s3.list("ns_2/")) == []


@pytest.mark.soak
def test_a_listing_of_more_than_one_page_is_whole(
    s3: S3Store, client: S3Client, bucket_name: str
) -> None:
    keys = [f"ns_1/{number:04}" for number in range(1003)]
    for key in keys:
        client.put_object(Bucket=bucket_name, Key=f"results/{key}", Body=b"")
    assert list(s3.list("ns_1/")) == keys


def test_what_lies_beside_the_prefix_is_not_ours(
    s3: S3Store, client: S3Client, bucket_name: str
) -> None:
    for key in ("a", "results2/a", "resultsa"):
        client.put_object(Bucket=bucket_name, Key=key, Body=b"")
    assert list(s3.list()) == []


CRASH = """
import os, sys
from exports.stores.s3 import S3Store
from exports.stores.s3bucket import Bucket
from exports.stores.s3client import connect
bucket = Bucket(connect(sys.argv[1], ""), sys.argv[2], "results/")
writer = S3Store(bucket, part_size=1 << 14).create(sys.argv[3])
writer.write(bytes(3 << 14))
writer._wait()
os.kill(os.getpid(), 9)
"""


def test_what_a_crash_leaves_is_no_file_but_can_be_found_and_deleted(
    s3: S3Store, moto: str, client: S3Client, bucket_name: str
) -> None:
    command = [sys.executable, "-c", CRASH, f"http://{moto}", bucket_name, KEY]
    assert subprocess.run(command, check=False).returncode == -9
    assert uploads(client, bucket_name) == [f"results/{KEY}"]
    with pytest.raises(KeyMissing):
        s3.size(KEY)
    [left] = s3.list("ns_1/exp_1/1/")
    assert left == f"{KEY}.part"
    s3.delete(left)
    assert list(s3.list()) == []
    assert uploads(client, bucket_name) == []


def test_deleting_by_the_key_itself_removes_what_was_never_closed(
    s3: S3Store, client: S3Client, bucket_name: str
) -> None:
    client.create_multipart_upload(Bucket=bucket_name, Key=f"results/{KEY}")
    client.create_multipart_upload(Bucket=bucket_name, Key=f"results/{KEY}.gz")
    s3.delete(KEY)
    s3.delete(KEY)
    assert uploads(client, bucket_name) == [f"results/{KEY}.gz"]


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({}, None),
        ({"ServerSideEncryption": "AES256"}, "AES256"),
        ({"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "ours"}, "aws:kms"),
    ],
)
@pytest.mark.parametrize("size", [10, 2 * SMALL])
def test_the_server_encrypts_as_it_is_told(
    make_store: Callable[..., S3Store],
    client: S3Client,
    bucket_name: str,
    told: dict[str, str],
    kept: str | None,
    size: int,
) -> None:
    put(make_store(encryption=told), KEY, bytes(size))
    found = client.head_object(Bucket=bucket_name, Key=f"results/{KEY}")
    assert found.get("ServerSideEncryption") == kept


def test_parts_double_so_that_the_largest_file_is_nearly_a_tebibyte(
    s3: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    writer = S3Writer(s3.bucket, KEY, part_size=1)
    monkeypatch.setattr(S3Writer, "_transfer", lambda *_: None)
    monkeypatch.setattr(S3Writer, "_wait", lambda _: None)
    for number in range(PARTS):
        writer._parts = [{}] * number
        sizes.append(writer._size)
        writer._send()
    assert [sizes[0], sizes[DOUBLES - 1], sizes[DOUBLES], sizes[-1]] == [1, 1, 2, 16]
    assert sum(sizes) * PART_SIZE == 992_000 << 20
    writer._parts = [{}] * PARTS
    with pytest.raises(OSError, match="larger than S3 takes") as told:
        writer._send()
    assert told.value.errno == 28


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(StoreUnavailable, match="Invalid endpoint: nonsense"):
        connect("nonsense", "")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"name": "nowhere"}, "There is no such bucket (nowhere/)"),
        ({"client": ""}, "does not answer as it should"),
    ],
)
def test_the_log_says_what_is_wrong(
    s3: S3Store, bucket_name: str, change: dict[str, str], text: str
) -> None:
    client = s3.bucket.client
    if "client" in change:
        client = connect(f"http://127.0.0.1:{free_port()}", "", attempts=1)
    store = S3Store(Bucket(client, change.get("name", bucket_name)))
    with pytest.raises(StoreUnavailable) as told:
        list(store.list())
    assert text in str(told.value)
