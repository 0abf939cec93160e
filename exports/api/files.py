"""Downloads: the bytes of a finished export, whole or in part, and links to them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header, parse_etags
from ninja import Router

from exports.api.auth import ApiRequest, BearerKey, BrowserSession, SignedLink
from exports.api.export_schemas import LinkOut
from exports.api.problems import ProblemResponse
from exports.api.ranges import OutOfRange, Span, range_asked, span_of
from exports.api.shapes import content_type
from exports.domain.downloads import download_authorise, download_begin, download_check, stored_open
from exports.domain.links import link_make
from exports.domain.names import download_name
from exports.domain.storage import result_store

if TYPE_CHECKING:
    from exports.models import ExportFile

router = Router(tags=["files"])

_HEADERS = {
    name: {"description": text, "schema": {"type": "string"}}
    for name, text in {
        "Content-Disposition": "`file_name`, or the label, made a safe name.",
        "Content-Length": "In bytes.",
        "ETag": "The sha256 of the file, in hexadecimal.",
    }.items()
}
_CONTENT: dict[str, Any] = {"*/*": {}}
_DOWNLOAD: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": text,
            "schema": {"type": "string"},
        }
        for name, text in {
            "Range": "`bytes=100-`: what is still missing. Several ranges bring the whole file.",
            "If-Range": "The `ETag` of what you have: with another one the whole file comes.",
        }.items()
    ],
    "responses": {
        200: {"description": "The whole file.", "content": _CONTENT, "headers": _HEADERS},
        206: {"description": "The part that was asked for.", "content": _CONTENT},
        302: {"description": "The store hands the file out itself, at this address."},
        304: {"description": "You have it: `If-None-Match` holds its `ETag`."},
        416: {"description": "The file has no such bytes; `Content-Range` says how many it has."},
    },
}
_WAYS = [SignedLink(), BearerKey(), BrowserSession()]


@router.post(
    "/{uid}/files/{path:name}/link",
    response=LinkOut,
    operation_id="export_link",
    url_name="link",
    summary="Make a link to a file",
)
def link(request: ApiRequest, uid: str, name: str) -> LinkOut:
    """For one file, for an hour at most; it needs no key. It dies with the rights of its maker."""
    made = link_make(request.auth, uid, name)
    path = reverse("api:download", args=[uid, name])
    address = request.build_absolute_uri(f"{path}?{urlencode({'link': made.token})}")
    return LinkOut(url=address, expires_at=made.expires_at)


@router.api_operation(
    ["GET", "HEAD"],
    "/{uid}/files/{path:name}/link",
    auth=_WAYS,
    url_name="link",
    include_in_schema=False,
)
def download_of_that_name(request: ApiRequest, uid: str, name: str) -> HttpResponseBase:
    """A file that a document named may itself be called ``link``."""
    return _answer(request, uid, f"{name}/link")


@router.get(
    "/{uid}/files/{path:name}",
    auth=_WAYS,
    response={200: None},
    operation_id="export_download",
    url_name="download",
    summary="Download a file",
    openapi_extra=_DOWNLOAD,
)
def download(request: ApiRequest, uid: str, name: str) -> HttpResponseBase:
    """Authorised each time, and written into the history before the first byte is sent."""
    return _answer(request, uid, name)


@router.api_operation(
    ["HEAD"],
    "/{uid}/files/{path:name}",
    auth=_WAYS,
    response={200: None},
    operation_id="export_download_head",
    url_name="download",
    summary="Look at a file's size and checksum",
)
def look(request: ApiRequest, uid: str, name: str) -> HttpResponseBase:
    """The headers of a download. Nothing is sent, so nothing is written into the history."""
    return _answer(request, uid, name)


def _answer(request: ApiRequest, uid: str, name: str) -> HttpResponseBase:
    file = download_authorise(request.auth, uid, name)
    etag = f'"{file.sha256}"'
    if _is_known(request, etag):
        return _named(HttpResponse(status=HTTPStatus.NOT_MODIFIED), file)
    # Nothing is recorded, and no status sent, for what the store does not hold.
    download_check(file)
    if request.method == "HEAD":
        return _described(HttpResponse(content_type=content_type(file.export, file)), file, None)
    try:
        span = span_of(request, file.bytes, etag)
    except OutOfRange:
        return _out_of_range(file)
    by_link = SignedLink.param_name in request.GET
    left = download_begin(
        request.auth, file, asked_range=range_asked(request), by_link=by_link
    ).total_seconds()
    address = result_store().link(
        file.key,
        max(1, int(left)),
        name=download_name(file.export, file),
        content_type=content_type(file.export, file),
    )
    return _sent_elsewhere(address) if address else _sent(file, span)


def _sent(file: ExportFile, span: Span | None) -> HttpResponseBase:
    start, end = (span.start, span.end) if span else (0, None)
    chunks = stored_open(file.key, start, end)
    status = HTTPStatus.PARTIAL_CONTENT if span else HTTPStatus.OK
    response = StreamingHttpResponse(
        chunks, status=status, content_type=content_type(file.export, file)
    )
    return _described(response, file, span)


def _sent_elsewhere(address: str) -> HttpResponseBase:
    response = HttpResponseRedirect(address)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _out_of_range(file: ExportFile) -> HttpResponseBase:
    said = f"The file has {file.bytes:,} bytes. Ask for some of those."
    problem = ProblemResponse(416, "out_of_range", said)
    problem["Content-Range"] = f"bytes */{file.bytes}"
    return problem


def _described(response: HttpResponseBase, file: ExportFile, span: Span | None) -> HttpResponseBase:
    response["Content-Length"] = str(span.length if span else file.bytes)
    response["Content-Disposition"] = content_disposition_header(
        True, download_name(file.export, file)
    )
    response["Accept-Ranges"] = "bytes"
    if span:
        response["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{file.bytes}"
    response["X-Content-Type-Options"] = "nosniff"
    return _named(response, file)


def _named(response: HttpResponseBase, file: ExportFile) -> HttpResponseBase:
    response["ETag"] = f'"{file.sha256}"'
    response["Cache-Control"] = "no-store"
    return response


def _is_known(request: ApiRequest, etag: str) -> bool:
    """Whether ``If-None-Match`` names what is here."""
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in tags or etag in [tag.removeprefix("W/") for tag in tags]
