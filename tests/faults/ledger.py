"""What the database, the history and the store say of a number of exports, put in figures."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from exports.domain.chains import chains_verify
from exports.domain.storage import result_store
from exports.models import AuditEvent, Export, ExportFile, State, Tally
from exports.stores.errors import StoreError
from tests.faults.installation import ROWS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

BEGINS = "export.started"
ENDS = ("export.ready", "export.failed", "export.cancelled", "export.retried")
LAST = ("export.ready", "export.failed", "export.cancelled")


def ledger(accepted: Collection[str]) -> dict[str, int]:
    """The figures of a number of exports that were accepted; all but ``tallies`` should be 0."""
    exports = list(Export.objects.order_by("pk").prefetch_related("files"))
    ready = [each for each in exports if each.state == State.READY]
    return {
        "lost": len({*accepted} - {each.uid for each in ready}),
        "doubled": len(exports) - len({*accepted}),
        "published twice": sum(_after_its_end(each) for each in exports),
        "cut short": sum(not _is_whole(each) for each in ready),
        "two running in a namespace": sum(_overlaps(pk) for pk in _namespaces(exports)),
        "out of order": sum(_out_of_order(pk, exports) for pk in _namespaces(exports)),
        "left-over files": len(left_over()),
        "broken chains": len(chains_verify().broken),
    }


def tallies() -> dict[str, int]:
    return dict(Tally.objects.values_list("name", "value"))


def left_over() -> list[str]:
    """What lies in the store, and is of no published file. What seals a file belongs to it."""
    known = set(ExportFile.objects.values_list("key", flat=True))
    stored = [key for uid in _folders() for key in result_store().list(f"{uid}/")]
    return [key for key in stored if key.removesuffix(".key") not in known]


def data_sum(export: Export) -> str:
    """Of the data, or of the archive that holds it."""
    return export.files.get(kind__in=["data", "archive"]).sha256


def _is_whole(export: Export) -> bool:
    """Every file lies there as it was recorded, and the data is what others got, too."""
    files = list(export.files.all())
    kinds = {each.kind for each in files}
    if not kinds & {"data", "archive"} or "manifest" not in kinds or export.rows_done != ROWS:
        return False
    return all(_stored(each) == (each.bytes, each.sha256) for each in files)


def _stored(file: ExportFile) -> tuple[int, str]:
    try:
        data = b"".join(result_store().open(file.key))
    except (OSError, StoreError):
        return 0, ""
    return len(data), hashlib.sha256(data).hexdigest()


def _after_its_end(export: Export) -> bool:
    """Whether anything was done for it after it had ended; a second publication, above all."""
    said = [each.action for each in _events(subject=export.uid)]
    last = next((i for i, action in enumerate(said) if action in LAST), len(said))
    return len(said) > last + 1 or Counter(said)["export.ready"] > 1


def _overlaps(namespace: int) -> bool:
    """Whether a run began while another one had not ended, by the order of the history."""
    running = 0
    for event in _events(namespace_id=namespace):
        running += (event.action == BEGINS) - (event.action in ENDS)
        if running > 1:
            return True
    return False


def _out_of_order(namespace: int, exports: list[Export]) -> bool:
    asked = [each.uid for each in exports if each.namespace_id == namespace]
    ended = [each.subject for each in _events(namespace_id=namespace) if each.action in LAST]
    return ended != [uid for uid in asked if uid in {*ended}]


def _events(**those: object) -> Iterator[AuditEvent]:
    actions = (BEGINS, *ENDS)
    return AuditEvent.objects.filter(action__in=actions, **those).order_by("pk").iterator()


def _namespaces(exports: list[Export]) -> set[int]:
    return {each.namespace_id for each in exports}


def _folders() -> list[str]:
    return [*Export.objects.order_by().values_list("namespace__uid", flat=True).distinct()]
