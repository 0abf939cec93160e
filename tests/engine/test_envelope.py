"""JSON in an envelope: what stands around the array, and what cannot."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest

from exports.engine.encoders.json import check_envelope, encode_json
from exports.engine.request import Envelope
from exports.query.errors import Invalid

HEADER = {"info": {"name": "Größe", "parts": [1, None]}, "version": "1.0"}


def written(envelope: Envelope | None, ids: list[int]) -> str:
    batches = [pa.record_batch({"id": ids})] if ids else []
    return b"".join(piece.data for piece in encode_json(batches, envelope)).decode()


def test_the_array_stands_in_the_envelope_a_document_a_line() -> None:
    assert written(Envelope({"info": {}}, "media_items"), [1, 2]) == (
        '{"info": {}, "media_items": [\n{"id":1},\n{"id":2}\n]}\n'
    )


@pytest.mark.parametrize("ids", [[], [1], [1, 2, 3]])
def test_header_and_documents_come_back(ids: list[int]) -> None:
    documents = [{"id": each} for each in ids]
    text = written(Envelope(HEADER, 'the "items"'), ids)
    assert json.loads(text) == {**HEADER, 'the "items"': documents}
    assert json.loads(written(Envelope({}, "items"), ids)) == {"items": documents}


def test_without_an_envelope_it_is_an_array() -> None:
    assert written(None, [1, 2]) == '[\n{"id":1},\n{"id":2}\n]\n'
    assert written(None, []) == "[]\n"


@pytest.mark.parametrize(
    ("header", "key", "path"),
    [
        ({}, "", "envelope.key"),
        ({}, "\ud800", "envelope.key"),
        ({"items": 1}, "items", "envelope.key"),
        ({"a": float("nan")}, "items", "envelope.header"),
        ({"a": "\ud800"}, "items", "envelope.header"),
        ({"a": object()}, "items", "envelope.header"),
    ],
)
def test_an_envelope_that_cannot_be_is_refused(header: dict[str, Any], key: str, path: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_envelope(Envelope(header, key))
    assert refusal.value.path == path


def test_one_that_can_be_is_not() -> None:
    check_envelope(Envelope(HEADER, "items"))
