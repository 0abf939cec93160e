"""Rows of a result over REST, and what was noticed in its run: JSON Lines, streamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpResponse, StreamingHttpResponse
from ninja import Query, Router

from exports.api.auth import ApiRequest
from exports.api.problems import problem_of
from exports.domain.errors import FieldError, InvalidRequest, PastTheEnd
from exports.domain.rows import errors_read, rows_read
from exports.engine.request import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http.response import HttpResponseBase

router = Router(tags=["files"])

MOST = 100_000  # lines

_NDJSON: dict[str, Any] = {Format.JSONL.content_type: {"schema": {"type": "string"}}}
_TOTALS = {
    name: {"description": text, "schema": {"type": "integer"}}
    for name, text in {
        "X-Total-Lines": "How many lines the result has.",
        "X-Total-Bytes": "How many bytes its text has, before compression.",
    }.items()
}
_FIRST = {
    "X-First-Line": {
        "description": "The number of the first line that comes, from 0.",
        "schema": {"type": "integer"},
    }
}
_ROWS = {"responses": {200: {"content": _NDJSON, "headers": _FIRST | _TOTALS}}}
_ERRORS = {"responses": {200: {"content": _NDJSON}}}


@router.get(
    "/{uid}/rows",
    response={200: None},
    operation_id="export_rows",
    url_name="rows",
    summary="Read rows of a result",
    openapi_extra=_ROWS,
)
def rows(
    request: ApiRequest,
    uid: str,
    line: Annotated[int | None, Query(ge=0, description="The first row, from 0.")] = None,
    offset: Annotated[
        int | None,
        Query(ge=0, description="Or: the first that begins at this byte of the text or after it."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="At most so many rows.")] = 1_000,
) -> HttpResponseBase:
    """Of a finished `jsonl` export that is not in an archive, compressed or not.

    `416` when it has not that many.
    """
    if line is not None and offset is not None:
        raise InvalidRequest(FieldError("offset", "Give a line or an offset, not both."))
    try:
        found = rows_read(request.auth, uid, line=line or 0, offset=offset, limit=limit)
    except PastTheEnd as error:
        return _with_totals(problem_of(error), error.lines, error.bytes)
    response = _streamed(found.text)
    response["X-First-Line"] = str(found.first)
    return _with_totals(response, found.total_lines, found.total_bytes)


@router.get(
    "/{uid}/errors",
    response={200: None},
    operation_id="export_errors",
    url_name="errors",
    summary="Read what was noticed in a run",
    openapi_extra=_ERRORS,
)
def errors(request: ApiRequest, uid: str) -> StreamingHttpResponse:
    """Missing files, references to nothing: a line each. Empty when there is nothing to tell."""
    return _streamed(errors_read(request.auth, uid))


def _streamed(text: Iterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(text, content_type=Format.JSONL.content_type)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _with_totals(
    response: HttpResponse | StreamingHttpResponse, lines: int, size: int
) -> HttpResponseBase:
    response["X-Total-Lines"] = str(lines)
    response["X-Total-Bytes"] = str(size)
    return response
