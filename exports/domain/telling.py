"""The history as text: CSV and JSON Lines, made as it is sent, a chunk of events at a time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from exports.domain.audit import canonical
from exports.domain.history import history_export
from exports.engine.encoders.csv import encode_csv, to_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exports.domain.access import Caller
    from exports.domain.history import EventFilter

COLUMNS = ("at", "action", "actor", "actor_id", "address", "subject", "detail", "hash")


def history_csv(caller: Caller, wanted: EventFilter) -> Iterator[memoryview | bytes]:
    """A header and one record an event; particulars as JSON, text guarded against formulas.

    :raises Forbidden: the caller may not read the history.
    """
    chunks = history_export(caller, wanted, form="csv")
    return (piece.data for piece in encode_csv(_batches(chunks), names=COLUMNS))


def history_jsonl(caller: Caller, wanted: EventFilter) -> Iterator[bytes]:
    """One JSON object an event.

    :raises Forbidden: the caller may not read the history.
    """
    chunks = history_export(caller, wanted, form="jsonl")
    return ("".join(_line(each) for each in chunk).encode() for chunk in chunks)


def _line(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False) + "\n"


def _batches(chunks: Iterable[list[dict[str, Any]]]) -> Iterator[pa.RecordBatch]:
    names = list(COLUMNS)
    for chunk in chunks:
        rows = [{**told, "detail": _detail(told)} for told in chunk]
        columns = [pa.array([row[name] for row in rows], pa.string()) for name in names]
        batch = pa.RecordBatch.from_arrays(columns, names=names)
        yield to_cells(batch, texts=frozenset(names))


def _detail(told: dict[str, Any]) -> str | None:
    return None if told["detail"] is None else canonical(told["detail"])
