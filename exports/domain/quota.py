"""How much room a workspace's results take up, and how much they may.

What lies in the store counts by its size. What a run is about to write counts before it is
written: the run reserves room in steps, and writes no byte that was not reserved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Sum

from exports.domain.errors import QuotaExceeded
from exports.models import Export, ExportFile, Namespace, State

if TYPE_CHECKING:
    from exports.domain.claims import Claim


@dataclass(frozen=True, slots=True)
class Usage:
    """In bytes; ``quota`` is None where there is no limit."""

    stored: int
    reserved: int
    quota: int | None

    @property
    def used(self) -> int:
        return self.stored + self.reserved

    @property
    def left(self) -> int | None:
        """How much more there is room for; None: as much as the store holds."""
        return None if self.quota is None else max(0, self.quota - self.used)


def usage_of(namespace: Namespace) -> Usage:
    """What the workspace's results take up now, those of runs that have not ended included."""
    there = Export.objects.filter(namespace=namespace, cleared_at=None)
    files = ExportFile.objects.filter(export__in=there)
    return Usage(
        stored=files.aggregate(sum=Sum("bytes"))["sum"] or 0,
        reserved=there.filter(bytes_reserved__gt=0).aggregate(sum=Sum("bytes_reserved"))["sum"]
        or 0,
        quota=_quota(namespace),
    )


def quota_check(namespace: Namespace) -> None:
    """:raises QuotaExceeded: there is no room for a further result, with the numbers."""
    usage = usage_of(namespace)
    if usage.left == 0:
        raise QuotaExceeded(
            f"This workspace has used {usage.used:,} of its {usage.quota:,} bytes. "
            "Delete exports that are not needed any more, or ask the operator for more."
        )


def quota_reserve(claim: Claim, least: int, wished: int) -> int:
    """Room for a run to write more.

    :param least: bytes without which it cannot go on. :param wished: what it would like to have.
    :returns: how many bytes it may write more than before: from ``least`` to ``wished``.
    :raises QuotaExceeded: so much is not left.
    :raises Fenced: the attempt no longer holds its export.
    """
    with transaction.atomic():
        granted = _granted(claim.export.namespace, least, wished)
        claim.fenced(bytes_reserved=F("bytes_reserved") + granted)
    return granted


def _granted(namespace: Namespace, least: int, wished: int) -> int:
    if _quota(namespace) is None:
        return wished
    # One after the other: two that counted at once would both find the same room.
    running = Export.objects.filter(namespace=namespace, state=State.RUNNING)
    list(running.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    usage = usage_of(namespace)
    left = wished if usage.left is None else usage.left
    if least > left:
        raise QuotaExceeded(f"{usage.used:,} of {usage.quota:,} bytes are used.")
    # Never all of it: what one run has reserved and does not use another cannot have.
    return max(least, min(wished, left // 16))


def _quota(namespace: Namespace) -> int | None:
    """As it is now: it may have been changed since the run began."""
    return Namespace.objects.values_list("quota", flat=True).get(pk=namespace.pk)
