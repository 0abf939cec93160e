"""The pages of principals, and running as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from exports.domain.audit import SYSTEM
from exports.domain.principals import principal_change
from exports.models import ApiKey, Export, Principal
from tests.conftest import give, made_key
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.models import Collection, Namespace, User

LIST = "/demo/principals"
NEW = "/demo/exports/new"


def test_without_any_it_says_what_one_is(as_ada: Browser) -> None:
    assert texts(as_ada.get(LIST), "h2") == ["No principal yet"]


def test_the_list_says_what_each_may_read(as_ada: Browser, ua: Principal, aa: Principal) -> None:
    principal_change(aa, actor=SYSTEM, identities=[], disabled=True)

    assert texts(as_ada.get(LIST), "tr")[1:] == [
        "AA None: public collections only Disabled",
        "UA UA Enabled",
    ]


def test_one_is_made_with_an_identity_a_line(as_ada: Browser, demo: Namespace) -> None:
    response = as_ada.post(f"{LIST}/new", name="UA", identities=" UA \r\n\r\nUnited Air\r\nUA")

    made = Principal.objects.get()
    assert response.headers["Location"] == LIST
    assert (made.name, made.identities) == ("UA", ["UA", "United Air"])


def test_what_is_saved_unchanged_stays_so(as_ada: Browser, ua: Principal) -> None:
    principal_change(ua, actor=SYSTEM, identities=["a b", "ü", '"'])
    path = f"{LIST}/{ua.uid}"
    html = as_ada.get(path)
    as_ada.post(path, name="United", identities='a b\r\nü\r\n"')

    ua.refresh_from_db()
    assert (ua.name, ua.identities) == ("United", ["a b", "ü", '"'])
    assert "Changed the principal “United”." in as_ada.get(LIST)
    assert one(html, "textarea", name="identities").text == 'a b ü "'


@pytest.mark.parametrize(
    ("name", "identities", "says"),
    [
        ("", "", "This cannot be empty."),
        ("AA", "", "There is a principal named 'AA' already. Choose another name."),
        ("prn_x", "", "A name must not look like an id: begin it otherwise."),
        ("UA", "x" * 201, "An identity is one line of 1 to 200 characters, no blank around them."),
    ],
)
def test_what_is_wrong_is_said_beside_it(
    as_ada: Browser, aa: Principal, name: str, identities: str, says: str
) -> None:
    html = as_ada.post(f"{LIST}/new", name=name, identities=identities).content.decode()

    assert texts(html, "ul", class_="errorlist") == [says]
    assert list(Principal.objects.all()) == [aa]


def test_one_is_disabled_after_a_question_and_enabled_again(
    as_ada: Browser, demo: Namespace, eve: User, ua: Principal
) -> None:
    give(eve, demo, principal="UA")
    path = f"{LIST}/{ua.uid}/switch"
    html = as_ada.get(path)
    assert one(html, "h1").text == "Disable “UA”?"
    assert "1 member bound to it can make no export until then." in html

    as_ada.post(path, disabled="1")
    ua.refresh_from_db()
    assert not ua.is_valid
    assert one(as_ada.get(path), "h1").text == "Enable “UA” again?"
    as_ada.post(path, disabled="0")
    ua.refresh_from_db()
    assert ua.is_valid


def test_one_tells_who_is_bound_to_it_and_what_ran_as_it(
    as_ada: Browser,
    ada: User,
    eve: User,
    ua: Principal,
    make_export: Callable[..., Export],
    django_assert_num_queries: Any,
) -> None:
    give(eve, ua.namespace, principal="UA")
    asking_the_clock = connection.vendor == "postgresql"
    for count in (1, 3):
        while ApiKey.objects.count() < count:
            made_key(ua.namespace, ada, principal=ua)
            make_export(label="As UA", principal="UA")
        with django_assert_num_queries(10 + asking_the_clock):
            html = as_ada.get(f"{LIST}/{ua.uid}")
        lines = texts(html, "li")
        assert lines.count("test key of ada@example.org") == count
        assert lines.count("As UA Waiting just now") == count
        assert "eve@example.org Exporter" in lines


def test_one_is_deleted_after_a_question(as_ada: Browser, ua: Principal) -> None:
    path = f"{LIST}/{ua.uid}/delete"
    assert one(as_ada.get(path), "h1").text == "Delete “UA”?"

    assert as_ada.post(path).headers["Location"] == LIST

    assert texts(as_ada.get(LIST), "h2") == ["No principal yet"]
    assert as_ada.status(path) == 404


def test_one_that_binds_somebody_stays(as_ada: Browser, eve: User, ua: Principal) -> None:
    give(eve, ua.namespace, principal="UA")
    path = f"{LIST}/{ua.uid}/delete"
    assert one(as_ada.get(path), "h1").text == "“UA” cannot be deleted yet"

    answer = as_ada.client.post(path, follow=True)

    assert "still binds members (1) and keys (0)" in answer.content.decode()
    ua.refresh_from_db()
    assert ua.deleted_at is None


def test_an_admin_chooses_as_whom_it_runs(
    as_ada: Browser, trips: Collection, ua: Principal, aa: Principal
) -> None:
    principal_change(aa, actor=SYSTEM, disabled=True)
    choice = one(as_ada.get(NEW), "select", name="principal")
    assert choice.text == "Nobody: every document UA"

    as_ada.post(NEW, collection="trips", format="csv", principal="UA")

    export = Export.objects.get()
    assert export.principal == ua
    html = as_ada.get(f"/demo/exports/{export.uid}")
    assert "UA: only what this principal may read" in texts(html, "dd")
    assert '"principal": "UA"' in one(html, "pre").text


def test_a_choice_that_is_gone_is_said_beside_it(
    as_ada: Browser, trips: Collection, ua: Principal
) -> None:
    html = as_ada.post(NEW, collection="trips", format="csv", principal="ZZ").content.decode()

    assert "There is no such principal here." in one(html, "div", class_="wrong").text
    assert not Export.objects.exists()


def test_who_is_bound_is_told_and_has_no_choice(
    as_eve: Browser, demo: Namespace, eve: User, trips: Collection, ua: Principal, aa: Principal
) -> None:
    give(eve, demo, principal="UA", trips="export")
    html = as_eve.get(NEW)

    assert elements(html, "select", name="principal") == []
    assert "You run as UA" in one(html, "p", class_="below-field").text
    assert "AA" not in texts(html, "option")
    as_eve.post(NEW, collection="trips", format="csv")
    assert Export.objects.get().principal == ua
    assert as_eve.post(NEW, collection="trips", format="csv", principal="AA").status_code == 403


def test_an_exporter_who_is_free_has_no_choice_either(
    as_eve: Browser, demo: Namespace, eve: User, trips: Collection, ua: Principal
) -> None:
    give(eve, demo, trips="export")

    assert elements(as_eve.get(NEW), "select", name="principal") == []
    assert as_eve.post(NEW, collection="trips", format="csv", principal="UA").status_code == 403
    as_eve.post(NEW, collection="trips", format="csv")
    assert [each.principal for each in Export.objects.all()] == [None]


def test_another_workspaces_principals_are_not_there(as_olaf: Browser, ua: Principal) -> None:
    for path in (f"/other/principals/{ua.uid}", f"/other/principals/{ua.uid}/switch", LIST):
        assert as_olaf.status(path) == 404
    assert as_olaf.post(f"/other/principals/{ua.uid}/switch", disabled="1").status_code == 404
    assert texts(as_olaf.get("/other/principals"), "h2") == ["No principal yet"]
