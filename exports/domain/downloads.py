"""A download, on the record; one that is refused, too."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from exports.domain.audit import audit_append, canonical
from exports.domain.clock import database_now
from exports.domain.errors import Forbidden
from exports.models import AuditDetail, AuditEvent, Export, ExportFile

if TYPE_CHECKING:
    from exports.domain.access import Caller

_ONE_EVENT_PER = timedelta(hours=1)


def download_authorise(caller: Caller, uid: str, name: str) -> ExportFile:
    """A file that the caller may have now. That he may not, though it is there, is an event.

    :raises NotFound, Gone, Forbidden:
    """
    try:
        return caller.file(uid, name)
    except Forbidden as refusal:
        # Names that somebody makes up would fill the history.
        files = ExportFile.objects.filter(export__namespace=caller.namespace, export__uid=uid)
        file = files.filter(name=name).select_related("export").first()
        if file:
            _tell_once(caller, file.export, "export.refused", name, why=refusal.message)
        raise


def download_record(caller: Caller, file: ExportFile, *, asked_range: str = "") -> None:
    """Write the event before the first byte goes out: one per person, file and hour."""
    _tell_once(
        caller, file.export, "export.downloaded", file.name, bytes=file.bytes, range=asked_range
    )


def _tell_once(caller: Caller, export: Export, action: str, file: str, **detail: Any) -> None:
    with transaction.atomic():
        # One after the other, or two at once would both find that it was not told yet.
        Export.objects.select_for_update(no_key=True).get(pk=export.pk)
        if _told_already(caller, export, action, file):
            return
        audit_append(
            caller.namespace,
            action,
            actor=caller.actor,
            subject=export.uid,
            file=file,
            **detail,
        )


def _told_already(caller: Caller, export: Export, action: str, file: str) -> bool:
    recent = AuditEvent.objects.filter(
        namespace_id=caller.namespace.pk,
        action=action,
        actor_uid=caller.actor.uid,
        subject=export.uid,
        at__gt=database_now() - _ONE_EVENT_PER,
    )
    told = AuditDetail.objects.filter(
        event_id__in=recent.values("pk"), detail__contains=_named(file)
    )
    return told.exists()


def _named(file: str) -> str:
    """How the particulars of an event name the file."""
    return canonical({"file": file}).strip("{}")
