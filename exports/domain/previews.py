"""A look at what an export would bring, on the record."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from django.conf import settings

from exports.domain.asking import asked_for
from exports.domain.audit import audit_once
from exports.domain.errors import Conflict, DomainError, FieldError, InvalidRequest, NotReady
from exports.domain.helpers import helpers
from exports.domain.reasons import REASONS, reason_for
from exports.domain.sources import files_allowed, remote_sources
from exports.engine.errors import (
    DocumentMissing,
    EngineError,
    EngineFailed,
    OutOfMemory,
    SourceUnavailable,
    TooSlow,
)
from exports.engine.helpers import Busy, Replaced
from exports.engine.preview import preview
from exports.models import Collection, Right, Scope
from exports.sources.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from exports.domain.access import Caller
    from exports.domain.asking import Asked
    from exports.domain.requests import ExportRequest
    from exports.engine.helpers import Helpers
    from exports.engine.preview import Preview

T = TypeVar("T")

SECONDS = 5.0


class PreviewReplaced(Conflict):
    """The same person asked for another one meanwhile."""

    code = "replaced"

    def __init__(self) -> None:
        super().__init__("A newer preview of yours took the place of this one.")


class PreviewBusy(DomainError):
    """More previews are asked for than can be made."""

    status = 503
    code = "busy"

    def __init__(self) -> None:
        super().__init__("Too many previews are being made. Try again in a moment.")


class PreviewTooMuch(DomainError):
    """It does not fit into the time or the memory of a preview, as an export might."""

    status = 422

    def __init__(self, error: EngineError) -> None:
        super().__init__(str(error))
        self.code = error.code


class PreviewFailed(DomainError):
    """For a reason that we do not know; the same request may succeed in a moment."""

    status = 503
    code = "preview_failed"

    def __init__(self) -> None:
        super().__init__("The preview could not be made. The operator's log has more.")


class SourceUnread(Conflict):
    """The source is not as the collection says, or was changed meanwhile."""

    def __init__(self, error: EngineError) -> None:
        super().__init__(reason_for(error.code).what if error.retried else str(error))
        self.code = error.code


def export_preview(
    caller: Caller, request: ExportRequest, limit: int = 10, *, skip: int = 0
) -> Preview:
    """The columns, the first rows and the count of an export that is not made.

    What is shown is an event: one per person, collection and hour.

    :param limit: at most so many rows, 1 to 100. :param skip: those before them, passed over.
    :raises NotFound, Forbidden, NotReady, InvalidRequest: as ``export_create`` does.
    :raises PreviewReplaced, PreviewBusy, PreviewTooMuch, PreviewFailed, SourceUnread:
    """
    caller.require(Scope.EXPORTS_WRITE)
    caller.require(Scope.DOWNLOADS_READ)
    asked = asked_for(caller, request, Right.PREVIEW)
    collections = collections_read(caller, asked)
    shown = engine_look(
        helpers(),
        f"{caller.namespace.uid} {caller.actor.uid}",
        preview,
        request=asked.plan.request,
        catalogue=asked.plan.relation.catalogue,
        sources={each.uid: Source.from_json(each.source) for each in collections},
        limit=limit,
        skip=skip,
    )
    looked_at(caller, asked, collections)
    return shown


def looked_at(caller: Caller, asked: Asked, collections: Iterable[Collection]) -> None:
    """Note that rows of the collections were shown."""
    principal = asked.principal.name if asked.principal else ""
    for each in collections:
        audit_once(
            caller.namespace, "rows.previewed", actor=caller.actor, about=each, principal=principal
        )


def collections_read(caller: Caller, asked: Asked) -> list[Collection]:
    """The collections that are read for a request.

    :raises NotReady: the operator does not allow one of them any longer.
    """
    uids = asked.plan.relation.collections
    found = list(caller.namespace.collections.filter(uid__in=uids).order_by("pk"))
    for each in found:
        if not files_allowed(each):
            raise NotReady(REASONS["source_not_allowed"].what)
    return found


def engine_look(
    pool: Helpers,
    owner: str,
    function: Callable[..., T],
    /,
    *,
    seconds: float | None = None,
    **arguments: Any,
) -> T:
    """What a helper finds, within the memory of a preview and, unless it is said, its time.

    :param owner: a newer look of his takes the place of an older one.
    :param function: of the engine; it gets a folder and the time besides its own arguments.
    :raises PreviewReplaced, PreviewBusy, PreviewTooMuch, PreviewFailed, SourceUnread:
    """
    scratch = settings.SCRATCH_DIR / f"preview-{uuid4().hex}"
    seconds = SECONDS if seconds is None else seconds
    more = {"scratch": scratch, "seconds": seconds, "remote": remote_sources()}
    try:
        return pool.run(owner, seconds, function, **arguments, **more)
    except Busy:
        raise PreviewBusy from None
    except Replaced:
        raise PreviewReplaced from None
    except EngineError as error:
        raise _refusal(error) from error
    finally:
        # Whoever had to be ended left it behind.
        shutil.rmtree(scratch, ignore_errors=True)


def _refusal(error: EngineError) -> DomainError:
    if isinstance(error, TooSlow | OutOfMemory):
        return PreviewTooMuch(error)
    if isinstance(error, DocumentMissing):
        return InvalidRequest(FieldError("prefix", reason_for(error.code).what))
    if isinstance(error, EngineFailed | SourceUnavailable):
        return PreviewFailed()
    return SourceUnread(error)
