"""JSON: one array, one document a line inside, with or without an envelope around it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from exports.engine.encoders.base import Piece
from exports.engine.encoders.texts import json_pieces
from exports.query.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from exports.engine.request import Envelope


def encode_json(
    batches: Iterable[pa.RecordBatch], envelope: Envelope | None = None
) -> Iterator[Piece]:
    """An array of documents, in its envelope; no rows make an empty array."""
    opening, closing = _around(envelope)
    before = opening + b"\n"
    for piece in json_pieces(batches):
        # JSON escapes every line feed, so that those left end the lines.
        lines = bytes(piece.data[:-1]).replace(b"\n", b",\n")
        yield Piece(before)
        yield Piece(lines, piece.rows)
        before = b",\n"
    yield Piece(b"\n" + closing if before == b",\n" else opening + closing)


def check_envelope(envelope: Envelope) -> None:
    """Whether a file can have this envelope.

    :raises Invalid: it cannot; the path is ``envelope.key`` or ``envelope.header``.
    """
    if not envelope.key or not _is_json(envelope.key):
        message = "Give the key under which the array of documents stands, such as 'items'."
        raise Invalid("envelope.key", message)
    if envelope.key in envelope.header:
        message = f"The header has {envelope.key!r} itself. Choose another key for the array."
        raise Invalid("envelope.key", message)
    if not _is_json(dict(envelope.header)):
        message = "The header is no JSON object: it holds what JSON cannot write."
        raise Invalid("envelope.header", message)


def _is_json(value: Any) -> bool:
    try:
        _json(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _around(envelope: Envelope | None) -> tuple[bytes, bytes]:
    if envelope is None:
        return b"[", b"]\n"
    whole = _json({**envelope.header, envelope.key: []})
    return whole.removesuffix(b"]}"), b"]}\n"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
