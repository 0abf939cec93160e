"""Whether the history is as it was written: every chain walked, its heads, and erasure.

A chain cannot tell that its tail was cut: whoever keeps its head elsewhere can.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from exports.domain.audit import INSTALLATION, audit_append, detail_digest, event_hash
from exports.models import AuditChain, AuditDetail, AuditEvent, Namespace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from exports.domain.audit import Actor

_CHUNK = 2_000
_UNKNOWN = ("unknown", "unknown")
_CUT = "its end is not there: events after it were taken away"


@dataclass(frozen=True, slots=True)
class Head:
    """The last hash of a chain. ``uid`` and ``slug`` are the workspace's."""

    uid: str
    hash: str
    slug: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where a chain does not hold; ``event`` is None when one is missing."""

    chain: str
    event: AuditEvent | None
    why: str


@dataclass(slots=True)
class Walk:
    """What was walked. :ivar erased: events whose particulars are not there any more."""

    events: int = 0
    erased: int = 0
    broken: list[Broken] = field(default_factory=list)


def heads(namespace: Namespace | None = None) -> list[Head]:
    """The heads of all chains as they are now, or of one; the installation's own comes first."""
    names = _names()
    found = AuditChain.objects.exclude(hash="").order_by("namespace_id")
    if namespace:
        found = found.filter(pk=namespace.pk)
    return [
        Head(uid, chain.hash, slug)
        for chain in found
        for uid, slug in [names.get(chain.namespace_id, _UNKNOWN)]
    ]


def chains_verify(namespace: Namespace | None = None, kept: Collection[Head] = ()) -> Walk:
    """Walk every chain, or one workspace's, from its beginning; memory stays flat.

    :param kept: heads that were kept elsewhere: they, too, have to be among the events.
    """
    # Read before the walk: what is appended meanwhile comes after them.
    missing = {(each.uid, each.hash): each for each in (*kept, *heads(namespace))}
    names = _names()
    before: dict[int, str] = {}
    walk, broken = Walk(), set[int]()
    for event, detail in _all(namespace):
        chain = event.namespace_id or INSTALLATION
        uid, _ = names.get(chain, _UNKNOWN)
        walk.events += 1
        walk.erased += detail is None
        missing.pop((uid, event.hash), None)
        why = "" if chain in broken else _wrong(before.get(chain, ""), event, detail)
        if why:
            broken.add(chain)
            walk.broken.append(Broken(uid, event, why))
        before[chain] = event.hash
    told = {each.chain for each in walk.broken}
    cut = {each.uid for each in missing.values()} - told
    walk.broken += [Broken(uid, None, _CUT) for uid in sorted(cut)]
    return walk


def details_erase(before: datetime, *, actor: Actor, namespace: Namespace | None = None) -> int:
    """Erase the particulars of events before that moment; the events and their chain stay.

    :param namespace: only its own; None: those of every workspace, and the installation's.
    :returns: of how many events. Each chain that lost some gets an event that says so.
    """
    chains: list[Namespace | None] = [namespace]
    if namespace is None:
        chains = [None, *Namespace.objects.order_by("pk")]
    return sum(_erase(chain, before, actor) for chain in chains)


def _names() -> dict[int, tuple[str, str]]:
    """The uid and the slug behind each chain."""
    known = Namespace.objects.values_list("pk", "uid", "slug")
    own = {INSTALLATION: ("installation", "installation")}
    return own | {pk: (uid, slug) for pk, uid, slug in known}


@transaction.atomic
def _erase(chain: Namespace | None, before: datetime, actor: Actor) -> int:
    old = AuditEvent.objects.filter(namespace_id=chain.pk if chain else None, at__lt=before)
    count, _ = AuditDetail.objects.filter(event_id__in=old.values("pk")).delete()
    if count:
        subject = chain.uid if chain else ""
        told = {"before": before.isoformat(), "events": count}
        audit_append(chain, "history.erased", actor=actor, subject=subject, **told)
    return count


def _wrong(before: str, event: AuditEvent, detail: AuditDetail | None) -> str:
    if event.hash != event_hash(before, event):
        return "it was changed, or an event before it was changed or taken away"
    if detail and event.detail_digest != detail_digest(detail.salt, detail.detail):
        return "its particulars were changed"
    return ""


def _all(namespace: Namespace | None) -> Iterator[tuple[AuditEvent, AuditDetail | None]]:
    """Every event in the order it was written, with its particulars."""
    events: QuerySet[AuditEvent] = AuditEvent.objects.order_by("pk")
    if namespace:
        events = events.filter(namespace_id=namespace.pk)
    chunk = list(events[:_CHUNK])
    while chunk:
        details = AuditDetail.objects.in_bulk([each.pk for each in chunk])
        for event in chunk:
            yield event, details.get(event.pk)
        chunk = list(events.filter(pk__gt=chunk[-1].pk)[:_CHUNK])
