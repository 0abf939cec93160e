"""Values out of the data for somebody who writes a filter, on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.domain.asking import asked_for
from exports.domain.audit import audit_once
from exports.domain.errors import DomainError, FieldError, InvalidRequest
from exports.domain.helpers import helpers
from exports.domain.previews import collections_read, engine_look
from exports.domain.requests import is_storable
from exports.engine.suggest import suggest, suggestible
from exports.models import Right, Scope
from exports.query.errors import Invalid
from exports.query.scope import Scope as Paths
from exports.sources.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exports.domain.access import Caller
    from exports.domain.asking import Asked
    from exports.domain.requests import ExportRequest
    from exports.models import Collection

SECONDS = 2.0
MOST = 12
TYPED = 200  # characters


def values_suggest(
    caller: Caller, request: ExportRequest, field: str, typed: str = ""
) -> tuple[str, ...]:
    """The values of a field that begin with what was typed, the most frequent first.

    Only out of rows that the caller may preview, as the principal of the request. That he was
    shown some is an event: one per person, collection and hour. None when they cannot be found
    in time: who types can do without.

    :param request: names the collection, the rows and the principal.
    :raises NotFound, Forbidden, NotReady, InvalidRequest: as ``export_preview`` does.
    """
    caller.require(Scope.EXPORTS_WRITE)
    caller.require(Scope.DOWNLOADS_READ)
    asked = asked_for(caller, request.model_copy(update={"paths": [field]}), Right.PREVIEW)
    _check(asked, field, typed)
    collections = collections_read(caller, asked)
    found = _found(caller, asked, collections, field, typed)
    principal = asked.principal.name if asked.principal else ""
    for each in collections if found is not None else ():
        audit_once(
            caller.namespace,
            "values.suggested",
            actor=caller.actor,
            about=each,
            principal=principal,
        )
    return found or ()


def _check(asked: Asked, field: str, typed: str) -> None:
    if len(typed) > TYPED or not is_storable(typed):
        raise InvalidRequest(FieldError("typed", f"Type text of at most {TYPED} characters."))
    try:
        suggestible(Paths(asked.plan.schema), field)
    except Invalid as error:
        raise InvalidRequest(FieldError("field", error.message)) from error


def _found(
    caller: Caller, asked: Asked, collections: Iterable[Collection], field: str, typed: str
) -> tuple[str, ...] | None:
    """None when nobody could look."""
    try:
        return engine_look(
            helpers(),
            f"{caller.namespace.uid} {caller.actor.uid} values",
            suggest,
            seconds=SECONDS,
            request=asked.plan.request,
            catalogue=asked.plan.relation.catalogue,
            sources={each.uid: Source.from_json(each.source) for each in collections},
            path=field,
            typed=typed,
            limit=MOST,
        )
    except DomainError:
        return None
