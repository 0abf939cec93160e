"""Several exports at once: asked first, done one by one, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.models import AuditEvent, Export, State
from tests.web.conftest import Browser, changed
from tests.web.reading import one, texts

if TYPE_CHECKING:
    from collections.abc import Callable

SEVERAL = "/demo/exports/several"


def test_what_was_ticked_is_asked_about_and_nothing_is_done(
    as_ada: Browser, ready: Export, running: Export
) -> None:
    page = as_ada.post(SEVERAL, uid=[ready.uid, running.uid], action="delete").content.decode()

    assert texts(page, "h1") == ["Delete 2 exports?"]
    assert one(page, "p", class_="lead").text == (
        "2 exports, 2.3 kB. Their lines in the history stay. This cannot be undone."
    )
    assert Export.objects.filter(deleted_at=None).count() == 2


def test_a_held_one_is_left_with_the_reason_and_the_rest_is_deleted(
    as_ada: Browser, ready: Export, running: Export
) -> None:
    changed(ready, hold_reason="A court asks for it.")
    both = [ready.uid, running.uid]

    asked = as_ada.post(SEVERAL, uid=both, action="delete").content.decode()
    assert texts(asked, "ul", class_="chosen")[1] == "Late trips It is held: A court asks for it."
    as_ada.post(SEVERAL, uid=both, action="delete", sure="yes")

    assert [each.label for each in Export.objects.filter(deleted_at=None)] == ["Late trips"]
    assert texts(as_ada.get("/demo/exports"), "p", class_="note-success") == [
        (
            "Deleted 1 export. Its line in the history stays. One was left as it is. "
            "“Late trips”: It is held: A court asks for it."
        )
    ]


def test_what_waits_and_runs_is_cancelled_and_each_is_an_event(
    as_ada: Browser, running: Export, ready: Export, make_export: Callable[..., Export]
) -> None:
    uids = [running.uid, ready.uid, make_export().uid]

    as_ada.post(SEVERAL, uid=uids, action="cancel", sure="yes")

    assert Export.objects.filter(state=State.CANCELLED).count() == 2
    assert AuditEvent.objects.filter(action="export.cancelled").count() == 2
    ready.refresh_from_db()
    assert ready.state == State.READY


def test_none_that_fits_is_said(as_ada: Browser, ready: Export) -> None:
    page = as_ada.post(SEVERAL, uid=[ready.uid], action="cancel", sure="yes").content.decode()

    assert texts(page, "h1") == ["None of these can be cancelled"]
    assert "It has ended already: it is ready." in page


def test_what_makes_no_sense_changes_nothing(as_ada: Browser, ready: Export) -> None:
    for sent in (
        {"uid": [], "action": "delete"},
        {"uid": ["a\0b", "exp_nobody"], "action": "delete", "sure": "yes"},
        {"uid": [ready.uid], "action": "burn", "sure": "yes"},
    ):
        response = as_ada.post(SEVERAL, **sent)
        assert response.headers["Location"] == "/demo/exports"
        assert "Nothing was chosen." in as_ada.get("/demo/exports")
    assert as_ada.post(SEVERAL, uid=["x"] * 101, action="delete").status_code == 422
    ready.refresh_from_db()
    assert ready.deleted_at is None


def test_nobody_ends_what_is_not_his(
    as_ari: Browser, as_eve: Browser, as_olaf: Browser, ready: Export
) -> None:
    sent = {"uid": [ready.uid], "action": "delete", "sure": "yes"}

    assert as_ari.post(SEVERAL, **sent).status_code == 403
    assert as_eve.post(SEVERAL, **sent).status_code == 302
    assert as_olaf.post(SEVERAL, **sent).status_code == 404
    assert as_olaf.post("/other/exports/several", **sent).status_code == 302
    ready.refresh_from_db()
    assert ready.deleted_at is None
