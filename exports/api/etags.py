"""Answers 304 to who has the very answer already (``ETag``, RFC 9110)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags, quote_etag
from ninja.responses import NinjaJSONEncoder

if TYPE_CHECKING:
    from django.http import HttpRequest
    from pydantic import BaseModel


def tagged(request: HttpRequest, body: BaseModel) -> HttpResponse:
    """The answer with its tag; without its body for who holds that one already."""
    # As ninja writes every other answer.
    text = json.dumps(body.model_dump(), cls=NinjaJSONEncoder).encode()
    tag = quote_etag(hashlib.sha256(text).hexdigest()[:32])
    named = parse_etags(request.headers.get("If-None-Match", ""))
    held = [each.removeprefix("W/") for each in named]
    if tag in held or "*" in held:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response
