"""A download, on the record; one that is refused, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exports.domain.audit import audit_once
from exports.domain.errors import Forbidden
from exports.models import ExportFile

if TYPE_CHECKING:
    from exports.domain.access import Caller


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
            _tell(caller, file, "export.refused", why=refusal.message)
        raise


def download_record(caller: Caller, file: ExportFile, *, asked_range: str = "") -> None:
    """Write the event before the first byte goes out: one per person, file and hour."""
    _tell(caller, file, "export.downloaded", bytes=file.bytes, range=asked_range)


def _tell(caller: Caller, file: ExportFile, action: str, **detail: Any) -> None:
    audit_once(
        caller.namespace, action, actor=caller.actor, about=file.export, file=file.name, **detail
    )
