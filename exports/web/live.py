"""What stands beside the form of a new export: what would come, and how else to ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exports.domain.errors import DomainError
from exports.domain.previews import PreviewReplaced, export_preview
from exports.models import Scope
from exports.web.copying import copies
from exports.web.drafting import REFUSALS, refused
from exports.web.looks import Look

if TYPE_CHECKING:
    from django.http import HttpRequest

    from exports.domain.access import Caller
    from exports.web.drafting import Draft


def may_look(caller: Caller) -> bool:
    """Whether rows are shown to him at all."""
    return caller.may(Scope.EXPORTS_WRITE) and caller.may(Scope.DOWNLOADS_READ)


def looked(caller: Caller, draft: Draft) -> dict[str, Any]:
    """What the template of a preview needs: the look, or why there is none.

    :raises PreviewReplaced: he asked for another one meanwhile.
    """
    if draft.request is None or draft.offer is None:
        return {"wrong": draft.form.summary}
    try:
        shown = export_preview(caller, draft.request)
    except PreviewReplaced:
        raise
    except REFUSALS as error:
        refused(draft.form, error)
        return {"wrong": draft.form.summary}
    except DomainError as error:
        return {"wrong": [("", error.message)]}
    return {"look": Look(shown, draft.request, draft.offer)}


def copied(request: HttpRequest, caller: Caller, draft: Draft) -> dict[str, Any]:
    """What the template of the copies needs."""
    if draft.request is None:
        return {"wrong_copy": draft.form.summary, "wrong": draft.form.summary}
    host = f"{request.scheme}://{request.get_host()}"
    return {"copies": copies(draft.request, host, caller.namespace.slug)}
