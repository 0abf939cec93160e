"""Members: what they are given, and that each change is on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exports.domain.audit import SYSTEM
from exports.domain.errors import Conflict, InvalidRequest, NotFound
from exports.domain.members import (
    member_add,
    member_change,
    member_join,
    member_remove,
    members_of,
    standing,
)
from exports.models import AuditDetail, AuditEvent, CollectionRight, Membership, User
from tests.conftest import give

if TYPE_CHECKING:
    from exports.models import Collection, Namespace, Principal


def of(user: User) -> Membership:
    return Membership.objects.get(user=user)


def told(user: User) -> list[tuple[str, dict[str, Any]]]:
    events = AuditEvent.objects.filter(subject=f"user:{user.pk}").order_by("pk")
    return [(each.action, AuditDetail.objects.get(pk=each.pk).said) for each in events]


def wrong(**given: Any) -> list[str]:
    with pytest.raises(InvalidRequest) as caught:
        member_add(actor=SYSTEM, **given)
    return [each.path for each in caught.value.errors]


def test_what_is_given_is_kept_and_told(
    demo: Namespace, eve: User, trips: Collection, planes: Collection, ua: Principal
) -> None:
    member_change(of(eve), principal="UA", rights={"trips": "export"}, actor=SYSTEM)
    member_change(of(eve), rights={planes.uid: "see"}, actor=SYSTEM)

    assert standing(of(eve)) == {
        "role": "exporter",
        "principal": "UA",
        "collections": {"planes": "see"},
    }
    nothing = {"role": "exporter", "principal": "", "collections": {}}
    his = {"email": "eve@example.org", "role": "exporter", "principal": "UA"}
    assert told(eve) == [
        ("member.added", {"email": "eve@example.org", **nothing}),
        ("member.changed", {**his, "collections": {"trips": "export"}}),
        ("member.changed", {**his, "collections": {"planes": "see"}}),
    ]


def test_what_changes_nothing_is_no_event(demo: Namespace, eve: User, trips: Collection) -> None:
    for _ in range(2):
        give(eve, demo, trips="see")

    assert [action for action, _ in told(eve)] == ["member.added", "member.changed"]


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_another_role_takes_along_what_it_has_no_use_for(
    role: str, demo: Namespace, ada: User, eve: User, trips: Collection, ua: Principal
) -> None:
    give(eve, demo, principal="UA", trips="export")
    member_change(of(eve), role=role, actor=SYSTEM)

    assert standing(of(eve)) == {
        "role": role,
        "principal": "UA" if role == "admin" else "",
        "collections": {},
    }
    assert not CollectionRight.objects.exists()


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        ({"role": "owner"}, ["role"]),
        ({"role": "exporter", "principal": "ZZ"}, ["principal"]),
        ({"role": "auditor", "principal": "UA"}, ["principal"]),
        ({"role": "admin", "rights": {"trips": "see"}}, ["collections"]),
        ({"role": "auditor", "rights": {"trips": "see"}}, ["collections"]),
        (
            {"role": "exporter", "rights": {"trips": "all", "ships": "see"}},
            ["collections.trips", "collections.ships"],
        ),
    ],
)
def test_what_cannot_be_given_is_refused_by_its_field(
    demo: Namespace,
    eve: User,
    trips: Collection,
    ua: Principal,
    given: dict[str, Any],
    paths: list[str],
) -> None:
    assert wrong(namespace=demo, user=eve, **given) == paths
    assert standing(of(eve)) == {"role": "exporter", "principal": "", "collections": {}}


def test_nothing_of_another_workspace_is_given(
    other: Namespace, olaf: User, eve: User, trips: Collection, ua: Principal
) -> None:
    for name in ("UA", ua.uid):
        assert wrong(namespace=other, user=eve, role="exporter", principal=name) == ["principal"]
    for name in ("trips", trips.uid):
        rights = {name: "see"}
        assert wrong(namespace=other, user=eve, role="exporter", rights=rights) == [
            f"collections.{name}"
        ]


def test_a_collection_is_named_once(demo: Namespace, eve: User, trips: Collection) -> None:
    for first, second in (("trips", trips.uid), (trips.uid, "trips")):
        rights = {first: "see", second: "export"}
        paths = wrong(namespace=demo, user=eve, role="exporter", rights=rights)
        assert paths == [f"collections.{second}"]


def test_what_was_changed_meanwhile_stays(
    demo: Namespace, eve: User, trips: Collection, ua: Principal
) -> None:
    read_before = members_of(demo).get(user=eve)
    member_change(of(eve), principal="UA", rights={"trips": "export"}, actor=SYSTEM)
    changed = member_change(read_before, rights={"trips": "see"}, actor=SYSTEM)

    assert standing(changed) == standing(of(eve))
    assert standing(of(eve)) == {
        "role": "exporter",
        "principal": "UA",
        "collections": {"trips": "see"},
    }


def test_who_was_removed_meanwhile_is_not_changed(demo: Namespace, eve: User) -> None:
    read_before = of(eve)
    member_remove(of(eve), actor=SYSTEM)

    with pytest.raises(NotFound):
        member_change(read_before, role="admin", actor=SYSTEM)
    with pytest.raises(NotFound):
        member_remove(read_before, actor=SYSTEM)
    assert [action for action, _ in told(eve)] == ["member.added", "member.removed"]


def test_the_last_admin_stays_one(demo: Namespace, ada: User, ua: Principal) -> None:
    changes: list[dict[str, Any]] = [{"role": "auditor"}, {"principal": "UA"}]
    for change in changes:
        with pytest.raises(Conflict, match="Nobody would be left"):
            member_change(of(ada), actor=SYSTEM, **change)
    with pytest.raises(Conflict, match="Nobody would be left"):
        member_remove(of(ada), actor=SYSTEM)

    assert standing(of(ada)) == {"role": "admin", "principal": "", "collections": {}}
    assert [action for action, _ in told(ada)] == ["member.added"]


def test_an_admin_goes_when_another_is_there(demo: Namespace, ada: User, eve: User) -> None:
    member_change(of(eve), role="admin", actor=SYSTEM)
    member_remove(of(ada), actor=SYSTEM)

    assert not Membership.objects.filter(user=ada).exists()
    assert told(ada)[-1] == ("member.removed", {"email": "ada@example.org"})


def test_who_has_an_account_can_join(other: Namespace, ada: User) -> None:
    made = member_join(namespace=other, email="ADA@example.org", role="auditor", actor=SYSTEM)

    assert (made.user, made.role) == (ada, "auditor")
    with pytest.raises(Conflict, match="a member already"):
        member_join(namespace=other, email=ada.email, role="admin", actor=SYSTEM)


def test_who_has_none_cannot(demo: Namespace) -> None:
    with pytest.raises(InvalidRequest, match="The operator makes one"):
        member_join(namespace=demo, email="new@example.org", role="admin", actor=SYSTEM)
    assert not User.objects.exists()
