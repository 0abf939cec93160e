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
    from datetime import datetime

_LONGEST = timedelta(days=365)


def key_create(
    *,
    namespace: Namespace,
    owner: User,
    label: str,
    scopes: Sequence[str],
    actor: Actor,
    expires_at: datetime | None = None,
    principal: Principal | None = None,
    collections: Sequence[Collection] | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; the text of it is returned this once and kept nowhere.

    :param expires_at: in a year at most; None: in a year.
    :param principal: as whom it runs, whatever it asks; None binds it to none.
    :param collections: all that it may see; None: those of its owner.
    :raises InvalidRequest: an unknown scope, too long a life, or a binding of somewhere else.
    """
    expires_at = expires_at or timezone.now() + _LONGEST
    _check(namespace, label, scopes, expires_at, [principal, *(collections or ())])
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
        expires_at=expires_at,
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
            audit_append(
                key.namespace,
                "key.revoked",
                actor=actor,
                subject=key.uid,
                label=key.label,
                owner=key.owner.email,
            )


def _check(
    namespace: Namespace,
    label: str,
    scopes: Sequence[str],
    expires_at: datetime,
    bindings: Sequence[Principal | Collection | None],
) -> None:
    errors = []
    if not 0 < len(label) <= 100 or label != label.strip() or not label.isprintable():
        errors.append(FieldError("label", "A label has 1 to 100 characters, no blank around them."))
    if unknown := [each for each in scopes if each not in Scope.values]:
        known = ", ".join(Scope.values)
        errors.append(FieldError("scopes", f"There is no scope {unknown[0]!r}: {known}."))
    now = timezone.now()
    if expires_at <= now:
        errors.append(FieldError("expires_at", "A key ends in the future. Choose a later time."))
    elif expires_at > now + _LONGEST:
        errors.append(FieldError("expires_at", "A key lives for a year at most. End it sooner."))
    errors += [
        FieldError("bindings", f"{each} is of another workspace.")
        for each in bindings
        if each and each.namespace_id != namespace.pk
    ]
    if errors:
        raise InvalidRequest(*errors)


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
