"""Whether the store still holds what the database says, byte for byte; and what else it holds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from exports.domain.clock import database_now
from exports.models import ACTIVE, Export, ExportFile, State
from exports.stores.errors import KeyMissing, StoreError, Tampered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from exports.models import Namespace
    from exports.stores.base import Store

_OLD = timedelta(hours=24)
# What a store may put beside a file: what it wraps its key in, and what was never closed.
_BESIDE = (".key", ".part", ".part.key", ".key.part")


@dataclass(frozen=True, slots=True)
class Verified:
    """One file, and what is wrong with it; nothing, when ``wrong`` is empty."""

    file: ExportFile
    wrong: str


def files_to_verify(
    namespace: Namespace | None = None, export: Export | None = None
) -> QuerySet[ExportFile]:
    """The files that can be downloaded now, oldest first; of everything, or of what is named."""
    there = Q(export__state=State.READY, export__deleted_at=None, export__cleared_at=None)
    found = ExportFile.objects.filter(there).select_related("export__namespace")
    if namespace:
        found = found.filter(export__namespace=namespace)
    if export:
        found = found.filter(export=export)
    return found.order_by("pk")


def files_verify(store: Store, files: QuerySet[ExportFile]) -> Iterator[Verified]:
    """Read every file to its end. What expires or is deleted meanwhile is passed over."""
    for file in files.iterator():
        wrong = _wrong(store, file)
        if not wrong or files_to_verify().filter(pk=file.pk).exists():
            yield Verified(file, wrong)


def _wrong(store: Store, file: ExportFile) -> str:
    found, size = hashlib.sha256(), 0
    try:
        for chunk in store.open(file.key):
            found.update(chunk)
            size += len(chunk)
    except KeyMissing:
        return "it is not in the store"
    except Tampered:
        return "it is not as it was written: it was cut, swapped or altered"
    except (OSError, StoreError) as error:
        return f"it cannot be read: {type(error).__name__}"
    if size != file.bytes:
        return f"it has {size:,} bytes instead of {file.bytes:,}"
    return "" if found.hexdigest() == file.sha256 else "its checksum does not agree"


def keys_unknown(store: Store) -> Iterator[str]:
    """Keys of no file that should be there, and that no run can be writing.

    What ended within the last day is left to the reconciler.
    """
    now = database_now()
    uid, known, settled = "", frozenset[str](), True
    for key in store.list():
        parts = key.split("/")
        if len(parts) < 2:
            continue  # the store's own
        if parts[1] != uid:
            uid = parts[1]
            export = Export.objects.filter(uid=uid).first()
            known = _known(export)
            settled = export is None or _is_settled(export, now - _OLD)
        if settled and not _is_known(key, known):
            yield key


def _known(export: Export | None) -> frozenset[str]:
    """The keys of its files; none, once they should all be gone."""
    if export is None or export.cleared_at:
        return frozenset()
    return frozenset(export.files.values_list("key", flat=True))


def _is_settled(export: Export, before: datetime) -> bool:
    ended = export.ended_at
    return export.state not in ACTIVE and (ended is None or ended < before)


def _is_known(key: str, known: frozenset[str]) -> bool:
    return key in known or any(key.removesuffix(ending) in known for ending in _BESIDE)
