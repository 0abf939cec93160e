"""Cancelling and deleting: each asks first, by a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.models import AuditEvent, Export, State
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from collections.abc import Callable


def address(export: Export, action: str) -> str:
    return f"/demo/exports/{export.uid}/{action}"


def test_cancel_asks_and_changes_nothing(as_ada: Browser, running: Export) -> None:
    html = as_ada.get(address(running, "cancel"))

    assert texts(html, "h1") == ["Cancel “Running”?"]
    assert "It has read 333 rows so far." in one(html, "p", class_="lead").text
    running.refresh_from_db()
    assert running.state == State.RUNNING


def test_cancel_does_it_when_the_answer_is_yes(as_ada: Browser, running: Export) -> None:
    response = as_ada.post(address(running, "cancel"))

    assert response.headers["Location"] == f"/demo/exports/{running.uid}"
    running.refresh_from_db()
    assert running.state == State.CANCELLED
    assert "Cancelled “Running”." in as_ada.get(f"/demo/exports/{running.uid}")


def test_what_has_ended_cannot_be_cancelled(as_ada: Browser, ready: Export) -> None:
    html = as_ada.get(address(ready, "cancel"))
    refused = as_ada.post(address(ready, "cancel"))

    assert texts(html, "h1") == ["“Late trips” has ended already"]
    assert elements(html, "button", class_="button-danger") == []
    assert refused.status_code == 409
    assert "it is ready" in refused.content.decode()


def test_delete_says_what_goes_and_what_stays(as_ada: Browser, ready: Export) -> None:
    html = as_ada.get(address(ready, "delete"))

    assert one(html, "p", class_="lead").text == (
        "2 files of 2.3 kB go, and can no longer be downloaded by anybody. "
        "This cannot be undone. Its line in the history stays."
    )
    ready.refresh_from_db()
    assert ready.deleted_at is None


def test_delete_does_it_when_the_answer_is_yes(as_ada: Browser, ready: Export) -> None:
    response = as_ada.post(address(ready, "delete"))
    html = as_ada.get(response.headers["Location"])

    assert "Deleted “Late trips”. Its line in the history stays." in html
    assert ready.uid not in html
    assert ready.label in as_ada.get("/demo/history")
    assert AuditEvent.objects.filter(action="export.deleted", subject=ready.uid).count() == 1


def test_neither_is_done_without_the_token_of_a_page(ada: object, running: Export) -> None:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(running.created_by)

    for action in ("cancel", "delete"):
        assert client.post(address(running, action)).status_code == 403
    running.refresh_from_db()
    assert running.is_active


def test_an_auditor_and_an_exporter_end_nothing_of_others(
    as_ari: Browser, as_eve: Browser, make_export: Callable[..., Export]
) -> None:
    export = make_export()

    for action in ("cancel", "delete"):
        assert as_ari.post(address(export, action)).status_code == 403
        assert as_eve.post(address(export, action)).status_code == 404
    export.refresh_from_db()
    assert export.state == State.PENDING


def test_an_exporter_ends_his_own(as_eve: Browser, eves_export: Export) -> None:
    as_eve.post(address(eves_export, "cancel"))
    as_eve.post(address(eves_export, "delete"))

    eves_export.refresh_from_db()
    assert eves_export.state == State.CANCELLED
    assert eves_export.deleted_at
