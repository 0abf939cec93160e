"""Commands for operators: what they print, and what they say when it cannot be done."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from exports.domain.access import caller_for
from exports.domain.keys import key_find
from exports.domain.members import standing
from exports.models import (
    AuditDetail,
    AuditEvent,
    Collection,
    Membership,
    Namespace,
    Principal,
    User,
)

if TYPE_CHECKING:
    from pathlib import Path


def said(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_key_create_prints_only_the_key(ada: User) -> None:
    text = said("key_create", "--namespace=demo", "--owner=ada@example.org")

    key = key_find(text.strip())
    assert text.count("\n") == 1
    assert key
    assert (key.owner, key.scopes) == (ada, ["admin"])


def test_a_key_is_revoked_by_itself_or_by_its_id(ada: User) -> None:
    made = [said("key_create", "--namespace=demo", "--owner=ada@example.org").strip() for _ in "12"]
    second, first = (line.split()[0] for line in said("key_list", "--namespace=demo").splitlines())

    assert said("key_revoke", first) == f"{first} opens nothing any more.\n"
    assert said("key_revoke", made[1]) == f"{second} opens nothing any more.\n"

    assert [key_find(text) for text in made] == [None, None]
    assert said("key_list", "--namespace=demo") == ""
    assert AuditEvent.objects.filter(action="key.revoked").count() == 2


def test_key_list_never_shows_the_secret(ada: User) -> None:
    secret = said("key_create", "--namespace=demo", "--owner=ada@example.org").split("_")[2].strip()

    listed = said("key_list", "--namespace=demo")

    assert "never used" in listed
    assert secret not in listed


@pytest.mark.parametrize("unknown", ["key_none", "sk_none", ""])
def test_a_key_that_is_not_there_cannot_be_revoked(unknown: str, ada: User) -> None:
    with pytest.raises(CommandError, match=r"^There is no such key\. See manage\.py key_list\.$"):
        said("key_revoke", unknown)


def test_key_create_gives_the_scopes_asked_for(ada: User) -> None:
    text = said("key_create", "--namespace=demo", "--owner=ada@example.org", "--scope=exports:read")

    key = key_find(text.strip())
    assert key
    assert key.scopes == ["exports:read"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--namespace=demo", "--owner=nobody@example.org"], "no person"),
        (["--namespace=nowhere", "--owner=ada@example.org"], "no such workspace"),
        (["--namespace=demo", "--owner=ada@example.org", "--days=400"], "a year"),
    ],
)
def test_key_create_says_what_is_wrong(ada: User, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        said("key_create", *arguments)


def test_collection_register_makes_a_collection(demo: Namespace, trips_file: Path) -> None:
    text = said(
        "collection_register",
        "trips",
        str(trips_file),
        "--namespace=demo",
        "--key=document_id",
        "--optional=tags",
        "--access=carrier",
    )

    made = Collection.objects.get()
    assert text == f"{made.uid}  trips  1,000 documents\n"
    assert made.schema.find("tags")[-1].optional
    assert made.access == ["carrier"]


def test_collection_register_names_the_wrong_field(demo: Namespace, trips_file: Path) -> None:
    with pytest.raises(CommandError, match="no such property"):
        said("collection_register", "trips", str(trips_file), "--namespace=demo", "--key=id")


def test_a_workspace_and_its_first_admin_are_made(db: None) -> None:
    made = said("namespace_create", "sales", "--name=Sales")
    told = said("member_add", "Ada@example.org", "--namespace=sales", "--role=admin", "--name=Ada")

    assert made.startswith("ns_")
    ada = User.objects.get()
    password = told.splitlines()[1].removeprefix("Password: ")
    assert ada.check_password(password)
    assert caller_for(ada, "sales").role == "admin"


def test_an_exporter_is_given_collections_and_bound(
    demo: Namespace, trips: Collection, ua: Principal
) -> None:
    arguments = ("--namespace=demo", "--role=exporter", "--principal=UA")
    said("member_add", "eve@example.org", *arguments, "--collection=trips:export")

    assert standing(Membership.objects.get()) == {
        "role": "exporter",
        "principal": "UA",
        "collections": {"trips": "export"},
    }


def test_a_principal_is_made(demo: Namespace) -> None:
    text = said("principal_create", "UA", "--namespace=demo", "--identity=UA", "--identity=U2")

    made = Principal.objects.get()
    assert text == f"{made.uid}  UA\n"
    assert made.identities == ["UA", "U2"]


def test_a_key_is_bound(ada: User, demo: Namespace, trips: Collection, ua: Principal) -> None:
    arguments = ("--owner=ada@example.org", "--principal=UA", "--collection=trips")
    key = key_find(said("key_create", "--namespace=demo", *arguments).strip())

    assert key
    assert (key.principal, key.collections) == (ua, [trips.uid])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["member_add", "x@example.org", "--role=exporter", "--collection=trips"], "NAME:RIGHT"),
        (["member_add", "x@example.org", "--role=exporter", "--collection=no:see"], "no such coll"),
        (["member_add", "x@example.org", "--role=exporter", "--principal=ZZ"], "no such principal"),
        (["principal_create", "prn_x"], "look like an id"),
        (["key_create", "--owner=ada@example.org", "--principal=ZZ"], "no such principal"),
        (["key_create", "--owner=ada@example.org", "--collection=no"], "no such collection"),
    ],
)
def test_what_is_not_there_is_given_to_nobody(
    ada: User, arguments: list[str], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        said(*arguments, "--namespace=demo")
    assert list(User.objects.all()) == [ada]


def test_who_is_known_keeps_his_password(ada: User, other: Namespace) -> None:
    told = said("member_add", "ADA@example.org", "--namespace=other", "--role=auditor")

    assert told == "ada@example.org is auditor of other.\n"
    assert caller_for(ada, "other").role == "auditor"


def test_a_workspace_is_made_with_its_settings_and_changed(db: None) -> None:
    said("namespace_create", "sales", "--name=Sales", "--quota=10GB", "--retention=0.5")
    made = Namespace.objects.get()
    assert (made.quota, made.retention, made.max_running) == (10**10, timedelta(hours=12), 1)

    told = said("namespace_change", "sales", "--quota=none", "--max-running=3", "--name=Sales EU")

    made.refresh_from_db()
    assert (made.quota, made.retention, made.max_running) == (None, timedelta(hours=12), 3)
    assert told.splitlines() == [
        f"{made.uid}  sales  Sales EU",
        "0 bytes used, no limit",
        "results are kept for 0.5 days, 3 run at once",
    ]
    event = AuditEvent.objects.get(action="namespace.changed")
    assert AuditDetail.objects.get(event_id=event.pk).said == {
        "was": {"name": "Sales", "quota": 10**10, "max_running": 1},
        "name": "Sales EU",
        "quota": None,
        "max_running": 3,
    }


def test_changing_nothing_is_no_event(demo: Namespace) -> None:
    said("namespace_change", "demo", "--retention=7")

    assert not AuditEvent.objects.filter(action="namespace.changed").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["namespace_change", "nowhere"], "no workspace 'nowhere'"),
        (["namespace_change", "demo", "--quota=much"], "no size: write 500MB"),
        (["namespace_change", "demo", "--quota=-1"], "no size"),
        (["namespace_change", "demo", "--retention=0"], "more than 0"),
        (["namespace_change", "demo", "--retention=nan"], "more than 0"),
        (["namespace_change", "demo", "--retention=soon"], "no number of days"),
        (["namespace_change", "demo", "--max-running=0"], "greater than or equal to 1"),
        (["namespace_change", "demo", "--name="], "cannot be blank"),
    ],
)
def test_a_setting_that_will_not_do_is_said(
    arguments: list[str], message: str, demo: Namespace
) -> None:
    with pytest.raises(CommandError, match=message):
        said(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["namespace_create", "demo", "--name=Again"], "already"),
        (["namespace_create", "api", "--name=Api"], "taken"),
        (["member_add", "a@example.org", "--namespace=none", "--role=admin"], "no workspace"),
        (["member_add", "nobody", "--namespace=demo", "--role=admin"], "no e-mail address"),
    ],
)
def test_what_cannot_be_made_is_said(demo: Namespace, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        said(*arguments)
