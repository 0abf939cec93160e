"""How large the data file of a result is likely to be, told before it is written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exports.engine.plan import Plan
    from exports.engine.request import Request
    from exports.sources.source import Source
    from exports.sources.weight import Weight


@dataclass(frozen=True, slots=True)
class Sample:
    """The bytes of some rows of a text file, and those before all rows."""

    header: int = 0
    bytes: int = 0
    rows: int = 0


NOTHING = Sample()


def text_size(request: Request, sample: Sample, count: int) -> int | None:
    """The bytes of a text file of ``count`` rows; None when it is compressed."""
    if request.archive or request.around:
        return None
    return sample.header + sample.bytes * count // max(sample.rows, 1)


def parquet_size(plan: Plan, source: Source, weight: Weight, count: int) -> int | None:
    """The bytes of a Parquet file of ``count`` rows, of what its columns take in the source.

    None when the source is text, or the rows are not its documents.
    """
    total, relation = sum(weight.columns.values()), plan.relation
    other = plan.request.prefix or relation.following.behind or plan.request.archive
    if source.kind.is_text or other or not total or not weight.documents:
        return None
    wanted = sum(weight.columns.get(each.name, 0) for each in plan.data.columns)
    stored = sum(os.path.getsize(file) for file in source.files)
    return stored * wanted * count // (total * weight.documents)
