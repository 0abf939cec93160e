"""Statistics of a collection's documents: asked for by people, counted by a worker, kept.

What is wanted stands in the collection's own record. So nothing is lost with Redis, one request is
not counted twice, and what a killed worker had begun is taken up when its time is over.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from exports.domain.audit import SYSTEM, audit_append, audit_once, canonical
from exports.domain.clock import database_now
from exports.domain.errors import Forbidden, NotReady
from exports.domain.reasons import REASONS
from exports.domain.sources import files_allowed
from exports.models import Collection, Right, Scope
from exports.sources.errors import SourceError
from exports.sources.remote import is_remote
from exports.sources.snapshot import snapshot
from exports.sources.source import Source
from exports.wakeups import wake

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from exports.domain.access import Caller
    from exports.engine.statistics import Statistics
    from exports.sources.snapshot import Snapshot

SECONDS = 120.0  # of counting; what is not counted by then is left out
LEASE = timedelta(seconds=300)  # of a worker: fetching its files included
_ATTEMPTS = 3
_LOOKED_AT = 1_000  # files whose state is looked at for a page


@dataclass(frozen=True, slots=True)
class Standing:
    """How the statistics of a collection stand.

    :ivar found: the last ones, as :meth:`Statistics.to_json` has them, with ``at``; None: none yet.
    :ivar asked_at: since when new ones are waited for. :ivar is_begun: a worker is at it.
    :ivar reason: why the last try came to nothing; a code of ``exports.domain.reasons``.
    :ivar stale: why they may not be true any more; empty when nothing speaks against them.
    """

    found: dict[str, Any] | None
    asked_at: datetime | None
    is_begun: bool
    reason: str
    stale: str


@dataclass(frozen=True, slots=True)
class StatisticsClaim:
    """One attempt at the statistics of one collection."""

    collection: Collection
    attempt: int


def statistics_read(caller: Caller, reference: str) -> tuple[Collection, Standing]:
    """What the documents of a collection hold, as far as it is known; an event when it is.

    :raises NotFound: no such collection, or not the caller's to see.
    :raises Forbidden: he may not see all of its documents.
    """
    collection = _readable(caller, reference)
    standing = _standing(collection)
    if standing.found:
        audit_once(caller.namespace, "statistics.viewed", actor=caller.actor, about=collection)
    return collection, standing


def statistics_ask(caller: Caller, reference: str) -> Collection:
    """Have them counted; who asks while they are being counted changes nothing.

    :raises NotFound, Forbidden: as :func:`statistics_read` does.
    :raises NotReady: the collection is being prepared, or broken.
    """
    collection = _readable(caller, reference)
    if collection.state != Collection.State.READY:
        state = collection.get_state_display().lower()
        raise NotReady(f"Nothing can be counted of {collection.name!r}: it is {state}.")
    with transaction.atomic():
        kept = _locked(collection)
        if "asked_at" not in kept:
            now = database_now().isoformat()
            _write(collection, {**_found_only(kept), "asked_at": now, "attempt": 0})
            audit_append(
                caller.namespace, "statistics.asked", actor=caller.actor, subject=collection.uid
            )
        transaction.on_commit(wake, robust=True)
    return collection


def statistics_wait() -> bool:
    """Whether a worker that asks now could get something to count."""
    now = database_now()
    return any(_is_free(each, now) for each in _asked().values_list("statistics", flat=True))


def statistics_claim() -> StatisticsClaim | None:
    """Take what was asked for first; None when nothing waits, or another worker has it."""
    asked = _asked().select_related("namespace").order_by("statistics__asked_at")
    # Each in a transaction of its own: whoever holds a history's head locks nothing after it.
    claims = (_claimed(collection) for collection in asked)
    return next((claim for claim in claims if claim), None)


def statistics_keep(claim: StatisticsClaim, found: Statistics) -> bool:
    """Keep what was counted. Returns False when the claim is another worker's by now."""
    told = {
        **found.to_json(),
        "at": database_now().isoformat(),
        "schema_version": claim.collection.schema_version,
        "snapshot": _digest(found.snapshot),
    }
    with transaction.atomic():
        if not _holds(claim):
            return False
        _write(claim.collection, {"found": told})
        audit_append(
            claim.collection.namespace,
            "statistics.made",
            actor=SYSTEM,
            subject=claim.collection.uid,
            documents=found.documents,
            complete=found.complete,
        )
    return True


