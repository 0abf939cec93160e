"""A download, on the record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from exports.domain.audit import audit_append, canonical
from exports.domain.clock import database_now
from exports.models import AuditDetail, AuditEvent, Export

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.models import ExportFile

_ONE_EVENT_PER = timedelta(hours=1)


def download_record(caller: Caller, file: ExportFile, *, asked_range: str = "") -> None:
    """Write the event before the first byte goes out: one per person, file and hour."""
    with transaction.atomic():
        # One after the other, or two at once would both find that it was not told yet.
        Export.objects.select_for_update(no_key=True).get(pk=file.export_id)
        if _told_already(caller, file):
            return
        audit_append(
            caller.namespace,
            "export.downloaded",
            actor=caller.actor,
            subject=file.export.uid,
            file=file.name,
            bytes=file.bytes,
            range=asked_range,
        )


def _told_already(caller: Caller, file: ExportFile) -> bool:
    recent = AuditEvent.objects.filter(
        namespace_id=caller.namespace.pk,
        action="export.downloaded",
        actor_uid=caller.actor.uid,
        subject=file.export.uid,
        at__gt=database_now() - _ONE_EVENT_PER,
    )
    told = AuditDetail.objects.filter(
        event_id__in=recent.values("pk"), detail__contains=_named(file)
    )
    return told.exists()


def _named(file: ExportFile) -> str:
    """How the particulars of an event name the file."""
    return canonical({"file": file.name}).strip("{}")
