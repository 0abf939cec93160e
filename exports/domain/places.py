"""Where an export stands in the queue of its namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.models import Export, State

if TYPE_CHECKING:
    from collections.abc import Sequence


def queue_place(export: Export) -> int | None:
    """How many of its namespace start before it; None when it does not wait."""
    return queue_places([export]).get(export.pk)


def queue_places(exports: Sequence[Export]) -> dict[int, int]:
    """The same of several in one namespace, by their primary keys: those that wait, no others."""
    waiting = [each for each in exports if each.state == State.PENDING]
    if not waiting:
        return {}
    last = max(each.pk for each in waiting)
    queue = Export.objects.filter(
        namespace=waiting[0].namespace_id, state=State.PENDING, pk__lte=last
    )
    places = {
        pk: place for place, pk in enumerate(queue.order_by("pk").values_list("pk", flat=True))
    }
    return {each.pk: places[each.pk] for each in waiting if each.pk in places}
