"""Run again, keep longer, hold and release: each by a small form that works without scripts."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from exports.models import Export, Namespace, Right, State
from tests.conftest import give
from tests.web.conftest import Browser, changed
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.models import Collection, User


def address(export: Export, action: str = "") -> str:
    return f"/demo/exports/{export.uid}{action}"


def test_run_again_leads_to_the_new_export(as_ada: Browser, ready: Export) -> None:
    response = as_ada.post(address(ready, "/retry"))
    html = as_ada.get(response.headers["Location"])

    assert "“Late trips” runs again: this is the new export." in html
    assert Export.objects.latest("pk").retry_of == ready
    assert one(html, "a", href=address(ready)).text == "Late trips"


def test_run_again_says_why_not(
    as_ada: Browser, ready: Export, running: Export, trips: Collection
) -> None:
    assert texts(as_ada.get(address(running, "/retry")), "h1") == ["“Running” has not ended yet"]
    trips.state = "error"
    trips.save()
    response = as_ada.post(address(ready, "/retry"))

    assert "cannot be exported" in one(response.content.decode(), "p", role="alert").text


def test_keep_asks_until_when_and_why(as_ada: Browser, ready: Export) -> None:
    html = as_ada.get(address(ready, "/keep"))
    assert ready.expires_at
    month = (ready.expires_at + timedelta(days=30)).date()
    assert one(html, "input", type="date").attributes["value"] == month.isoformat()

    as_ada.post(address(ready, "/keep"), until=month.isoformat(), reason="The audit is late.")

    ready.refresh_from_db()
    assert (ready.expires_at.date(), ready.expires_at.hour) == (month, 23)
    assert ready.expires_at.tzinfo == UTC


@pytest.mark.parametrize(
    ("until", "reason", "field"),
    [("2013-01-01", "why", "until"), ("nonsense", "why", "until"), ("", "", "until")],
)
def test_what_will_not_do_stands_beside_its_field(
    until: str, reason: str, field: str, as_ada: Browser, ready: Export
) -> None:
    html = as_ada.post(address(ready, "/keep"), until=until, reason=reason).content.decode()

    assert one(html, "input", id=f"id_{field}").attributes["aria-invalid"] == "true"
    assert elements(html, "ul", class_="errorlist")
    assert one(html, "input", id=f"id_{field}").attributes["autofocus"] == ""


def test_what_is_held_says_so_everywhere(as_ada: Browser, ready: Export) -> None:
    assert texts(as_ada.get(address(ready, "/hold")), "h1") == ["Hold “Late trips”?"]
    as_ada.post(address(ready, "/hold"), reason="A court asks for it.")

    html = as_ada.get(address(ready))
    assert "A court asks for it." in texts(html, "dd")
    assert one(html, "button", aria_describedby="about-delete").text == "Delete…"
    assert one(html, "a", href=address(ready, "/release")).text == "Release…"
    assert one(as_ada.get("/demo/exports"), "td", class_="expires").text == "held"
    assert texts(as_ada.get(address(ready, "/delete")), "h1") == ["“Late trips” is held"]
    assert texts(as_ada.get(address(ready, "/hold")), "h1") == ["“Late trips” is held already"]
    assert as_ada.post(address(ready, "/delete")).status_code == 409


def test_release_says_what_happens_then(as_ada: Browser, ready: Export) -> None:
    assert texts(as_ada.get(address(ready, "/release")), "h1") == ["“Late trips” is not held"]
    changed(ready, hold_reason="A court.", expires_at=timezone.now() - timedelta(days=1))
    html = as_ada.get(address(ready, "/release"))
    assert "once released, it expires at once" in one(html, "p", class_="lead").text

    as_ada.post(address(ready, "/release"), reason="Done.")

    ready.refresh_from_db()
    assert ready.hold_reason == ""


def test_what_has_no_files_is_not_offered_to_be_kept(
    as_ada: Browser, make_export: Callable[..., Export]
) -> None:
    export = changed(make_export(label="Failed"), state=State.ERROR, reason="timed_out")

    html = as_ada.get(address(export))
    assert elements(html, "a", href=address(export, "/keep")) == []
    assert texts(as_ada.get(address(export, "/keep")), "h1") == ["“Failed” has no files to keep"]
    assert as_ada.post(address(export, "/hold"), reason="r").status_code == 409


def test_an_exporter_runs_his_own_again_and_keeps_nothing(
    as_eve: Browser, eve: User, demo: Namespace, eves_export: Export
) -> None:
    give(eve, demo, trips=Right.EXPORT)
    changed(eves_export, state=State.READY)
    html = as_eve.get(address(eves_export))

    assert one(html, "form", action=address(eves_export, "/retry")).text == "Run again"
    assert elements(html, "a", href=address(eves_export, "/keep")) == []
    assert as_eve.status(address(eves_export, "/hold")) == 403


def test_the_list_shows_the_room(as_ada: Browser, ready: Export) -> None:
    assert one(as_ada.get("/demo/exports"), "p", class_="usage").text == "4.7 kB stored"
    Namespace.objects.update(quota=10_000)
    html = as_ada.get("/demo/exports")
    assert one(html, "p", class_="usage").text == "4.7 kB stored of 10.0 kB"
    assert one(html, "progress").attributes["value"] == "4690"

    Namespace.objects.update(quota=4690)
    assert one(as_ada.get("/demo/exports"), "b").text.startswith("Full")


def test_the_form_of_a_new_export_says_when_there_is_no_room(
    as_ada: Browser, ready: Export
) -> None:
    Namespace.objects.update(quota=1)
    response = as_ada.post("/demo/exports/new", collection="trips", format="csv", timezone="UTC")

    assert response.status_code == 200
    assert "has used 4,690 of its 1 bytes" in response.content.decode()


def test_what_is_past_its_time_is_not_offered_before_the_reconciler_comes(
    as_ada: Browser, ready: Export
) -> None:
    def offered() -> list[bool]:
        html = as_ada.get(address(ready))
        links = [each.attributes.get("href", "") for each in elements(html, "a")]
        return [any(word in link for link in links) for word in ("/files/", "/keep", "/hold")]

    assert offered() == [True, True, True]

    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert offered() == [False, False, False]
    assert "Not any more: the files have expired." in as_ada.get(address(ready))
