"""What a list of exports can be narrowed by."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from django.db.models import QuerySet
from ninja import Field
from pydantic import BaseModel, BeforeValidator

from exports.domain.errors import FieldError, InvalidRequest
from exports.domain.finding import exports_narrow
from exports.models import Export, Format, State

if TYPE_CHECKING:
    from django.http import HttpRequest


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            "Send a date or a time such as 2013-07-04 or 2013-07-04T10:30:00Z; "
            "in an address, + is written %2B."
        ) from None


Moment = Annotated[datetime, BeforeValidator(_moment)]


class ExportFilter(BaseModel):
    """Everything that is given must hold."""

    state: State | None = None
    collection: str = Field("", description="Its id or its name.")
    format: Format | None = None
    created_by: str = Field("", description="The e-mail address of who asked.")
    created_after: Moment | None = Field(None, description="Then or later. Without offset: UTC.")
    created_before: Moment | None = Field(None, description="Earlier than that.")
    q: str = Field("", description="Stands in the label or the description; or is the id.")
    limit: int = Field(100, ge=1, le=1_000)
    cursor: str = Field("", description="The `next_cursor` of the page before.")

    def narrow(self, exports: QuerySet[Export]) -> QuerySet[Export]:
        """The same exports, less those that do not fit."""
        return exports_narrow(
            exports,
            states=(self.state,) if self.state else (),
            collection=self.collection,
            format_=self.format or "",
            created_by=self.created_by,
            since=self.created_after,
            before=self.created_before,
            q=self.q,
        )


def refuse_unknown(request: HttpRequest, filters: type[BaseModel]) -> None:
    """A filter that is misspelt would otherwise seem to have found everything."""
    known = [*filters.model_fields, "namespace"]
    if wrong := [name for name in request.GET if name not in known]:
        message = f"There is no such filter. Take one of {', '.join(known)}."
        raise InvalidRequest(*(FieldError(name, message) for name in wrong))
