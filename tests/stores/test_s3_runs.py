"""Whole runs whose results lie in S3, as the settings say it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from exports.domain import s3, storage
from exports.models import Export, State
from exports.queue.horse import run_claimed
from exports.stores.s3 import S3Store
from tests.s3.proxy import Harm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import Settings

    from tests.s3.proxy import Call, Proxy

CACHED = (storage.result_store, s3.s3_store, s3.s3_client)


@pytest.fixture
def store(settings: Settings, proxy: Proxy, bucket_name: str) -> Iterator[S3Store]:
    settings.S3_BUCKET = bucket_name
    settings.S3_PREFIX = "results"
    settings.S3_ENDPOINT = settings.S3_PUBLIC_ENDPOINT = proxy.url
    settings.S3_ENCRYPTION, settings.STORE_ENCRYPTED = "none", False
    for each in CACHED:
        each.cache_clear()
    found = storage.base_store()
    assert isinstance(found, S3Store)
    proxy.reset()
    yield found
    for each in CACHED:
        each.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_an_export_lies_in_s3_as_its_record_says(
    store: S3Store, make_export: Callable[..., Export]
) -> None:
    export = make_export(format="jsonl")
    run_claimed()
    export.refresh_from_db()
    assert export.state == State.READY
    files = {each.key: each for each in export.files.all()}
    assert list(store.list()) == sorted(files)
    for key, file in files.items():
        link = store.link(key, 60, name=file.name, content_type="text/plain")
        assert link
        content = httpx.get(link).content
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.bytes, file.sha256)


@pytest.mark.django_db(transaction=True)
def test_a_run_that_s3_fails_at_any_call_publishes_nothing_and_leaves_nothing(
    store: S3Store,
    make_export: Callable[..., Export],
    proxy: Proxy,
    caplog: pytest.LogCaptureFixture,
) -> None:
    make_export(format="csv")
    run_claimed()
    calls = len(proxy.calls)
    for key in list(store.list()):
        store.delete(key)
    for number in range(1, calls + 1):
        Export.objects.update(state=State.CANCELLED, slot=None)
        proxy.reset()
        proxy.script = _refusing(number)
        export = make_export(format="csv")
        caplog.clear()
        run_claimed()
        proxy.reset()
        export.refresh_from_db()
        assert export.state != State.READY
        assert not export.files.exists()
        assert "store_unavailable" in caplog.text
        assert list(store.list()) == []
    print(f"S3 failing at call 1 to {calls} of a run: published 0, left over 0")


def _refusing(number: int) -> Callable[[Call], Harm]:
    """A status that is not tried again by itself, so that it does not take long."""
    refusal = Harm(status=403, code="AccessDenied")
    return lambda call: refusal if call.number == number else Harm()


@pytest.mark.parametrize(
    ("encryption", "key", "told"),
    [
        ("none", "", {}),
        ("client", "", {}),
        ("AES256", "", {"ServerSideEncryption": "AES256"}),
        ("KMS", "", {"ServerSideEncryption": "aws:kms"}),
        ("KMS", "ours", {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "ours"}),
    ],
)
def test_the_settings_say_who_encrypts_and_whether_there_are_links(
    store: S3Store, settings: Settings, encryption: str, key: str, told: dict[str, Any]
) -> None:
    settings.S3_ENCRYPTION, settings.S3_KMS_KEY = encryption, key
    s3.s3_store.cache_clear()
    found = s3.s3_store()
    assert found.bucket.encryption == told
    given = found.link("a", 60, name="a", content_type="text/plain")
    assert (given is None) == (encryption == "client")


def test_links_have_the_public_address(store: S3Store, settings: Settings) -> None:
    settings.S3_PUBLIC_ENDPOINT = "https://files.example.org"
    s3.s3_store.cache_clear()
    link = s3.s3_store().link("a/b", 60, name="b", content_type="text/plain")
    assert str(link).startswith(f"https://files.example.org/{settings.S3_BUCKET}/results/a/b?")


FORK = """
import os, sys
from exports.stores.s3 import S3Store
from exports.stores.s3bucket import Bucket
from exports.stores.s3client import connect
store = S3Store(Bucket(connect(sys.argv[1], ""), sys.argv[2]))
sizes = {"one": 11, "two": 2222}
for key, size in sizes.items():
    store.replace(key, bytes(size))
child = os.fork()
key = "two" if child else "one"
wrong = sum(store.size(key) != sizes[key] for _ in range(15))
if not child:
    os._exit(wrong)
sys.exit(wrong + os.waitpid(child, 0)[1])
"""


def test_a_process_and_the_one_that_it_forks_do_not_share_connections(
    proxy: Proxy, bucket_name: str
) -> None:
    command = [sys.executable, "-c", FORK, proxy.url, bucket_name]
    environment = {**os.environ, "PYTHONWARNINGS": "default"}
    assert subprocess.run(command, check=False, env=environment, timeout=60).returncode == 0
