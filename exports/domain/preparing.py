"""The queue of collections whose files wait to be read, and what comes of reading them.

The record says since when it waits: :attr:`Collection.due_at`. Who reads moves that moment on, so
that another one begins when he is lost; after three attempts the collection is an error.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction

from exports.domain.audit import SYSTEM, audit_append
from exports.domain.clock import database_now
from exports.domain.errors import FieldError, InvalidRequest
from exports.domain.sources import roots_of, upload_folder
from exports.domain.taking import Taken, take_again, take_in
from exports.models import Collection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

CREATE, REFRESH, CHANGE = "create", "refresh", "change"
ATTEMPTS = 3
_LOST = "Whoever read its files was lost three times. Refresh it; the operator's log may say more."
_FAILED = "Its files could not be read, for a reason that was not foreseen: the log says more."


@dataclass(frozen=True, slots=True)
class Preparation:
    """One attempt at reading the files of a collection."""

    collection: Collection
    attempt: int

    @property
    def why(self) -> str:
        return str(self.collection.wanted["why"])

    def held(self) -> QuerySet[Collection]:
        """The record, for as long as nobody deleted it or began anew."""
        return Collection.objects.filter(
            pk=self.collection.pk,
            deleted_at=None,
            attempts=self.attempt,
            due_at__isnull=False,
        )


def collection_waits() -> bool:
    """Whether files of a collection wait to be read."""
    return _waiting().exists()


def preparation_claim() -> Preparation | None:
    """Take the collection that waited longest; None when none waits, or another is faster."""
    with transaction.atomic():
        found = _waiting().select_for_update(skip_locked=True, no_key=True)
        collection = found.order_by("due_at").first()
        if collection is None:
            return None
        if collection.attempts >= ATTEMPTS:
            _fail(collection, InvalidRequest(FieldError("", _LOST)))
            return None
        collection.attempts += 1
        collection.due_at = database_now() + settings.EXPORT_LEASE
        collection.save(update_fields=["attempts", "due_at"])
    return Preparation(collection, collection.attempts)


def preparation_hold(claim: Preparation) -> bool:
    """Keep others from beginning anew. Returns whether the claim still holds."""
    return bool(claim.held().update(due_at=database_now() + settings.EXPORT_LEASE))


def preparation_run(claim: Preparation) -> None:
    """Read the files, and make the collection what they and its admins say; or an error."""
    try:
        taken = _take(claim)
    except InvalidRequest as refusal:
        _end(claim, refusal)
    except DatabaseError:
        raise  # the next attempt may do better
    except Exception:
        # Whatever it was, the same files would bring it about again.
        logger.exception("%s: its files could not be read", claim.collection.uid)
        _end(claim, InvalidRequest(FieldError("", _FAILED)))
    else:
        _end(claim, taken)


def preparation_ask(collection: Collection, why: str, **wanted: Any) -> None:
    """Let somebody read its files. To be saved by the caller, who wakes the queue."""
    collection.wanted = {"why": why, **wanted}
    collection.due_at = database_now()
    collection.attempts = 0
    collection.error = collection.error_field = ""
    if why == CREATE or collection.state != Collection.State.READY:
        collection.state = Collection.State.PREPARING


def _waiting() -> QuerySet[Collection]:
    return Collection.objects.filter(deleted_at=None, due_at__lte=database_now())


def _take(claim: Preparation) -> Taken:
    collection = claim.collection
    roots = roots_of(collection)
    locations = locations_of(collection)
    if claim.why == REFRESH:
        return take_again(
            locations,
            roots,
            before=collection.schema,
            access=collection.access,
            root=collection.source.get("file_root", ""),
        )
    asked = {name: value for name, value in collection.wanted.items() if name != "why"}
    return take_in(collection.namespace, locations, roots, **asked)


def locations_of(collection: Collection) -> Sequence[str]:
    """What is read for it: the folder of its own for uploads, or what was named."""
    return [str(upload_folder(collection))] if collection.uploaded else locations_named(collection)


def locations_named(collection: Collection) -> Sequence[str]:
    """What people know of where its files lie: the names of those that were uploaded, or what was
    named.
    """
    named: list[str] = collection.locations or collection.source["files"]
    return named


def _end(claim: Preparation, outcome: Taken | InvalidRequest) -> None:
    with transaction.atomic():
        collection = claim.held().select_for_update(no_key=True).first()
        if collection is None:
            logger.info("%s: what was read is not wanted any more", claim.collection.uid)
        elif isinstance(outcome, Taken):
            _succeed(collection, outcome)
        else:
            _fail(collection, outcome)


def _succeed(collection: Collection, taken: Taken) -> None:
    is_new = collection.wanted["why"] == CREATE
    before = collection.schema_version
    taken.fill(collection)
    collection.state = Collection.State.READY
    collection.error = collection.error_field = ""
    collection.due_at, collection.wanted = None, {}
    collection.attempts = 0
    collection.save()
    lost = {"lost": list(taken.lost)} if taken.lost else {}
    audit_append(
        collection.namespace,
        "collection.registered" if is_new else "collection.refreshed",
        actor=SYSTEM,
        subject=collection.uid,
        name=collection.name,
        documents=collection.documents,
        fields_changed=collection.schema_version != before,
        **lost,
    )


def _fail(collection: Collection, refusal: InvalidRequest) -> None:
    """A change that fails leaves a collection that was ready as it was."""
    wrong = refusal.errors[0]
    stays = collection.state == Collection.State.READY and collection.wanted["why"] == CHANGE
    collection.error = _by_their_names(collection, wrong.message)
    collection.error_field = wrong.path
    collection.due_at = None
    collection.attempts = 0
    if stays:
        collection.wanted = {}
    else:
        collection.state = Collection.State.ERROR
    collection.save()
    audit_append(
        collection.namespace,
        "collection.failed",
        actor=SYSTEM,
        subject=collection.uid,
        name=collection.name,
        error=collection.error,
    )


def _by_their_names(collection: Collection, message: str) -> str:
    """What was uploaded is told by the names that the files had, not by those we gave them."""
    if not collection.uploaded:
        return message
    folder = upload_folder(collection)
    for number, name in enumerate(collection.locations, 1):
        for file in folder.glob(f"{number:04}.*"):
            message = message.replace(str(file), name).replace(file.name, name)
    return message
