"""A download, on the record; one that is refused, too."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from exports.domain.audit import audit_once
from exports.domain.clock import database_now
from exports.domain.errors import DELETED, EXPIRED, Forbidden, Gone
from exports.domain.storage import result_store
from exports.models import Download, Export, ExportFile
from exports.stores.begun import Begun
from exports.stores.errors import KeyMissing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from django.db.models import QuerySet

    from exports.domain.access import Caller
    from exports.stores.base import Pieces


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


def download_begin(
    caller: Caller, file: ExportFile, *, asked_range: str = "", by_link: bool = False
) -> timedelta:
    """Put it on the record before the first byte goes out: one event per person, file and hour.

    Who has begun before the result expires may go on for ``DOWNLOAD_GRACE`` afterwards, in as
    many requests as he needs.

    :param file: one that :func:`download_authorise` gave.
    :param by_link: he does not ask himself, but somebody with a link that he made.
    :returns: for how long he may read it from now on.
    :raises Gone: it expired or was deleted meanwhile.
    """
    with transaction.atomic():
        # With the row held it cannot expire, and lose its files, between the look and the note.
        export = Export.objects.select_for_update(no_key=True).get(pk=file.export_id)
        if export.deleted_at:
            raise Gone(DELETED)
        now = database_now()
        left = _time_left(caller, export, file, now)
        if not export.is_over(now):
            _note(caller, file, now)
        link = {"link": True} if by_link else {}
        _tell(caller, file, "export.downloaded", bytes=file.bytes, range=asked_range, **link)
    return left


def download_check(file: ExportFile) -> None:
    """:raises Gone: the store does not hold it."""
    with _there():
        result_store().size(file.key)


def stored_open(key: str, start: int = 0, end: int | None = None) -> Pieces:
    """The bytes of a file that was recorded, from ``start`` up to, not including, ``end``.

    Its beginning was read already: no status is sent for what cannot be.

    :raises Gone: the store does not hold it.
    """
    with _there():
        return Begun(result_store().open(key, start, end))


@contextmanager
def _there() -> Iterator[None]:
    try:
        yield
    except KeyMissing:
        raise Gone("This file is no longer in the store. Run the export again.") from None


def downloads_going_on(now: datetime) -> QuerySet[Download]:
    """Those that may go on though their result has expired."""
    return Download.objects.filter(started_at__gt=now - settings.DOWNLOAD_GRACE)


def downloads_of(caller: Caller, file: ExportFile) -> QuerySet[Download]:
    """What the caller, a person or a key of his, has ever begun of a file."""
    return Download.objects.filter(file=file, user=caller.user, api_key=caller.key)


def download_goes_on(caller: Caller, file: ExportFile) -> bool:
    """Whether he has begun while it was there, and may go on."""
    return (downloads_of(caller, file) & downloads_going_on(database_now())).exists()


def _time_left(caller: Caller, export: Export, file: ExportFile, now: datetime) -> timedelta:
    grace: timedelta = settings.DOWNLOAD_GRACE
    if not export.is_over(now):
        ends = None if export.hold_reason else export.expires_at
        return min(grace, ends - now) if ends else grace
    begun = downloads_of(caller, file) & downloads_going_on(now)
    latest = begun.order_by("-started_at").first()
    if latest is None:
        raise Gone(EXPIRED)
    return latest.started_at + grace - now


def _note(caller: Caller, file: ExportFile, now: datetime) -> None:
    if not downloads_of(caller, file).update(started_at=now):
        Download.objects.create(file=file, user=caller.user, api_key=caller.key, started_at=now)


def _tell(caller: Caller, file: ExportFile, action: str, **detail: Any) -> None:
    audit_once(
        caller.namespace, action, actor=caller.actor, about=file.export, file=file.name, **detail
    )
