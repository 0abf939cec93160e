"""Previews over REST: what an export would bring, without making it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router

from exports.api.auth import ApiRequest
from exports.api.bodies import body_read
from exports.api.export_schemas import PreviewOut
from exports.domain.previews import export_preview
from exports.domain.requests import request_parse

if TYPE_CHECKING:
    from exports.engine.preview import Preview

router = Router(tags=["exports"])

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ExportRequest"}}},
    }
}


@router.post(
    "",
    response=PreviewOut,
    operation_id="export_preview",
    url_name="preview",
    summary="Preview an export",
    openapi_extra=_BODY,
)
def look(
    request: ApiRequest,
    limit: Annotated[int, Query(ge=1, le=100, description="How many rows to show.")] = 10,
) -> HttpResponse:
    """Its columns, its first rows, and how many there are. Nothing is stored but the event."""
    shown = export_preview(request.auth, request_parse(body_read(request)), limit)
    return HttpResponse(_text(shown), content_type="application/json")


def _text(shown: Preview) -> str:
    """The rows stand in it as they are, since reading their numbers could change them."""
    fields = {
        "columns": json.dumps([asdict(each) for each in shown.columns]),
        "rows": f"[{','.join(shown.lines)}]",
        "count": str(shown.count),
        "exact": json.dumps(shown.exact),
        "bytes": json.dumps(shown.bytes),
        "notices": json.dumps(dict(shown.notices)),
    }
    return "{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}"
