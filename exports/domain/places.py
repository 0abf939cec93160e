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
    """The same of several in one namespace, by their primary keys: those that wait, no others.

    Those before the first of them are counted by the database: there may be many.
    """
    waiting = {each.pk for each in exports if each.state == State.PENDING}
    if not waiting:
        return {}
    queue = Export.objects.filter(namespace=exports[0].namespace_id, state=State.PENDING)
    before = queue.filter(pk__lt=min(waiting)).count()
    among = queue.filter(pk__range=(min(waiting), max(waiting))).order_by("pk")
    places = enumerate(among.values_list("pk", flat=True), before)
    return {pk: place for place, pk in places if pk in waiting}
