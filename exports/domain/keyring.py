"""What people do with API keys: see, make and revoke them. A key does none of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from django.db.models import Exists, OuterRef, Q

from exports.domain.errors import FieldError, Forbidden, InvalidRequest, NotFound
from exports.domain.keys import key_create
from exports.domain.principals import principal_find
from exports.models import ApiKey, Membership, Scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from exports.domain.access import Caller
    from exports.models import Collection, Principal, User

KeyState = Literal["active", "revoked", "ended", "closed"]

_MOST = 1_000


class KeysNeedSession(Forbidden):
    """A key asked about keys: whoever found one could make himself others."""

    code = "session_required"

    def __init__(self) -> None:
        super().__init__(
            "Keys are seen, made and revoked by people who have signed in, not by keys. "
            "Open the page Keys in the browser."
        )


def keys_seen(caller: Caller) -> QuerySet[ApiKey]:
    """Newest first: the caller's own; for who administers, those of the whole workspace.

    Each has ``belongs``: whether its owner has a role in the workspace.

    :raises KeysNeedSession: a key asks.
    """
    if caller.key:
        raise KeysNeedSession
    found = keys_told(caller.namespace.keys.all())
    return found if caller.may(Scope.ADMIN) else found.filter(owner=caller.user)


def keys_told(keys: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
    """Those keys with everything that :func:`key_state` needs, newest first."""
    has_role = Membership.objects.filter(namespace=OuterRef("namespace"), user=OuterRef("owner"))
    told = keys.select_related("owner", "principal", "namespace")
    return told.annotate(belongs=Exists(has_role) | Q(owner__is_superuser=True)).order_by("-pk")


def key_seen(caller: Caller, uid: str) -> ApiKey:
    """:raises NotFound: not there, or somebody else's. :raises KeysNeedSession: a key asks."""
    found = keys_seen(caller).filter(uid=uid).first()
    if found is None:
        raise NotFound("key")
    return found


def key_state(key: ApiKey, now: datetime) -> KeyState:
    """``active``, ``revoked``, ``ended``, or ``closed``: its owner may not enter any more."""
    if key.revoked_at:
        return "revoked"
    if key.expires_at <= now:
        return "ended"
    belongs: bool = key.belongs  # type: ignore[attr-defined]  # annotated by keys_told
    return "active" if belongs and key.owner.is_active else "closed"


def keys_of(user: User) -> QuerySet[ApiKey]:
    """A person's own keys that were not revoked, in all workspaces."""
    return keys_told(user.keys.filter(revoked_at=None))


def key_make(
    caller: Caller,
    *,
    label: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    principal: str = "",
    collections: Sequence[str] | None = None,
) -> tuple[ApiKey, str]:
    """Make a key for the caller himself; its text is returned this once and kept nowhere.

    :param scopes: at least one, and none that he does not have himself.
    :param expires_at: in a year at most; None: in a year.
    :param principal: as whom it runs, by name or id; only who administers chooses one.
    :param collections: all that it may see, by name or id; None: those of its owner.
    :raises InvalidRequest: names each field that is wrong.
    :raises KeysNeedSession: a key asks.
    """
    if caller.key:
        raise KeysNeedSession
    errors = _wrong_scopes(caller, scopes)
    bound = _principal(caller, principal, errors)
    within = None if collections is None else _collections(caller, collections, errors)
    if errors:
        raise InvalidRequest(*errors)
    return key_create(
        namespace=caller.namespace,
        owner=caller.user,
        label=label,
        scopes=list(dict.fromkeys(scopes)),
        expires_at=expires_at,
        principal=bound,
        collections=within,
        actor=caller.actor,
    )


def _wrong_scopes(caller: Caller, scopes: Sequence[str]) -> list[FieldError]:
    if not scopes:
        return [FieldError("scopes", "Choose at least one thing that the key may do.")]
    lacking = [each for each in scopes if each in Scope.values and not caller.may(each)]
    if lacking:
        text = f"You do not have {lacking[0]!r} here yourself. Leave it out."
        return [FieldError("scopes", text)]
    return []


def _principal(caller: Caller, reference: str, errors: list[FieldError]) -> Principal | None:
    if not reference:
        return None
    if not caller.may(Scope.ADMIN):
        text = "Only an admin chooses as whom a key runs. Leave it out."
        errors.append(FieldError("principal", text))
        return None
    try:
        return principal_find(caller.namespace, reference)
    except NotFound as error:
        errors.append(FieldError("principal", error.message))
        return None


def _collections(
    caller: Caller, references: Sequence[str], errors: list[FieldError]
) -> list[Collection]:
    if not 0 < len(references) <= _MOST:
        text = f"Name 1 to {_MOST:,} collections, or leave this out: then it is not bound to any."
        errors.append(FieldError("collections", text))
        return []
    known: dict[str, Collection] = {}
    for each in caller.collections.defer("schema_tree", "source"):
        known[each.name] = known[each.uid] = each
    errors += [
        FieldError(f"collections.{index}", "There is no such collection here.")
        for index, name in enumerate(references)
        if name not in known
    ]
    return list(dict.fromkeys(known[name] for name in references if name in known))
