"""The columns that rows carry for us: taken off before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exports.engine.errata import Errata
    from exports.engine.table import Table

TO_NOTHING = "reference_to_nothing"


def visible(
    batches: Iterable[pa.RecordBatch], table: Table, errata: Errata
) -> Iterator[pa.RecordBatch]:
    """The batches with the columns that are written, and no others.

    :param errata: gets an entry for each reference that names no document.
    """
    places = len(table.places)
    carried = places + len(table.lost)
    for batch in batches:
        for at, path in enumerate(table.lost, start=places):
            _note(batch.column(carried), path, batch.column(at), errata)
        yield batch.select(range(carried, batch.num_columns))


def _note(keys: pa.Array, path: str, values: pa.Array, errata: Errata) -> None:
    while pa.types.is_list(values.type):
        keys = keys.take(pc.list_parent_indices(values))
        values = pc.list_flatten(values)
    if values.null_count == len(values):
        return
    there = pc.is_valid(values)
    lost = values.filter(there)
    paths = pa.repeat(path, len(lost))
    entries = pa.record_batch([keys.filter(there), paths, lost], names=["key", "path", "value"])
    errata.add(TO_NOTHING, entries)
