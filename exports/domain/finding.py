"""What a list of exports can be narrowed by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Q

from exports.models import Collection, User

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from exports.models import Export

_UID = re.compile(r"exp_[0-9A-Za-z]{22}")


def exports_narrow(
    exports: QuerySet[Export],
    *,
    states: Sequence[str] = (),
    collection: str = "",
    format_: str = "",
    created_by: str = "",
    who: str = "",
    since: datetime | None = None,
    before: datetime | None = None,
    label: str = "",
    q: str = "",
) -> QuerySet[Export]:
    """The same exports, less those that do not fit: everything that is given must hold.

    :param collection: its id or its name. :param created_by: the address of who asked.
    :param who: stands in the address or the name of who asked.
    :param since: created then or later. :param before: created earlier than that.
    :param label: stands in the label; or is the id.
    :param q: stands in the label or the description; or is the id.
    """
    wanted = Q(state__in=states) if states else Q()
    if collection:
        named = Collection.objects.filter(Q(uid=collection) | Q(name=collection))
        wanted &= Q(collection__in=named)
    if format_:
        wanted &= Q(format=format_)
    if created_by:
        wanted &= Q(created_by__in=User.objects.filter(email__iexact=created_by))
    if who:
        people = User.objects.filter(Q(email__icontains=who) | Q(name__icontains=who))
        wanted &= Q(created_by__in=people)
    if since:
        wanted &= Q(created_at__gte=since)
    if before:
        wanted &= Q(created_at__lt=before)
    if label:
        # Not both at once: an index holds the labels, another one the ids.
        wanted &= Q(uid=label) if _UID.fullmatch(label) else Q(label__icontains=label)
    if q:
        wanted &= Q(label__icontains=q) | Q(description__icontains=q) | Q(uid=q)
    return exports.filter(wanted)
