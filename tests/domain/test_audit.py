"""The chain of events, and that none is written apart from what it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from exports.domain.audit import SYSTEM, NoTransaction, audit_append, detail_digest, event_hash
from exports.models import AuditDetail, AuditEvent

if TYPE_CHECKING:
    from exports.models import Namespace


def _append(namespace: Namespace | None, action: str, **detail: int) -> AuditEvent:
    with transaction.atomic():
        return audit_append(namespace, action, actor=SYSTEM, subject="", **detail)


def test_each_event_carries_the_hash_of_the_one_before(demo: Namespace) -> None:
    for number in range(3):
        _append(demo, "settings.changed", number=number)

    before = ""
    for event in AuditEvent.objects.filter(namespace_id=demo.pk).order_by("pk"):
        detail = AuditDetail.objects.get(pk=event.pk)
        assert event.detail_digest == detail_digest(detail.salt, detail.detail)
        assert event.hash == event_hash(before, event)
        before = event.hash


def test_particulars_are_kept_to_the_letter(demo: Namespace) -> None:
    """A database that understands JSON would write these numbers in its own way."""
    where = {"price": [1e20, -0.0, 1.10, 1e308]}
    with transaction.atomic():
        event = audit_append(demo, "export.created", actor=SYSTEM, where=where)

    stored = AuditDetail.objects.get(pk=event.pk)
    assert event.detail_digest == detail_digest(stored.salt, stored.detail)
    assert stored.said == {"where": where}


def test_each_namespace_has_a_chain_of_its_own(demo: Namespace, other: Namespace) -> None:
    _append(other, "settings.changed")
    first = AuditEvent.objects.filter(namespace_id=other.pk).earliest("pk")

    assert first.hash == event_hash("", first)


def test_an_event_without_a_namespace_joins_the_installations_chain(db: None) -> None:
    first = _append(None, "person.sign_in_failed")
    second = _append(None, "person.sign_in_failed")

    assert second.hash == event_hash(first.hash, second)


def test_an_event_outside_a_transaction_is_refused(transactional_db: None) -> None:
    assert not connection.in_atomic_block
    with pytest.raises(NoTransaction):
        audit_append(None, "person.signed_in", actor=SYSTEM)
