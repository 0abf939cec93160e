"""The operators' page: workers, what runs and waits, what failed, and the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from exports.domain.operations import operations as operations_look
from exports.web.loaders import PageRequest, get_caller, signed_in
from exports.web.operations import parts_of
from exports.web.progress import Progress
from exports.web.render import page

if TYPE_CHECKING:
    from django.http import HttpResponse


@require_GET
@signed_in
def operations(request: PageRequest, namespace: str) -> HttpResponse:
    """The page; or, for htmx, all of it that moves."""
    caller = get_caller(request, namespace)
    found = operations_look(caller)
    template = "operations/page.html#live" if request.htmx else "operations/page.html"
    return page(
        request,
        caller,
        template,
        look=found,
        parts=parts_of(found.health),
        running=[Progress(each, found.now) for each in found.running],
        is_operator=caller.user.is_superuser,
    )
