"""The database itself refuses to change the history."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from exports.domain.audit import SYSTEM, audit_append
from exports.models import AuditDetail, AuditEvent


@pytest.fixture
def event(db: None) -> AuditEvent:
    with transaction.atomic():
        return audit_append(None, "person.signed_in", actor=SYSTEM, browser="w3m")


def test_an_event_cannot_be_changed(event: AuditEvent) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(pk=event.pk).update(actor="nobody")


def test_an_event_cannot_be_deleted(event: AuditEvent) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(pk=event.pk).delete()


def test_its_details_cannot_be_rewritten(event: AuditEvent) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditDetail.objects.filter(pk=event.pk).update(detail="{}")


def test_its_details_can_be_erased(event: AuditEvent) -> None:
    AuditDetail.objects.filter(pk=event.pk).delete()

    assert AuditEvent.objects.filter(pk=event.pk).exists()
    assert not AuditDetail.objects.exists()


def test_the_tables_cannot_be_truncated(event: AuditEvent) -> None:
    if connection.vendor == "sqlite":
        statement = "DELETE FROM exports_auditevent"
    else:
        statement = "TRUNCATE exports_auditevent"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
