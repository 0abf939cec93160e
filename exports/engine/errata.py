"""The errors of a run: what was written otherwise than it was asked for, entry by entry."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyarrow as pa

from exports.engine.encoders.base import Piece
from exports.engine.encoders.texts import json_lines
from exports.engine.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ERRORS = "errors.jsonl"
KEPT = 1_000_000  # lines
LEFT_OUT = "entries_left_out"

Total = tuple[str, str | None, int]


class Errata:
    """Collects entries in the scratch folder; false while there are none.

    Each entry is a line of JSON: code, key, path, value, count. Memory does not grow with their
    number. One thread at a time.

    :param scratch: a folder of the run's own, which is there.
    :param kept: at most so many entries are kept; the others are only counted.
    """

    def __init__(self, scratch: Path, *, kept: int = KEPT) -> None:
        self._spool = Spool(scratch / ERRORS)
        self._kept = kept
        self._counts: Counter[str] = Counter()
        self._totals: Counter[tuple[str, str | None]] = Counter()
        self._left_out = 0

    def __bool__(self) -> bool:
        return bool(self._counts)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many there are of each code, those left out as well."""
        return dict(self._counts)

    def add(self, code: str, batch: pa.RecordBatch) -> None:
        """Add an entry for each row.

        :param batch: with the columns ``key``, ``path`` and ``value``, of any types that JSON has.
        :raises StorageFull: the disk of the scratch folder is full.
        """
        if not len(batch):
            return
        kept = batch.slice(0, self._kept - self._spool.lines)
        ones = pa.repeat(1, len(kept))
        self._spool.add(_entries(pa.repeat(code, len(kept)), *_columns(kept), ones))
        self._counts[code] += len(batch)
        self._left_out += len(batch) - len(kept)

    def count(self, code: str, path: str | None, n: int) -> None:
        """Add ``n`` to the one entry that stands for all of a code at a path, without a key."""
        if n:
            self._counts[code] += n
            self._totals[code, path] += n

    def pieces(self) -> Iterator[Piece]:
        """The entries in the order in which they came, then the totals.

        When entries were left out, a last line says how many.
        """
        yield from self._spool.pieces()
        totals: list[Total] = [(code, path, n) for (code, path), n in self._totals.items()]
        if self._left_out:
            totals.append((LEFT_OUT, None, self._left_out))
        if totals:
            yield Piece(json_lines(_without_keys(totals)), len(totals))


def _columns(batch: pa.RecordBatch) -> list[pa.Array]:
    return [batch[name] for name in ("key", "path", "value")]


def _without_keys(totals: list[Total]) -> pa.RecordBatch:
    codes, paths, counts = zip(*totals, strict=True)
    nothing = pa.nulls(len(totals))
    return _entries(
        pa.array(codes), nothing, pa.array(paths, pa.string()), nothing, pa.array(counts)
    )


def _entries(*columns: pa.Array) -> pa.RecordBatch:
    return pa.record_batch(list(columns), names=["code", "key", "path", "value", "count"])