def statistics_fail(claim: StatisticsClaim, reason: str) -> None:
    """Say why there are none; what was found earlier stays.

    :param reason: a code of ``exports.domain.reasons``; with one that may pass it is tried again.
    """
    with transaction.atomic():
        kept = _locked(claim.collection)
        if "asked_at" not in kept or kept["attempt"] != claim.attempt:
            return
        if REASONS[reason].retried and claim.attempt < _ATTEMPTS:
            _write(claim.collection, {name: kept[name] for name in kept if name != "until"})
        else:
            _give_up(claim.collection, kept, reason)


def _readable(caller: Caller, reference: str) -> Collection:
    caller.require(Scope.EXPORTS_WRITE)
    caller.require(Scope.DOWNLOADS_READ)
    collection = caller.collection(reference, Right.PREVIEW)
    if caller.bound_to:
        raise Forbidden(
            f"You run as {caller.bound_to.name!r} only, and statistics are of all documents."
        )
    return collection


@transaction.atomic
def _claimed(collection: Collection) -> StatisticsClaim | None:
    now, kept = database_now(), _locked(collection)
    if not _is_free(kept, now):
        return None
    claim = StatisticsClaim(collection, kept["attempt"] + 1)
    if claim.attempt > _ATTEMPTS:
        _give_up(collection, kept, "worker_lost")
        return None
    until = (now + LEASE).isoformat()
    _write(collection, {**kept, "attempt": claim.attempt, "until": until})
    return claim


def _standing(collection: Collection) -> Standing:
    kept = collection.statistics or {}
    found = kept.get("found")
    asked = kept.get("asked_at")
    until = kept.get("until")
    return Standing(
        found={**found, "at": datetime.fromisoformat(found["at"])} if found else None,
        asked_at=datetime.fromisoformat(asked) if asked else None,
        is_begun=bool(until and datetime.fromisoformat(until) > database_now()),
        reason=kept.get("reason", ""),
        stale=_stale(collection, found) if found else "",
    )


def _stale(collection: Collection, found: dict[str, Any]) -> str:
    if found["schema_version"] != collection.schema_version:
        return "They are from an earlier version of the collection's fields."
    source = Source.from_json(collection.source)
    # What lies in S3 is asked for over the network, which a page does not wait for.
    if len(source.files) > _LOOKED_AT or any(is_remote(each) for each in source.files):
        return ""
    try:
        is_same = files_allowed(collection) and _digest(snapshot(source)) == found["snapshot"]
    except SourceError:
        is_same = False
    return "" if is_same else "They are from an earlier version of the collection's files."


def _asked() -> QuerySet[Collection]:
    return Collection.objects.filter(deleted_at=None, statistics__has_key="asked_at")


def _is_free(kept: dict[str, Any] | None, now: datetime) -> bool:
    """Whether they are waited for and nobody is at it."""
    if not kept or "asked_at" not in kept:
        return False
    until = kept.get("until")
    return not (until and datetime.fromisoformat(until) > now)


def _holds(claim: StatisticsClaim) -> bool:
    kept = _locked(claim.collection)
    return "asked_at" in kept and kept["attempt"] == claim.attempt


def _locked(collection: Collection) -> dict[str, Any]:
    """What is kept, read anew; nobody else writes it until the transaction ends."""
    rows = Collection.objects.select_for_update(no_key=True).filter(pk=collection.pk)
    return rows.values_list("statistics", flat=True).get() or {}


def _write(collection: Collection, kept: dict[str, Any]) -> None:
    Collection.objects.filter(pk=collection.pk).update(statistics=kept)


def _give_up(collection: Collection, kept: dict[str, Any], reason: str) -> None:
    _write(collection, {**_found_only(kept), "reason": reason})
    audit_append(
        collection.namespace,
        "statistics.failed",
        actor=SYSTEM,
        subject=collection.uid,
        reason=reason,
    )


def _found_only(kept: dict[str, Any]) -> dict[str, Any]:
    return {name: kept[name] for name in ("found",) if name in kept}


def _digest(state: Snapshot) -> str:
    return hashlib.sha256(canonical(state.to_json()).encode()).hexdigest()[:16]
