"""Links that S3 itself answers, on a server that checks them: forged, tampered, out of time."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from exports.stores.errors import StoreUnavailable
from exports.stores.s3 import S3Store
from exports.stores.s3bucket import Bucket
from exports.stores.s3client import connect
from tests.s3 import servers
from tests.stores.conftest import PART_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "ns_1/exp_1/1/flights.csv"
DATA = os.urandom(3 * PART_SIZE + 5)


@pytest.fixture(scope="module")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("rclone")
    (folder / "bucket").mkdir()
    with servers.rclone(folder) as address:
        yield address


@pytest.fixture
def store(rclone: str) -> S3Store:
    """The public name of the server is another than the one by which we reach it ourselves."""
    inside = connect(f"http://{rclone}", "", attempts=1)
    outside = connect(f"http://localhost:{rclone.partition(':')[2]}", "", attempts=1)
    found = S3Store(Bucket(inside, "bucket", "results/"), signer=outside, part_size=PART_SIZE)
    found.replace(KEY, DATA)
    return found


def link(store: S3Store, seconds: int = 60, key: str = KEY) -> str:
    made = store.link(key, seconds, name="flüge.csv", content_type="text/csv")
    assert made
    return made


def test_a_link_gives_the_file_under_its_name(store: S3Store) -> None:
    made = link(store)
    assert urlsplit(made).hostname == "localhost"
    answer = httpx.get(made)
    assert answer.status_code == 200
    assert answer.content == DATA
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''fl%C3%BCge.csv"
    assert answer.headers["Content-Type"] == "text/csv"


def test_a_link_is_of_the_fourth_version_and_an_hour_long_at_most(store: S3Store) -> None:
    asked = parse_qs(urlsplit(link(store, 10**6)).query)
    assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert asked["X-Amz-Expires"] == ["3600"]


def test_links_that_were_changed_are_refused(store: S3Store) -> None:
    store.replace("ns_1/exp_1/1/other.csv", b"not yours")
    made = link(store)
    forged = {
        "another file": made.replace("flights.csv?", "other.csv?"),
        "another end": made.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
        "another name": made.replace("fl%25C3%25BCge", "virus"),
        "another signature": made[:-1] + ("0" if made[-1] != "0" else "1"),
        "no signature": made.partition("?")[0],
    }
    assert all(each != made for each in forged.values())
    answers = {name: httpx.get(each).status_code for name, each in forged.items()}
    assert {name: 400 <= status < 500 for name, status in answers.items()} == dict.fromkeys(
        forged, True
    )
    assert httpx.delete(made).status_code == 403
    assert store.size(KEY) == len(DATA)
    print(f"forged links refused: {len(forged) + 1} of {len(forged) + 1}")


def test_a_link_ends(store: S3Store) -> None:
    short, long = link(store, 1), link(store, 600)
    time.sleep(2.1)
    answer = httpx.get(short)
    assert 400 <= answer.status_code < 500
    assert answer.content != DATA
    assert httpx.get(long).content == DATA


def test_a_store_without_a_signer_gives_none(store: S3Store) -> None:
    quiet = S3Store(store.bucket)
    assert quiet.link(KEY, 60, name="a", content_type="text/csv") is None


def test_the_log_says_that_credentials_are_wrong(
    rclone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    store = S3Store(Bucket(connect(f"http://{rclone}", "", attempts=1), "bucket"))
    with pytest.raises(StoreUnavailable, match="refuses our credentials"):
        list(store.list())


def test_the_log_says_that_there_are_no_credentials(
    rclone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    store = S3Store(Bucket(connect(f"http://{rclone}", "", attempts=1), "bucket"))
    with pytest.raises(StoreUnavailable, match="AWS_ACCESS_KEY_ID"):
        store.size(KEY)


def test_it_stores_in_parts_there_as_well(store: S3Store) -> None:
    key = "ns_1/exp_1/1/parts.csv"
    writer = store.create(key)
    writer.write(DATA)
    writer.close()
    assert b"".join(store.open(key, 7, PART_SIZE + 9)) == DATA[7 : PART_SIZE + 9]
    assert key in list(store.list("ns_1"))
    left = store.create(f"{key}.left")
    left.write(DATA)
    left.abort()
    assert f"{key}.left.part" not in list(store.list("ns_1"))
    store.delete(key)
    assert key not in list(store.list("ns_1"))
