"""The pages on which an admin says who may do what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exports.domain.members import standing
from exports.models import AuditEvent, Membership
from tests.conftest import give
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from exports.models import Collection, Namespace, Principal, User

LIST = "/demo/members"


def page_of(user: User) -> str:
    return f"{LIST}/{Membership.objects.get(user=user, namespace__slug='demo').uid}"


def held(user: User) -> dict[str, Any]:
    return standing(Membership.objects.get(user=user, namespace__slug="demo"))


def test_the_list_says_who_may_do_what(
    as_ada: Browser, demo: Namespace, eve: User, ari: User, planes: Collection, ua: Principal
) -> None:
    give(eve, demo, principal="UA", trips="export", planes="see")

    assert texts(as_ada.get(LIST), "tr")[1:] == [
        "ada@example.org Admin — All",
        "ari@example.org Auditor — None of the data",
        "eve@example.org Exporter UA planes see trips export",
    ]


def test_only_who_administers_is_led_there(as_ada: Browser, as_ari: Browser) -> None:
    for path in (LIST, "/demo/principals"):
        assert f'href="{path}"' in as_ada.get("/demo/exports")
        assert f'href="{path}"' not in as_ari.get("/demo/exports")


def test_a_member_is_given_a_right_and_a_principal(
    as_ada: Browser, eve: User, trips: Collection, planes: Collection, ua: Principal
) -> None:
    given = {f"right_{trips.uid}": "export", f"right_{planes.uid}": ""}
    response = as_ada.post(page_of(eve), role="exporter", principal="UA", **given)

    assert response.headers["Location"] == LIST
    assert held(eve) == {
        "role": "exporter",
        "principal": "UA",
        "collections": {"trips": "export"},
    }


def test_the_form_shows_what_is_held(
    as_ada: Browser, demo: Namespace, eve: User, trips: Collection, ua: Principal
) -> None:
    give(eve, demo, principal="UA", trips="preview")

    html = as_ada.get(page_of(eve))

    chosen = [each.text for each in elements(html, "option") if "selected" in each.attributes]
    assert chosen == ["UA", "… and look at documents"]
    roles = [each.attributes for each in elements(html, "input", name="role")]
    assert [each["value"] for each in roles if "checked" in each] == ["exporter"]


def test_another_role_leaves_out_what_it_has_no_use_for(
    as_ada: Browser, demo: Namespace, eve: User, trips: Collection, ua: Principal
) -> None:
    give(eve, demo, principal="UA", trips="preview")
    as_ada.post(page_of(eve), role="auditor", principal="UA", **{f"right_{trips.uid}": "export"})

    assert held(eve) == {"role": "auditor", "principal": "", "collections": {}}


def test_who_has_an_account_is_added(as_ada: Browser, olaf: User, trips: Collection) -> None:
    given = {f"right_{trips.uid}": "see"}
    as_ada.post(f"{LIST}/new", email="olaf@example.org", role="exporter", principal="", **given)

    assert held(olaf)["collections"] == {"trips": "see"}


@pytest.mark.parametrize(
    ("email", "says"),
    [
        ("nobody@example.org", "Nobody has an account with this address yet."),
        ("eve@example.org", "eve@example.org is a member already."),
        ("nobody", "Enter a valid email address."),
        ("", "This cannot be empty."),
    ],
)
def test_who_cannot_be_added_is_said_beside_the_address(
    as_ada: Browser, eve: User, email: str, says: str
) -> None:
    html = as_ada.post(f"{LIST}/new", email=email, role="admin", principal="").content.decode()

    (told,) = texts(html, "ul", class_="errorlist")
    assert told.startswith(says)
    assert "autofocus" in one(html, "input", name="email").attributes
    assert held(eve)["role"] == "exporter"


def test_the_last_admin_keeps_the_role(as_ada: Browser, ada: User) -> None:
    html = as_ada.post(page_of(ada), role="auditor", principal="").content.decode()

    assert "Nobody would be left who administers this workspace." in html
    assert as_ada.post(f"{page_of(ada)}/remove").status_code == 409
    assert held(ada)["role"] == "admin"


def test_a_member_is_removed_after_a_question(as_ada: Browser, eve: User) -> None:
    path = f"{page_of(eve)}/remove"
    assert one(as_ada.get(path), "h1").text == "Remove “eve@example.org”?"
    assert Membership.objects.filter(user=eve).exists()

    assert as_ada.post(path).headers["Location"] == LIST
    assert not Membership.objects.filter(user=eve).exists()
    assert AuditEvent.objects.filter(action="member.removed").count() == 1


def test_an_exporter_changes_nobody(as_eve: Browser, eve: User) -> None:
    for path in (page_of(eve), f"{page_of(eve)}/remove", f"{LIST}/new"):
        assert as_eve.post(path, role="admin", email="x@example.org").status_code == 403
    assert held(eve)["role"] == "exporter"


def test_another_workspaces_members_are_not_there(as_olaf: Browser, eve: User) -> None:
    elsewhere = page_of(eve).replace("/demo/", "/other/")

    assert as_olaf.status(elsewhere) == as_olaf.status(LIST) == 404
    assert as_olaf.post(f"{elsewhere}/remove").status_code == 404
    assert "eve@" not in as_olaf.get("/other/members")


def test_an_exporter_is_offered_what_he_may_export(
    as_eve: Browser, demo: Namespace, eve: User, trips: Collection, planes: Collection
) -> None:
    give(eve, demo, trips="export", planes="see")

    assert texts(as_eve.get("/demo/collections"), "tr")[1:] == [
        "planes 1,000 8 document_id Ready",
        "trips 1,000 8 document_id Ready Export trips",
    ]
    assert texts(as_eve.get("/demo/exports/new"), "option")[0] == "trips (1,000 documents)"
    assert "planes" not in as_eve.get("/demo/exports/new")
    assert "/exports/new" not in as_eve.get("/demo/collections/planes")
    assert "/exports/new" in as_eve.get("/demo/collections/trips")


def test_what_may_only_be_seen_is_not_exported(
    as_eve: Browser, demo: Namespace, eve: User, trips: Collection, planes: Collection
) -> None:
    give(eve, demo, trips="export", planes="preview")

    html = as_eve.post("/demo/exports/new", collection="planes", format="csv").content.decode()

    assert "Choose a collection that you may export." in html
    assert not trips.exports.exists()
