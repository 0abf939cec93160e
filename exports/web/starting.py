"""What the form of a new export begins with: nothing, an earlier request, or a filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from django.http import QueryDict
from django.urls import reverse

from exports.domain.exports import request_of
from exports.domain.requests import request_parse
from exports.domain.templates import template_request
from exports.models import Right
from exports.query.reach import prefix_parts
from exports.web.filling import typed_for
from exports.web.forms import ExportForm
from exports.web.loaders import get_text
from exports.web.offer import Offer

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.domain.requests import ExportRequest
    from exports.models import Template
    from exports.web.loaders import PageRequest


@dataclass(frozen=True, slots=True)
class Start:
    """A form that is filled in.

    :ivar typed: it holds a request, which may not fit any more.
    :ivar name: what the request was taken from is called. :ivar address: where that is.
    :ivar template: it was taken from this one, and can be saved into it.
    """

    form: ExportForm
    typed: bool = False
    name: str = ""
    address: str = ""
    template: Template | None = None


def start_of(caller: Caller, request: PageRequest) -> Start:
    """The form that an address asks for.

    :raises NotFound, Gone: it names an export or a template that is not there, or not his.
    :raises InvalidRequest: what it names is no request any more.
    """
    if uid := get_text(request, "from"):
        export = caller.export(uid)
        asked = request_of(caller, export)
        address = reverse("web:export", args=[caller.namespace.slug, export.uid])
        return Start(_filled(caller, asked), True, export.label, address)
    if uid := get_text(request, "template"):
        template = caller.template(uid)
        asked = request_parse(template_request(template))
        address = reverse("web:template", args=[caller.namespace.slug, uid])
        return Start(_filled(caller, asked), True, template.name, address, template)
    collection, where = get_text(request, "collection"), get_text(request, "where")
    if not where:
        return Start(ExportForm(initial={"collection": collection}))
    typed = QueryDict(mutable=True)
    typed.update({"collection": collection, "where": where, "purpose": "excel"})
    typed["token"] = uuid4().hex
    return Start(ExportForm(typed), True)


def _filled(caller: Caller, asked: ExportRequest) -> ExportForm:
    """:raises NotFound: its collection is none of those that he may export."""
    collection = caller.collection(asked.collection_named, Right.EXPORT)
    offer = Offer.of(caller, collection, prefix_parts(asked.prefix)[1])
    return ExportForm(typed_for(asked, offer))
