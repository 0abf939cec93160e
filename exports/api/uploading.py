"""The fields of a multipart body, as the same body in JSON would have them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.http.multipartparser import MultiPartParserError

from exports.api.bodies import body_parse, body_valid
from exports.api.collection_schemas import Access, MarkIn
from exports.api.errors import Unreadable
from exports.api.schemas import Body
from exports.domain.errors import FieldError, InvalidRequest

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

from ninja import Field

MULTIPART = "multipart/form-data"


class UploadFields(Body):
    """What stands beside the files."""

    name: str = Field(examples=["flights"], max_length=100)
    key: str = Field("", max_length=200)
    description: str = Field("", max_length=2_000)
    marks: dict[str, MarkIn] = {}
    access: Access = None
    file_root: str = Field("", max_length=1_000)


def fields_read(request: HttpRequest) -> UploadFields:
    """Reads the whole body; the files go where ``upload_taken`` says.

    :raises Unreadable: it is no multipart body.
    :raises InvalidRequest: names every field that is wrong.
    """
    try:
        posted = request.POST
    except (MultiPartParserError, BadRequest):
        raise Unreadable("The body is not multipart/form-data as it says.") from None
    return body_valid(UploadFields, dict(_told(posted)))


def _told(posted: QueryDict) -> Any:
    for name, values in posted.lists():
        texts = [str(value) for value in values]
        if name == "access":
            paths = [each for each in texts if each]
            yield name, "public" if paths == ["public"] else paths or None
        elif len(texts) > 1:
            raise InvalidRequest(FieldError(name, "It stands there twice. Send it once."))
        elif name == "marks":
            yield name, _json(texts[0])
        else:
            yield name, texts[0]


def _json(text: str) -> Any:
    try:
        return body_parse(text.encode("utf-8", "surrogatepass"))
    except Unreadable as error:
        raise InvalidRequest(FieldError("marks", f"Write it as JSON. {error.message}")) from error


def upload_described() -> dict[str, Any]:
    """What the description says of such a body."""
    text = {"type": "string"}
    example = json.dumps({"note": {"optional": True}})
    return {
        "type": "object",
        "required": ["name", "file"],
        "properties": {
            "name": {**text, "maxLength": 100, "examples": ["flights"]},
            "file": {
                "type": "array",
                "minItems": 1,
                "maxItems": 100,
                "items": {**text, "format": "binary"},
                "description": "Parquet, JSONL or CSV, by its name; text also as .gz or .zst.",
            },
            "key": {**text, "maxLength": 200},
            "description": {**text, "maxLength": 2_000},
            "access": {"type": "array", "items": text},
            "marks": {**text, "description": "JSON.", "examples": [example]},
            "file_root": {**text, "maxLength": 1_000},
        },
    }
