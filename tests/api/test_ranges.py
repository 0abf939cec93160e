"""Parts of a file: what a client that lost the line asks for, and what it may ask by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.http import HttpRequest
from hypothesis import given
from hypothesis import strategies as st

from exports.api.ranges import OutOfRange, span_of
from exports.models import AuditDetail, AuditEvent
from tests.api.test_download import downloads

if TYPE_CHECKING:
    from exports.models import Export
    from tests.api.conftest import Answer, Rest

DATA = b"document_id\r\ntrip-0001\r\ntrip-0002\r\n"
SIZE = len(DATA)


def get(rest: Rest, export: Export, method: str = "GET", **headers: str) -> Answer:
    return rest.send(method, f"/exports/{export.uid}/files/data.csv", b"", **headers)


def asking(range_: str) -> HttpRequest:
    request = HttpRequest()
    request.META["HTTP_RANGE"] = range_
    return request


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, SIZE),
        ("bytes=13-21", 13, 22),
        ("bytes=13-99999999999999999999999", 13, SIZE),
        ("bytes=-11", SIZE - 11, SIZE),
        ("bytes=-99999", 0, SIZE),
        ("BYTES = 5-6", None, None),
        ("Bytes=5-6", 5, 7),
        ("bytes= 5 - 6 ", 5, 7),
        (f"bytes={'0' * 6000}5-6", 5, 7),
    ],
)
def test_a_part_is_the_bytes_that_were_asked_for(
    asked: str, start: int | None, end: int | None, rest: Rest, finished: Export
) -> None:
    answer = get(rest, finished, Range=asked)

    if start is None or end is None:
        assert (answer.status_code, answer.getvalue()) == (200, DATA)
        return
    assert (answer.status_code, answer.getvalue()) == (206, DATA[start:end])
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.headers["Content-Length"] == str(end - start)


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-0,5-6", "bytes=", "bytes=-", "bytes=6-5", "bytes=a-b", "lines=0-1", "bytes=1", "x"],
)
def test_what_is_no_single_range_brings_the_whole_file(
    asked: str, rest: Rest, finished: Export
) -> None:
    answer = get(rest, finished, Range=asked)

    assert (answer.status_code, answer.getvalue()) == (200, DATA)
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    "asked", [f"bytes={SIZE}-", "bytes=-0", "bytes=-000", f"bytes={'9' * 7000}-"]
)
def test_what_lies_behind_the_end_is_refused_with_the_size(
    asked: str, rest: Rest, finished: Export
) -> None:
    answer = get(rest, finished, Range=asked)

    assert (answer.status_code, answer.json()["code"]) == (416, "out_of_range")
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"
    assert downloads() == 0


def test_a_part_of_another_version_is_not_given(rest: Rest, finished: Export) -> None:
    etag = f'"{finished.files.get(kind="data").sha256}"'

    for known, status in ((etag, 206), ('"other"', 200), (f"W/{etag}", 200), ("Mon, 1 Jan", 200)):
        answer = get(rest, finished, Range="bytes=5-", If_Range=known)
        assert (answer.status_code, answer.getvalue()) == (
            status,
            DATA[5 if status == 206 else 0 :],
        )


def test_what_the_client_has_is_not_sent_again(rest: Rest, finished: Export) -> None:
    etag = f'"{finished.files.get(kind="data").sha256}"'

    for known, status in ((etag, 304), ("*", 304), (f'"x", W/{etag}', 304), ('"x"', 200)):
        answer = get(rest, finished, If_None_Match=known)
        assert (answer.status_code, answer.headers["ETag"]) == (status, etag)
        assert len(answer.getvalue()) == (SIZE if status == 200 else 0)


def test_a_look_says_the_same_and_sends_nothing(rest: Rest, finished: Export) -> None:
    looked = get(rest, finished, "HEAD")
    assert downloads() == 0
    got = get(rest, finished)

    assert (looked.status_code, looked.getvalue()) == (200, b"")
    assert got.getvalue() == DATA
    told = ("Content-Length", "Content-Type", "Content-Disposition", "ETag", "Accept-Ranges")
    assert {n: looked.headers[n] for n in told} == {n: got.headers[n] for n in told}


def test_the_range_is_on_the_record(rest: Rest, finished: Export) -> None:
    get(rest, finished, Range="bytes=5-9").getvalue()

    event = AuditEvent.objects.get(action="export.downloaded")
    assert AuditDetail.objects.get(event_id=event.pk).said["range"] == "bytes=5-9"


def test_an_empty_file_has_no_parts() -> None:
    assert span_of(asking("bytes=-5"), 0, '"e"') is None
    with pytest.raises(OutOfRange):
        span_of(asking("bytes=0-"), 0, '"e"')


@given(st.integers(0, 50), st.text("bytes=0123456789- ,", max_size=20))
def test_no_range_leads_outside_the_file(size: int, asked: str) -> None:
    try:
        span = span_of(asking(asked), size, '"e"')
    except OutOfRange:
        return
    assert span is None or 0 <= span.start < span.end <= size
