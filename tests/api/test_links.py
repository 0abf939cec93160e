"""POST /exports/{id}/files/{name}/link: opens one file, for a while, as the one who made it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.utils import timezone

from exports.domain.links import _SALT
from exports.models import ApiKey, AuditDetail, AuditEvent, Export, ExportFile, Membership, User
from tests.api.conftest import Rest, signed_in
from tests.api.test_download import downloads

if TYPE_CHECKING:
    from tests.api.conftest import Answer

DATA = b"document_id\r\ntrip-0001\r\ntrip-0002\r\n"


def made(rest: Rest, export: Export, name: str = "data.csv") -> Answer:
    return rest.send("POST", f"/exports/{export.uid}/files/{name}/link", kind="")


def link(rest: Rest, export: Export) -> str:
    url: str = made(rest, export).json()["url"]
    assert url.startswith(f"http://testserver/api/v1/exports/{export.uid}/files/data.csv?link=")
    return url.removeprefix("http://testserver/api/v1")


def opened(url: str, **headers: str) -> Answer:
    """By somebody without a key or a session."""
    return Rest().send("GET", url, b"", **headers)


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_it_needs_no_key_and_resumes(rest: Rest, finished: Export) -> None:
    url = link(rest, finished)

    assert opened(url).getvalue() == DATA
    assert opened(url, Range="bytes=20-").getvalue() == DATA[20:]
    assert Rest().send("HEAD", url).headers["Content-Length"] == str(len(DATA))


def test_it_lives_for_an_hour_and_no_longer_than_the_result(rest: Rest, finished: Export) -> None:
    now = timezone.now()
    hour = made(rest, finished).json()["expires_at"]
    Export.objects.update(expires_at=now + timedelta(minutes=5))
    shorter = made(rest, finished).json()["expires_at"]
    Export.objects.update(hold_reason="a court asks for it")
    held = made(rest, finished).json()["expires_at"]

    def minutes(text: str) -> int:
        return round((timezone.datetime.fromisoformat(text) - now).total_seconds() / 60)  # type: ignore[attr-defined]

    assert [minutes(each) for each in (hour, shorter, held)] == [60, 5, 60]


def test_making_one_is_an_event_and_its_use_a_download_of_its_maker(
    rest: Rest, finished: Export
) -> None:
    opened(link(rest, finished)).getvalue()

    events = AuditEvent.objects.filter(subject=finished.uid).order_by("-pk")[:2]
    assert [(each.action, each.actor) for each in events] == [
        ("export.downloaded", "ada@example.org (test)"),
        ("export.linked", "ada@example.org (test)"),
    ]
    assert AuditDetail.objects.get(event_id=events[0].pk).said["link"] is True


def test_one_made_in_the_browser_works_too(ada: User, finished: Export) -> None:
    from exports.domain.access import caller_for
    from exports.domain.links import link_make

    token = link_make(caller_for(ada, "demo"), finished.uid, "data.csv").token

    assert opened(f"/exports/{finished.uid}/files/data.csv?link={token}").getvalue() == DATA
    User.objects.update(is_active=False)
    answer = opened(f"/exports/{finished.uid}/files/data.csv?link={token}")
    assert refusal(answer) == (403, "link_invalid")


def test_it_opens_nothing_else(rest: Rest, finished: Export, ada: User) -> None:
    token = link(rest, finished).partition("?")[2]

    for path in ("/files/manifest.json", "/files/data.csv/link", "/files/data.csv/"):
        answer = opened(f"/exports/{finished.uid}{path}?{token}")
        assert (path, *refusal(answer)) == (path, 403, "link_invalid")
    assert opened(f"/exports/{finished.uid}?{token}").status_code == 401
    assert (
        Rest().send("POST", f"/exports/{finished.uid}/files/data.csv/link?{token}").status_code
        == 401
    )
    assert downloads() == 0


@pytest.mark.parametrize("change", ["", "x", "cut", "flip", "nul"])
def test_a_link_that_was_tampered_with_is_refused_also_beside_a_session(
    change: str, rest: Rest, finished: Export, ada: User
) -> None:
    path, _, token = link(rest, finished).partition("?link=")
    other = "Y" if token[5] == "X" else "X"
    changed = {"cut": token[:-1], "flip": f"{token[:5]}{other}{token[6:]}", "nul": f"{token}%00"}

    for asking in (Rest(), signed_in(ada, **{"X-Namespace": "demo"})):
        answer = asking.send("GET", f"{path}?link={changed.get(change, change)}")
        assert refusal(answer) == (403, "link_invalid")


def test_it_ends(rest: Rest, finished: Export, settings: Any) -> None:
    settings.DOWNLOAD_GRACE = timedelta(0)

    assert refusal(opened(link(rest, finished))) == (403, "link_invalid")


@pytest.mark.parametrize("lost", ["key", "role", "scope"])
def test_it_dies_with_the_rights_of_its_maker(lost: str, rest: Rest, finished: Export) -> None:
    url = link(rest, finished)
    if lost == "key":
        ApiKey.objects.update(revoked_at=timezone.now())
    elif lost == "role":
        Membership.objects.all().delete()
    else:
        ApiKey.objects.update(scopes=["exports:read"])

    expected = "forbidden" if lost == "scope" else "link_invalid"
    assert refusal(opened(url)) == (403, expected)
    assert downloads() == 0


def test_after_the_result_has_expired_only_what_was_begun_goes_on(
    rest: Rest, finished: Export
) -> None:
    begun, late = link(rest, finished), made(rest, finished, "manifest.json").json()["url"]
    opened(begun, Range="bytes=0-9").getvalue()
    Export.objects.update(expires_at=timezone.now())

    assert opened(begun, Range="bytes=10-").getvalue() == DATA[10:]
    assert refusal(opened(late.removeprefix("http://testserver/api/v1"))) == (410, "gone")
    assert refusal(made(rest, finished)) == (410, "gone")


def test_an_operator_switches_them_off(rest: Rest, finished: Export, settings: Any) -> None:
    url = link(rest, finished)
    settings.LINKS = False

    assert refusal(opened(url)) == refusal(made(rest, finished)) == (403, "links_off")


def test_who_may_not_download_makes_none(
    auditing: Rest, outside: Rest, reading: Rest, finished: Export
) -> None:
    assert [made(each, finished).status_code for each in (auditing, outside, reading)] == [
        403,
        404,
        403,
    ]
    assert AuditEvent.objects.filter(action="export.linked").count() == 0


def test_no_key_of_ours_is_in_it(rest: Rest, finished: Export) -> None:
    token = parse_qs(urlsplit(link(rest, finished)).query)["link"][0]

    said = signing.loads(token, salt=_SALT)
    key = ApiKey.objects.get()
    assert said[:5] == [key.namespace_id, finished.uid, "data.csv", key.owner_id, key.pk]


def test_a_file_may_itself_be_called_link(rest: Rest, finished: Export) -> None:
    ExportFile.objects.filter(name="data.csv").update(name="files/link", kind="files")

    path = f"/exports/{finished.uid}/files/files/link"
    assert rest.get(path).getvalue() == DATA
    assert rest.send("HEAD", path).status_code == 200
    url = made(rest, finished, "files/link").json()["url"]
    assert opened(url.removeprefix("http://testserver/api/v1")).getvalue() == DATA


def test_it_lives_for_an_hour_though_downloads_may_go_on_for_longer(
    rest: Rest, finished: Export, settings: Any
) -> None:
    settings.DOWNLOAD_GRACE = timedelta(hours=4)
    until = datetime.fromisoformat(made(rest, finished).json()["expires_at"])

    assert round((until - timezone.now()) / timedelta(minutes=1)) == 60
