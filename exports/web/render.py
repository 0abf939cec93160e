"""Renders a page of a workspace, with what every such page shows around its content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from exports.domain.access import namespaces_of
from exports.domain.after import may_script
from exports.models import Role, Scope

if TYPE_CHECKING:
    from django.http import HttpResponse

    from exports.domain.access import Caller
    from exports.web.loaders import PageRequest


@dataclass(frozen=True)
class Rights:
    """What the caller may do, as templates ask it."""

    caller: Caller

    @property
    def write(self) -> bool:
        return self.caller.may(Scope.EXPORTS_WRITE)

    @property
    def download(self) -> bool:
        return self.caller.may(Scope.DOWNLOADS_READ)

    @property
    def history(self) -> bool:
        return self.caller.may(Scope.AUDIT_READ)

    @property
    def administer(self) -> bool:
        return self.caller.may(Scope.ADMIN)

    @property
    def script(self) -> bool:
        return may_script(self.caller)


def page(request: PageRequest, caller: Caller, template: str, **context: Any) -> HttpResponse:
    """:param template: of a page, or of a part of one: ``exports/list.html#moving``."""
    around = {
        "namespace": caller.namespace,
        "here": template.partition("/")[0],
        "role": Role(caller.role).label,
        "may": Rights(caller),
        "workspaces": namespaces_of(request.user),
    }
    return render(request, template, {**around, **context})
