"""An export's request, read back: as the API takes it, and where its files are downloaded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

if TYPE_CHECKING:
    from exports.models import Export, ExportFile, Namespace

_FIELDS = (
    *("label", "description", "format", "paths", "where", "order_by"),
    *("sample_size", "file_name", "timezone"),
)


def request_text(export: Export) -> str:
    """The JSON that makes the same export over REST; what asks for nothing is left out."""
    asked: dict[str, Any] = {"collection": export.collection.name}
    asked |= {name: getattr(export, name) for name in _FIELDS}
    return pretty({name: value for name, value in asked.items() if value not in ("", None, [])})


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def download_address(namespace: Namespace, export: Export, file: ExportFile) -> str:
    query = urlencode({"namespace": namespace.slug})
    return f"{reverse('api:download', args=[export.uid, file.name])}?{query}"
