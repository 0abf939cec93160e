"""Principals: made, changed and deleted, each with its event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exports.domain.audit import SYSTEM
from exports.domain.errors import Conflict, InvalidRequest, NotFound
from exports.domain.keys import key_create, key_revoke
from exports.domain.principals import (
    principal_change,
    principal_create,
    principal_delete,
    principal_find,
)
from exports.models import AuditDetail, AuditEvent, Principal
from tests.conftest import give

if TYPE_CHECKING:
    from exports.models import Namespace, User


def make(namespace: Namespace, name: str, *identities: str) -> Principal:
    return principal_create(namespace=namespace, name=name, identities=identities, actor=SYSTEM)


def told(principal: Principal) -> list[tuple[str, dict[str, Any]]]:
    events = AuditEvent.objects.filter(subject=principal.uid).order_by("pk")
    return [(each.action, AuditDetail.objects.get(pk=each.pk).said) for each in events]


def test_an_identity_is_kept_once(demo: Namespace) -> None:
    made = make(demo, "UA", "UA", "united", "UA")

    assert Principal.objects.get(uid=made.uid).identities == ["UA", "united"]
    assert told(made) == [("principal.created", {"name": "UA", "identities": ["UA", "united"]})]


@pytest.mark.parametrize(
    ("name", "identities", "paths"),
    [
        ("", [], ["name"]),
        (" UA", [], ["name"]),
        ("U\nA", [], ["name"]),
        ("U\0A", [], ["name"]),
        ("\ud800", [], ["name"]),
        ("prn_x", [], ["name"]),
        ("x" * 101, [], ["name"]),
        ("UA", [""], ["identities.0"]),
        ("UA", ["ok", " UA"], ["identities.1"]),
        ("UA", ["a\nb"], ["identities.0"]),
        ("UA", ["a\u2028b", "\0", "\ud800"], ["identities.0", "identities.1", "identities.2"]),
        ("UA", ["x" * 201], ["identities.0"]),
        ("UA", [str(i) for i in range(1001)], ["identities"]),
    ],
)
def test_what_is_no_principal_is_refused_by_its_field(
    demo: Namespace, name: str, identities: list[str], paths: list[str]
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        make(demo, name, *identities)

    assert [each.path for each in caught.value.errors] == paths
    assert not Principal.objects.exists()


def test_a_name_is_taken_once_in_a_workspace(demo: Namespace, other: Namespace) -> None:
    make(demo, "UA")
    make(other, "UA")
    aa = make(demo, "AA")

    with pytest.raises(InvalidRequest, match="already"):
        make(demo, "UA")
    with pytest.raises(InvalidRequest, match="already"):
        principal_change(aa, actor=SYSTEM, name="UA")


def test_a_change_says_what_was_and_what_is(ua: Principal) -> None:
    principal_change(ua, actor=SYSTEM, identities=["UA", "U2"], disabled=True)

    assert told(ua)[1:] == [
        (
            "principal.changed",
            {
                "before": {"disabled": False, "identities": ["UA"]},
                "after": {"disabled": True, "identities": ["UA", "U2"]},
            },
        )
    ]


def test_what_was_changed_meanwhile_stays(ua: Principal) -> None:
    read_before = Principal.objects.get(pk=ua.pk)
    principal_change(ua, actor=SYSTEM, identities=["U2"], disabled=True)

    renamed = principal_change(read_before, actor=SYSTEM, name="United")

    kept = Principal.objects.get(pk=ua.pk)
    assert (kept.name, kept.identities, kept.is_valid) == ("United", ["U2"], False)
    assert renamed.is_valid is False
    assert told(ua)[-1] == (
        "principal.changed",
        {"before": {"name": "UA"}, "after": {"name": "United"}},
    )


def test_one_that_was_deleted_meanwhile_is_not_changed(ua: Principal) -> None:
    read_before = Principal.objects.get(pk=ua.pk)
    principal_delete(ua, actor=SYSTEM)

    with pytest.raises(NotFound):
        principal_change(read_before, actor=SYSTEM, name="United")


def test_what_changes_nothing_is_no_event(ua: Principal) -> None:
    principal_change(ua, actor=SYSTEM, name="UA", identities=["UA"], disabled=False)

    assert [action for action, _ in told(ua)] == ["principal.created"]


def test_a_deleted_one_is_not_found_and_its_name_is_free(demo: Namespace, ua: Principal) -> None:
    principal_delete(ua, actor=SYSTEM)

    for reference in ("UA", ua.uid):
        with pytest.raises(NotFound):
            principal_find(demo, reference)
    assert make(demo, "UA").pk != ua.pk
    assert told(ua)[1:] == [("principal.deleted", {"name": "UA"})]


def test_one_that_somebody_is_bound_to_is_not_deleted(
    demo: Namespace, ada: User, eve: User, ua: Principal
) -> None:
    give(eve, demo, principal="UA")
    key, _ = key_create(namespace=demo, owner=ada, label="k", scopes=[], principal=ua, actor=SYSTEM)
    with pytest.raises(Conflict, match=r"members \(1\) and keys \(1\)"):
        principal_delete(ua, actor=SYSTEM)

    give(eve, demo)
    key_revoke(key, actor=SYSTEM)
    principal_delete(ua, actor=SYSTEM)


def test_one_of_another_workspace_is_not_found(other: Namespace, ua: Principal) -> None:
    for reference in ("UA", ua.uid, "", "\0"):
        with pytest.raises(NotFound):
            principal_find(other, reference)
