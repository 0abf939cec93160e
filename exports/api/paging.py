"""Pages of a list by keyset: what comes in meanwhile neither drops nor doubles a line."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

from exports.domain.errors import FieldError, InvalidRequest
from exports.domain.requests import is_storable

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from exports.domain.access import Caller
    from exports.models import Export


def page_of(
    caller: Caller, wanted: QuerySet[Export], *, limit: int, cursor: str
) -> tuple[list[Export], str | None]:
    """One page, newest first, and the cursor of the next; None when it is the last.

    :raises InvalidRequest: the cursor is none of ours.
    """
    if cursor:
        wanted = wanted.filter(pk__lt=_position(caller, cursor))
    found = list(wanted.order_by("-pk")[: limit + 1])
    page = found[:limit]
    return page, _cursor(page[-1]) if len(found) > limit else None


def _cursor(export: Export) -> str:
    # The public id: the number behind it would tell how many exports others have.
    return urlsafe_b64encode(export.uid.encode()).decode().rstrip("=")


def _position(caller: Caller, cursor: str) -> int:
    """Where the page before ended, also when that export was deleted since."""
    try:
        uid = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        uid = ""
    position = is_storable(uid) and (
        caller.exports_ever.filter(uid=uid).values_list("pk", flat=True).first()
    )
    if not position:
        raise InvalidRequest(
            FieldError("cursor", "Send the next_cursor of the page before as it was given.")
        )
    return position
