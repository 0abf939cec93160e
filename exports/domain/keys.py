"""API keys: made once, shown once, compared by digest."""

from __future__ import annotations

import hashlib
import hmac
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from exports.domain.audit import Actor, audit_append
from exports.domain.errors import FieldError, InvalidRequest
from exports.models import ApiKey, Collection, Namespace, Principal, Scope, User
from exports.models.ids import random_base62

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST = timedelta(days=365)


def key_create(
    *,
    namespace: Namespace,
    owner: User,
    label: str,
    scopes: Sequence[str],
    actor: Actor,
    lifetime: timedelta = _LONGEST,
    principal: Principal | None = None,
    collections: Sequence[Collection] | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; the text of it is returned this once and kept nowhere.

    :param lifetime: a year at most.
    :param principal: as whom it runs, whatever it asks; None binds it to none.
    :param collections: all that it may see; None: those of its owner.
    :raises InvalidRequest: an unknown scope, too long a life, or a binding of somewhere else.
    """
    _check(namespace, scopes, lifetime, [principal, *(collections or ())])
    prefix, secret = random_base62(12), random_base62(32)
    body = f"{prefix}_{secret}"
    key = ApiKey(
        namespace=namespace,
        owner=owner,
        label=label,
        prefix=prefix,
        digest=_digest(secret),
        scopes=list(scopes),
        principal=principal,
        collections=None if collections is None else [each.uid for each in collections],
        expires_at=timezone.now() + lifetime,
    )
    with transaction.atomic():
        key.save()
        audit_append(
            namespace,
            "key.created",
            actor=actor,
            subject=key.uid,
            label=label,
            scopes=list(scopes),
            principal=principal.name if principal else "",
            collections=None if collections is None else [each.name for each in collections],
        )
    return key, f"sk_{body}{_checksum(body)}"


def key_find(text: str) -> ApiKey | None:
    """The key that a caller showed; None when it is unknown, revoked or over."""
    body, checksum = text.removeprefix("sk_")[:-6], text[-6:]
    prefix, _, secret = body.partition("_")
    if not text.startswith("sk_") or checksum != _checksum(body):
        return None
    found = ApiKey.objects.select_related("owner", "namespace", "principal")
    key = found.filter(prefix=prefix).first()
    if key is None or not hmac.compare_digest(key.digest, _digest(secret)):
        return None
    if not key_holds(key):
        return None
    _note_use(key)
    return key


def key_named(reference: str) -> ApiKey | None:
    """The key with this id or this text, whatever its state; for operators, not for callers."""
    prefix = reference.removeprefix("sk_").partition("_")[0]
    found = ApiKey.objects.select_related("namespace")
    return found.filter(Q(uid=reference) | Q(prefix=prefix)).first()


def key_holds(key: ApiKey) -> bool:
    """Whether it still opens anything: not revoked, not over, its owner not disabled."""
    over = key.revoked_at is not None or key.expires_at <= timezone.now()
    return not over and key.owner.is_active


def key_revoke(key: ApiKey, *, actor: Actor) -> None:
    """The key is refused from the next request on."""
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
            audit_append(key.namespace, "key.revoked", actor=actor, subject=key.uid)


def _check(
    namespace: Namespace,
    scopes: Sequence[str],
    lifetime: timedelta,
    bindings: Sequence[Principal | Collection | None],
) -> None:
    for scope in scopes:
        if scope not in Scope.values:
            known = ", ".join(Scope.values)
            raise InvalidRequest(FieldError("scopes", f"There is no scope {scope!r}: {known}."))
    if not timedelta(0) < lifetime <= _LONGEST:
        raise InvalidRequest(FieldError("expires_at", "A key lives for a year at most."))
    for each in bindings:
        if each and each.namespace_id != namespace.pk:
            raise InvalidRequest(FieldError("bindings", f"{each} is of another workspace."))


def _note_use(key: ApiKey) -> None:
    """Once a minute is enough, and keeps reading requests from becoming writers."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > timedelta(minutes=1):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _checksum(body: str) -> str:
    """Six digits that tell a mistyped key from a wrong one without asking the database."""
    return f"{zlib.crc32(body.encode('utf-8', 'surrogatepass')):08x}"[-6:]
