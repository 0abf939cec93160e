"""The settings of a workspace."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from exports.models import AuditDetail, AuditEvent
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts
from tests.web.test_second_factor import switched_on

if TYPE_CHECKING:
    from exports.models import Namespace, User

PATH = "/demo/settings"


def typed(html: str) -> dict[str, str]:
    """What the form holds, as a browser would send it."""
    fields = [e.attributes for e in elements(html, "input") if "id_" in e.attributes.get("id", "")]
    ticks = {each["name"]: "on" for each in fields if "checked" in each}
    return ticks | {e["name"]: e.get("value", "") for e in fields if e["type"] != "checkbox"}


def test_what_is_saved_unchanged_stays_to_the_byte(as_ada: Browser, demo: Namespace) -> None:
    demo.retention, demo.quota = timedelta(days=1, seconds=1), 1_234_567_891
    demo.save()
    as_ada.post(PATH, **typed(as_ada.get(PATH)))

    demo.refresh_from_db()
    assert (demo.retention, demo.quota) == (timedelta(days=1, seconds=1), 1_234_567_891)
    assert not AuditEvent.objects.filter(action="namespace.changed").exists()


def test_a_change_is_on_the_record(as_ada: Browser, demo: Namespace) -> None:
    change = {"name": "Sales", "retention": "0.5", "quota": "2.5", "max_running": "3"}
    answer = as_ada.post(PATH, **change)

    assert answer.headers["Location"] == PATH
    demo.refresh_from_db()
    assert (demo.name, demo.max_running) == ("Sales", 3)
    assert (demo.retention, demo.quota) == (timedelta(hours=12), 2_500_000_000)
    event = AuditEvent.objects.get(action="namespace.changed")
    said = AuditDetail.objects.get(event_id=event.pk).said
    assert (event.actor, said["was"]["name"], said["quota"]) == (
        "ada@example.org",
        "Demo",
        2_500_000_000,
    )
    assert typed(as_ada.get(PATH)) == change


def test_the_quota_can_be_lifted(as_ada: Browser, demo: Namespace) -> None:
    demo.quota = 1
    demo.save()
    as_ada.post(PATH, **{**typed(as_ada.get(PATH)), "quota": ""})

    demo.refresh_from_db()
    assert demo.quota is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("name", "a\0b"),
        ("retention", "0"),
        ("retention", "nan"),
        ("retention", "1e300"),
        ("quota", "-1"),
        ("quota", "9" * 40),
        ("max_running", "0"),
        ("max_running", "1.5"),
        ("max_running", ""),
    ],
)
def test_what_is_wrong_is_said_beside_it(
    as_ada: Browser, demo: Namespace, field: str, value: str
) -> None:
    html = as_ada.post(PATH, **{**typed(as_ada.get(PATH)), field: value}).content.decode()

    assert one(html, "ul", class_="errorlist").attributes["id"] == f"id_{field}_error"
    assert "autofocus" in one(html, "input", name=field).attributes
    demo.refresh_from_db()
    assert demo.name == "Demo"


def test_who_has_no_second_factor_cannot_ask_it_of_others(
    as_ada: Browser, ada: User, demo: Namespace
) -> None:
    wanted = {**typed(as_ada.get(PATH)), "requires_second_factor": "on"}
    html = as_ada.post(PATH, **wanted).content.decode()
    assert texts(html, "ul", class_="errorlist") == [
        "You have none yourself, and would be shut out. Set one up in your profile first."
    ]
    switched_on(ada)
    as_ada.post(PATH, **wanted)

    demo.refresh_from_db()
    assert demo.requires_second_factor
    assert "checked" in one(as_ada.get(PATH), "input", name="requires_second_factor").attributes


def test_nothing_sent_changes_nothing(as_ada: Browser, demo: Namespace) -> None:
    before: dict[str, Any] = dict(typed(as_ada.get(PATH)))

    assert as_ada.post(PATH).status_code == 200
    assert typed(as_ada.get(PATH)) == before
