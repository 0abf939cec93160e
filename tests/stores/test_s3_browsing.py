"""The allowed folders of S3 are looked through like those of a disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from exports.domain.browsing import folder_look
from exports.domain.errors import NotFound
from exports.sources.locate import locate
from exports.stores.s3objects import S3Objects

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3.client import S3Client
    from pytest_django import Settings

    from exports.models import User
    from tests.s3.proxy import Proxy


def test_what_lies_there_is_browsed(
    settings: Settings, put: Callable[[str, bytes], str], bucket_name: str, proxy: Proxy
) -> None:
    root = f"s3://{bucket_name}/data/"
    settings.S3_ENDPOINT, settings.S3_SOURCE_ROOTS, settings.SOURCE_ROOTS = proxy.url, [root], []
    for key in ("a.jsonl", ".hidden.jsonl", "notes.txt", "a*.csv", "sub/deep/b.csv", "sub/c.csv"):
        put(f"data/{key}", b"x\n1\n")
    put("elsewhere/d.csv", b"x\n1\n")

    assert [each.path for each in folder_look("").entries] == [root]
    found = folder_look(root)
    assert [(e.name, e.path, e.is_folder, e.size) for e in found.entries] == [
        ("sub", f"{root}sub/", True, 0),
        ("a.jsonl", f"{root}a.jsonl", False, 4),
    ]
    assert (found.above, found.cut, found.problem) == ((), False, "")
    deep = folder_look(f"{root}sub/deep")
    assert [(each.name, each.path) for each in deep.above] == [(root, root), ("sub", f"{root}sub/")]
    assert [each.path for each in deep.entries] == [f"{root}sub/deep/b.csv"]
    _, files = locate([deep.path], [], S3Objects(proxy.url, "", (root,)))
    assert files == (f"{root}sub/deep/b.csv",)


@pytest.mark.parametrize(
    "path", ["elsewhere/", "data/.git/", "data/a*/", "data/../elsewhere/", "data//x", "dat", ""]
)
def test_browsing_there_stays_inside_what_is_allowed(
    path: str, settings: Settings, bucket_name: str, proxy: Proxy
) -> None:
    settings.S3_ENDPOINT, settings.S3_SOURCE_ROOTS = proxy.url, [f"s3://{bucket_name}/data/"]

    with pytest.raises(NotFound):
        folder_look(f"s3://{bucket_name}/{path}")


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1", "not an address"])
def test_a_server_that_is_away_is_told_where_one_browses(
    endpoint: str, settings: Settings, bucket_name: str, client: S3Client, ada: User
) -> None:
    root = f"s3://{bucket_name}/data/"
    settings.S3_ENDPOINT, settings.S3_SOURCE_ROOTS = endpoint, [root]
    browser = Client()
    browser.force_login(ada)

    html = browser.get("/demo/collections/new/browse", {"folder": root}).content.decode()

    assert "S3 does not answer, or refuses us." in html
