"""The first rows of a result and links to its files: by a button, on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from exports.models import AuditEvent, Export
from tests.web.conftest import Browser, changed
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from collections.abc import Callable


def address(export: Export, what: str = "") -> str:
    return f"/demo/exports/{export.uid}{what}"


def read(export: Export) -> int:
    return AuditEvent.objects.filter(action="rows.read", subject=export.uid).count()


def test_rows_are_shown_when_they_are_asked_for(as_ada: Browser, finished: Export) -> None:
    before = as_ada.get(address(finished))
    assert ("Show the first rows" in before, "trip-0001" in before) == (True, False)
    assert read(finished) == 0

    shown = [as_ada.post(address(finished, "/rows")).content.decode() for _ in range(2)]

    assert texts(shown[0], "table", class_="head") == [
        "The first rows of the result document_id trip-0001 trip-0002"
    ]
    assert texts(shown[0], "h1") == ["All trips"]
    assert read(finished) == 1


def test_htmx_gets_the_rows_alone(as_ada: Browser, finished: Export) -> None:
    response = as_ada.client.post(address(finished, "/rows"), headers={"HX-Request": "true"})
    html = response.content.decode()

    assert [each.attributes["id"] for each in elements(html, "section")] == ["rows"]
    assert "trip-0001" in html


@pytest.mark.parametrize(("format_", "archive"), [("parquet", "none"), ("csv", "zip")])
@pytest.mark.django_db(transaction=True)
def test_what_a_run_wrote_is_shown_with_the_time_of_its_steps(
    as_ada: Browser,
    make_export: Callable[..., Export],
    run_exports: Callable[[], None],
    format_: str,
    archive: str,
) -> None:
    export = make_export(format=format_, paths=["carrier"], sample_size=2, archive=archive)
    run_exports()

    html = as_ada.post(address(export, "/rows")).content.decode()

    table = html[html.index('class="small head"') :]
    assert texts(table, "td")[:4] == ["trip-0000", "AA", "trip-0001", "UA"]
    export.refresh_from_db()
    assert set(export.steps) == {"reading", "checking", "publishing"}
    assert [each.count(" s") for each in texts(html, "ol", class_="stages")] == [4]


def test_who_may_not_download_sees_no_rows_and_makes_no_link(
    as_ari: Browser, as_eve: Browser, as_olaf: Browser, finished: Export
) -> None:
    page = as_ari.get(address(finished))
    assert ("first rows" in page, "Make a link" in page) == (False, False)
    for what in ("/rows", "/link"):
        sent = [
            browser.post(address(finished, what), name="data.csv").status_code
            for browser in (as_ari, as_eve, as_olaf)
        ]
        assert sent == [403, 404, 404]
    assert read(finished) == 0


def test_what_cannot_be_shown_is_said(as_ada: Browser, finished: Export, ready: Export) -> None:
    changed(finished, format="parquet")

    damaged = as_ada.post(address(finished, "/rows")).content.decode()
    lost = as_ada.post(address(ready, "/rows")).content.decode()

    assert one(damaged, "p", role="alert").text == (
        "The file could not be read. The operator's log has more."
    )
    assert "no longer in the store" in one(lost, "p", role="alert").text
    assert (read(finished), read(ready)) == (0, 0)


def test_a_link_is_shown_once_and_works_for_everybody(as_ada: Browser, finished: Export) -> None:
    html = as_ada.post(address(finished, "/link"), name="data.csv").content.decode()

    (link,) = [each for each in texts(html, "code") if each.startswith("http://testserver/")]
    response = Client().get(link)
    assert b"".join(response.streaming_content).startswith(b"document_id")  # type: ignore[attr-defined]
    assert "an hour at most" in one(html, "div", class_="linked").text
    assert link not in as_ada.get(address(finished))


def test_a_link_is_to_a_file_that_is_there(
    as_ada: Browser, finished: Export, settings: Any
) -> None:
    for name in ("", "nothing", "a\0b"):
        assert as_ada.post(address(finished, "/link"), name=name).status_code == 404

    settings.LINKS = False
    assert "Make a link" not in as_ada.get(address(finished))
    assert as_ada.post(address(finished, "/link"), name="data.csv").status_code == 403


def test_actions_say_why_not(as_ada: Browser, as_eve: Browser, running: Export) -> None:
    html = as_ada.get(address(running))

    assert one(html, "p", id="about-retry").text == "Not yet: it has not ended."
    assert one(html, "a", id="to-duplicate").attributes["href"] == (
        f"/demo/exports/new?from={running.uid}"
    )
    changed(running, state="error", slot=None)
    html = as_ada.get(address(running))
    assert one(html, "p", id="about-keep").text == "Not possible: nothing was published."


def test_an_exporter_is_told_what_only_admins_do(as_eve: Browser, eves_export: Export) -> None:
    html = as_eve.get(address(eves_export))

    assert one(html, "p", id="about-hold").text == "Only admins of the workspace can do this."
