"""Several exports at once: each is done or refused by itself, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exports.domain.errors import Conflict, FieldError, InvalidRequest, NotFound
from exports.domain.exports import export_cancel, export_delete
from exports.models import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from exports.domain.access import Caller
    from exports.models import Export

MOST = 100


@dataclass(frozen=True, slots=True)
class Refusal:
    """One that was left as it is, and why."""

    export: Export
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of several."""

    done: Sequence[Export]
    refused: Sequence[Refusal]


def exports_chosen(caller: Caller, uids: Sequence[str]) -> list[Export]:
    """Those of the caller with these ids, newest first; others are passed over.

    :raises Forbidden: he may change none. :raises InvalidRequest: too many were chosen.
    """
    caller.require(Scope.EXPORTS_WRITE)
    if len(uids) > MOST:
        raise InvalidRequest(FieldError("uid", f"Choose at most {MOST} exports at once."))
    return list(caller.exports.filter(uid__in=uids).order_by("-pk"))


def exports_cancel(caller: Caller, exports: Iterable[Export]) -> Outcome:
    """Cancel those that have not ended. :raises Forbidden: the caller may change none."""
    return _each(caller, exports, export_cancel)


def exports_delete(caller: Caller, exports: Iterable[Export]) -> Outcome:
    """Delete those that are not held. :raises Forbidden: the caller may change none."""
    return _each(caller, exports, export_delete)


def _each(
    caller: Caller, exports: Iterable[Export], act: Callable[[Caller, Export], object]
) -> Outcome:
    caller.require(Scope.EXPORTS_WRITE)
    done, refused = [], []
    for export in exports:
        try:
            act(caller, export)
        except (Conflict, NotFound) as refusal:
            refused.append(Refusal(export, refusal.message))
        else:
            done.append(export)
    return Outcome(done, refused)
