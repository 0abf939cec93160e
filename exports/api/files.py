"""Downloads: the bytes of a finished export."""

from __future__ import annotations

from typing import Any

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from ninja import Router

from exports.api.auth import ApiRequest
from exports.api.shapes import content_type
from exports.domain.downloads import download_authorise, download_record
from exports.domain.errors import Gone
from exports.domain.names import download_name
from exports.domain.storage import result_store
from exports.models import ExportFile
from exports.stores.errors import KeyMissing

router = Router(tags=["files"])

_DOWNLOAD: dict[str, Any] = {
    "responses": {
        200: {
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
            "headers": {
                name: {"description": text, "schema": {"type": "string"}}
                for name, text in {
                    "Content-Disposition": "`file_name`, or the label, made a safe name.",
                    "Content-Length": "In bytes.",
                    "ETag": "The sha256 of the file, in hexadecimal.",
                }.items()
            },
        }
    }
}


@router.get(
    "/{uid}/files/{path:name}",
    response={200: None},
    operation_id="export_download",
    url_name="download",
    summary="Download a file",
    openapi_extra=_DOWNLOAD,
)
def download(request: ApiRequest, uid: str, name: str) -> StreamingHttpResponse:
    """Authorised each time, and written into the history before the first byte is sent."""
    caller = request.auth
    file = download_authorise(caller, uid, name)
    _check_there(file)
    download_record(caller, file)
    response = StreamingHttpResponse(
        result_store().open(file.key), content_type=content_type(file.export, file)
    )
    response["Content-Length"] = str(file.bytes)
    response["Content-Disposition"] = content_disposition_header(
        True, download_name(file.export, file)
    )
    response["ETag"] = f'"{file.sha256}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _check_there(file: ExportFile) -> None:
    """Nothing is recorded, and no status sent, for what the store does not hold."""
    try:
        result_store().size(file.key)
    except KeyMissing:
        raise Gone("This file is no longer in the store. Run the export again.") from None
