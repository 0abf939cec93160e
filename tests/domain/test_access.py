"""Who may do what: roles, rights on collections, bindings; at create and at each download."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from exports.domain.access import Caller, caller_for, caller_for_key
from exports.domain.audit import SYSTEM, audit_append
from exports.domain.downloads import download_authorise
from exports.domain.errors import DomainError, FieldError, Forbidden, InvalidRequest, NotFound
from exports.domain.exports import export_create
from exports.domain.members import member_add
from exports.domain.principals import principal_change
from exports.domain.requests import request_parse
from exports.models import ApiKey, AuditEvent, Export, Membership, Right
from exports.query.schema import Role
from tests.conftest import give, made_key, person, published

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exports.models import Collection, Namespace, Principal, User


def names(caller: Caller, right: Right = Right.SEE) -> list[str]:
    return sorted(caller.collections_with(right).values_list("name", flat=True))


def asked(caller: Caller, **fields: Any) -> Export:
    export, _ = export_create(caller, request_parse({"collection": "trips", **fields}))
    return export


def refused(ask: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(DomainError) as caught:
        ask()
    return caught.value.status, caught.value.message


def keyed(
    user: User,
    namespace: Namespace,
    principal: Principal | None = None,
    collections: Sequence[Collection] | None = None,
) -> Caller:
    key, _ = made_key(namespace, user, principal=principal, collections=collections)
    return caller_for_key(ApiKey.objects.get(pk=key.pk))


NOT_THERE = (404, "There is no such collection here.")
_ONLY_SEEN = (
    "You may see the collection 'trips', but not export it. "
    "Ask an admin of the workspace for that right."
)
NOT_EXPORT = (403, _ONLY_SEEN)
NOT_PREVIEW = (403, _ONLY_SEEN.replace("export", "preview"))


@pytest.mark.parametrize(
    ("right", "seen", "previewed", "exported"),
    [
        ("", NOT_THERE, NOT_THERE, NOT_THERE),
        ("see", "trips", NOT_PREVIEW, NOT_EXPORT),
        ("preview", "trips", "trips", NOT_EXPORT),
        ("export", "trips", "trips", "trips"),
    ],
)
def test_each_right_brings_the_ones_before_it(
    demo: Namespace,
    eve: User,
    planes: Collection,
    right: str,
    seen: object,
    previewed: object,
    exported: object,
) -> None:
    give(eve, demo, **({"trips": right} if right else {}))
    caller = caller_for(eve, "demo")

    def got(wanted: Right) -> object:
        try:
            return caller.collection("trips", wanted).name
        except DomainError as error:
            return error.status, error.message

    assert [got(each) for each in Right] == [seen, previewed, exported]
    assert names(caller) == (["trips"] if right else [])


def test_what_another_exporter_was_given_is_not_his(
    demo: Namespace, eve: User, trips: Collection
) -> None:
    give(person("bob@example.org", demo, "exporter"), demo, trips="export")

    assert names(caller_for(eve, "demo")) == []
    assert refused(partial(asked, caller_for(eve, "demo"))) == NOT_THERE


def test_an_admin_has_all_and_an_auditor_sees_names_only(
    admin: Caller, ari: User, planes: Collection
) -> None:
    auditor = caller_for(ari, "demo")

    assert [names(admin, each) for each in Right] == [["planes", "trips"]] * 3
    assert [names(auditor, each) for each in Right] == [["planes", "trips"], [], []]


def test_an_export_is_made_with_the_right_only(
    demo: Namespace, eve: User, trips: Collection
) -> None:
    assert refused(lambda: asked(caller_for(eve, "demo"))) == NOT_THERE
    give(eve, demo, trips="preview")
    assert refused(lambda: asked(caller_for(eve, "demo"))) == NOT_EXPORT
    give(eve, demo, trips="export")
    assert asked(caller_for(eve, "demo")).state == "pending"
    assert Export.objects.count() == 1


def test_an_exporter_has_his_own_exports_only(
    demo: Namespace, eve: User, make_export: Callable[..., Export]
) -> None:
    theirs = make_export()
    give(eve, demo, trips="export")
    caller = caller_for(eve, "demo")
    his = asked(caller)

    assert list(caller.exports) == [his]
    with pytest.raises(NotFound):
        caller.export(theirs.uid)


# As whom somebody runs who asks for nobody, for UA, for AA, and for one that is not there.
OTHER = "You run as 'UA' only. Leave 'principal' out."
CHOICE = "Only an admin chooses as whom an export runs. Leave 'principal' out."
CHOSEN: dict[str, list[object]] = {
    "free admin": [None, "UA", "AA", (404, "There is no such principal here.")],
    "bound admin": ["UA", "UA", (403, OTHER), (403, OTHER)],
    "free exporter": [None, (403, CHOICE), (403, CHOICE), (403, CHOICE)],
    "bound exporter": ["UA", "UA", (403, OTHER), (403, OTHER)],
    "admin's bound key": ["UA", "UA", (403, OTHER), (403, OTHER)],
    "exporter's bound key": ["UA", "UA", (403, OTHER), (403, OTHER)],
    "admin's key within trips": [None, "UA", "AA", (404, "There is no such principal here.")],
}


@pytest.mark.parametrize("who", CHOSEN)
def test_who_is_bound_runs_as_that_and_only_admins_choose(
    who: str,
    demo: Namespace,
    ada: User,
    eve: User,
    trips: Collection,
    ua: Principal,
    aa: Principal,
) -> None:
    give(eve, demo, principal="UA" if who == "bound exporter" else "", trips="export")
    callers: dict[str, Callable[[], Caller]] = {
        "free admin": lambda: caller_for(ada, "demo"),
        "bound admin": lambda: bound(ada, demo),
        "free exporter": lambda: caller_for(eve, "demo"),
        "bound exporter": lambda: caller_for(eve, "demo"),
        "admin's bound key": lambda: keyed(ada, demo, ua),
        "exporter's bound key": lambda: keyed(eve, demo, ua),
        "admin's key within trips": lambda: keyed(ada, demo, None, [trips]),
    }
    caller = callers[who]()

    def run_as(name: str) -> object:
        try:
            principal = asked(caller, principal=name).principal
        except DomainError as error:
            return error.status, error.message
        return principal and principal.name

    assert [run_as(name) for name in ("", "UA", aa.uid, "ZZ")] == CHOSEN[who]


def bound(user: User, namespace: Namespace) -> Caller:
    """An admin who is bound; another one has to stay free."""
    Membership.objects.create(namespace=namespace, user=_somebody(), role="admin")
    member_add(namespace=namespace, user=user, role="admin", principal="UA", actor=SYSTEM)
    return caller_for(user, namespace.slug)


def _somebody() -> User:
    from exports.models import User

    return User.objects.create_user("free@example.org")


def test_a_principal_of_another_workspace_is_not_there(
    outsider: Caller, admin: Caller, trips: Collection, ua: Principal
) -> None:
    from exports.domain.principals import principal_create

    theirs = principal_create(
        namespace=outsider.namespace, name="ZZ", identities=[], actor=outsider.actor
    )
    for reference in ("ZZ", theirs.uid):
        assert refused(partial(asked, admin, principal=reference)) == (
            404,
            "There is no such principal here.",
        )


def test_nothing_runs_as_a_disabled_principal(
    demo: Namespace, admin: Caller, eve: User, trips: Collection, ua: Principal
) -> None:
    principal_change(ua, actor=SYSTEM, disabled=True)
    give(eve, demo, principal="UA", trips="export")
    told = (403, "The principal 'UA' was disabled. Ask an admin of the workspace.")

    assert refused(lambda: asked(admin, principal="UA")) == told
    assert refused(lambda: asked(caller_for(eve, "demo"))) == told


def test_who_is_bound_sees_the_exports_of_his_principal_only(
    demo: Namespace, ada: User, admin: Caller, trips: Collection, ua: Principal, aa: Principal
) -> None:
    runs = [asked(admin, principal=name) for name in ("", "UA", "AA")]
    caller = keyed(ada, demo, ua)

    assert list(caller.exports) == [runs[1]]
    for hidden in (runs[0], runs[2]):
        with pytest.raises(NotFound):
            caller.export(hidden.uid)


def test_a_key_within_collections_sees_nothing_of_the_others(
    demo: Namespace, ada: User, admin: Caller, planes: Collection, trips: Collection
) -> None:
    hidden, seen = asked(admin, collection="planes"), asked(admin)
    caller = keyed(ada, demo, None, [trips])

    assert names(caller) == ["trips"]
    assert list(caller.exports) == [seen]
    assert refused(lambda: asked(caller, collection="planes")) == NOT_THERE
    assert refused(lambda: caller.export(hidden.uid))[0] == 404


def test_a_key_stays_bound_when_the_last_of_its_collections_goes(
    demo: Namespace, ada: User, planes: Collection
) -> None:
    caller = keyed(ada, demo, None, [planes])
    planes.delete()

    assert names(caller) == []


@pytest.mark.parametrize("within", [False, True])
def test_who_is_bound_makes_exports_and_nothing_else(
    demo: Namespace, ada: User, trips: Collection, ua: Principal, within: bool
) -> None:
    caller = keyed(ada, demo, None, [trips]) if within else keyed(ada, demo, ua)

    assert caller.scopes == {"exports:read", "exports:write", "downloads:read"}
    for forbidden in ("members", "principals"):
        with pytest.raises(Forbidden):
            getattr(caller, forbidden)


def test_a_key_has_no_more_than_its_owner(demo: Namespace, eve: User, planes: Collection) -> None:
    give(eve, demo, trips="see")

    assert names(keyed(eve, demo)) == ["trips"]
    assert names(keyed(eve, demo, None, [planes])) == []


def test_a_key_that_is_bound_elsewhere_than_its_owner_opens_nothing(
    demo: Namespace, eve: User, trips: Collection, ua: Principal, aa: Principal
) -> None:
    give(eve, demo, principal="AA", trips="export")
    told = (403, "This key is bound to another principal than its owner is by now.")

    assert refused(lambda: asked(keyed(eve, demo, ua))) == told
    assert refused(lambda: keyed(eve, demo, ua).exports) == told


def test_a_superuser_is_bound_to_nothing(demo: Namespace, ada: User, ua: Principal) -> None:
    bound(ada, demo)
    ada.is_superuser = True

    assert caller_for(ada, "demo").bound_to is None


_CLOSED = (
    "You may not export every collection that this export reads. "
    "Ask an admin of the workspace for the right."
)
LOST = (403, _CLOSED)


def test_a_lost_right_closes_the_result_and_is_on_the_record(
    demo: Namespace, eve: User, trips: Collection
) -> None:
    give(eve, demo, trips="export")
    export = published(asked(caller_for(eve, "demo")))
    assert download_authorise(caller_for(eve, "demo"), export.uid, "data.csv").rows == 3
    for right in ("preview", "see"):
        give(eve, demo, trips=right)
        caller = caller_for(eve, "demo")
        assert refused(partial(download_authorise, caller, export.uid, "data.csv")) == LOST

    (event,) = AuditEvent.objects.filter(action="export.refused")
    assert (event.actor, event.subject) == ("eve@example.org", export.uid)


def test_a_right_is_needed_on_every_collection_that_is_read(
    demo: Namespace, eve: User, trips: Collection, planes: Collection
) -> None:
    give(eve, demo, trips="export", planes="export")
    export = published(asked(caller_for(eve, "demo")))
    Export.objects.update(frozen={**export.frozen, "collections": [trips.uid, planes.uid]})
    assert caller_for(eve, "demo").file(export.uid, "data.csv").rows == 3

    give(eve, demo, trips="export", planes="see")
    assert refused(lambda: caller_for(eve, "demo").file(export.uid, "data.csv")) == LOST


def test_what_is_followed_must_be_open_when_it_is_asked_for(
    demo: Namespace, eve: User, trips: Collection, planes: Collection
) -> None:
    schema = trips.schema.mark("carrier", role=Role.REFERENCE, target=planes.uid)
    trips.schema_tree, trips.schema_version = schema.to_json(), schema.version
    trips.save()
    follow = {"paths": ["carrier.delay"]}
    give(eve, demo, trips="export", planes="preview")
    with pytest.raises(InvalidRequest) as caught:
        asked(caller_for(eve, "demo"), **follow)
    assert caught.value.errors == (
        FieldError("paths.0", "'carrier' cannot be followed: its collection may not be read here."),
    )
    assert not Export.objects.exists()

    give(eve, demo, trips="export", planes="export")
    export = asked(caller_for(eve, "demo"), **follow)
    assert export.frozen["collections"] == {
        trips.uid: trips.schema_version,
        planes.uid: planes.schema_version,
    }


def test_what_is_not_his_is_not_refused_but_not_there(
    demo: Namespace, eve: User, make_export: Callable[..., Export]
) -> None:
    export = published(make_export())
    give(eve, demo, trips="export")

    with pytest.raises(NotFound):
        download_authorise(caller_for(eve, "demo"), export.uid, "data.csv")
    assert not AuditEvent.objects.filter(action="export.refused").exists()


def test_an_auditor_who_tries_to_download_is_on_the_record(
    ari: User, make_export: Callable[..., Export]
) -> None:
    export = published(make_export())

    for name in ("data.csv", "data.csv", "made-up.csv"):
        with pytest.raises(Forbidden, match="downloads:read"):
            download_authorise(caller_for(ari, "demo"), export.uid, name)
    assert AuditEvent.objects.filter(action="export.refused", subject=export.uid).count() == 1


def test_a_result_closes_with_its_principal(
    admin: Caller, trips: Collection, ua: Principal
) -> None:
    export = published(asked(admin, principal="UA"), identities=["UA"])
    principal_change(ua, actor=SYSTEM, disabled=True)
    assert refused(lambda: admin.file(export.uid, "data.csv"))[0] == 403
    principal_change(ua, actor=SYSTEM, disabled=False)
    assert admin.file(export.uid, "data.csv").rows == 3


def test_a_result_closes_when_its_principal_loses_an_identity(
    admin: Caller, trips: Collection, ua: Principal
) -> None:
    export = published(asked(admin, principal="UA"), identities=["UA"])
    principal_change(ua, actor=SYSTEM, identities=["UA", "U2"])
    assert admin.file(export.uid, "data.csv").rows == 3

    principal_change(ua, actor=SYSTEM, identities=["U2"])
    with pytest.raises(Forbidden, match="lost identities"):
        admin.file(export.uid, "data.csv")


def test_who_is_bound_anew_has_nothing_of_before(
    demo: Namespace, eve: User, trips: Collection, ua: Principal
) -> None:
    give(eve, demo, trips="export")
    export = published(asked(caller_for(eve, "demo")))
    give(eve, demo, principal="UA", trips="export")
    caller = caller_for(eve, "demo")

    assert list(caller.exports) == []
    with pytest.raises(NotFound):
        caller.file(export.uid, "data.csv")


def test_a_repeated_request_brings_back_nothing_that_is_closed_by_now(
    demo: Namespace, eve: User, trips: Collection, ua: Principal
) -> None:
    give(eve, demo, trips="export")
    request = request_parse({"collection": "trips"})
    export_create(caller_for(eve, "demo"), request, idempotency_key="k")
    give(eve, demo, principal="UA", trips="export")

    with pytest.raises(NotFound):
        export_create(caller_for(eve, "demo"), request, idempotency_key="k")


def test_the_longest_address_and_label_fit_into_the_history(ada: User, demo: Namespace) -> None:
    ada.email = f"{'a' * 64}@{'b' * 181}.org"
    ada.save()
    caller = keyed(ada, demo)
    ApiKey.objects.update(label="l" * 100)
    actor = caller_for_key(ApiKey.objects.get(pk=caller.key.pk)).actor if caller.key else SYSTEM

    with transaction.atomic():
        event = audit_append(demo, "export.created", actor=actor)

    event.refresh_from_db()
    assert event.actor == f"{ada.email} (ll"
