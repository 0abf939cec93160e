"""What all benches share: how many documents and rounds, and the material, made before the clock.

Making it is left to other processes, since this one must stay small (see :mod:`bench.dataset`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bench.dataset import files, folder
from bench.race import Entry, call
from bench.work import WORKS, Task, Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.report import Report

SAMPLE = 100_000  # rows for Django, which would take minutes for all
BEHIND = "small"  # the shape of the documents referred to


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One table of the bench, by the name that ``--only`` looks for."""

    name: str
    run: Callable[[Stage], Report]


@dataclass(frozen=True)
class Stage:
    """The size of the bench, and a folder for what is written meanwhile.

    ``growth`` is the number of small documents up to which our memory is followed.
    """

    documents: int
    growth: int
    rounds: int
    scratch: Path

    def entry(self, module: str, work: str, format: str, *, count: int = 0) -> Entry:  # noqa: A002 - the word of the requests
        """What a contender of this module is to do, and the rows that must come of it."""
        asked = WORKS[work]
        count = count or self.documents
        ours = module == "ours"
        task = Task(
            work=work,
            format=format,
            files=self._locations(asked.shape, count),
            out=self.scratch,
            behind=self._locations(BEHIND, asked.behind),
            collection=str(self.collection(asked.shape, count)) if ours else "",
            target=str(self.collection(BEHIND, asked.behind)) if ours and asked.expand else "",
        )
        return Entry(module=module, task=task, rows=self._rows(asked, count))

    def material(self, shape: str, count: int) -> list[Path]:
        """The files of so many documents; what is missing is made."""
        paths = files(shape, count)
        if not all(path.exists() for path in paths):
            print(f"making {count:,} {shape} documents", flush=True)
            call("bench.documents", shape, str(count))
        return paths

    def collection(self, shape: str, count: int) -> Path:
        """A file with the source and the schema as registering these documents gives them."""
        path = self.scratch / f"{shape}-{count}.json"
        if not path.exists():
            path.write_text(call("bench.register", *self._locations(shape, count)))
        return path

    def database(self) -> Entry:
        """Django's part: the same scalar fields, in a table with a sample of the rows."""
        count = min(SAMPLE, self.documents)
        parquet = self.material("big", self.documents)[0]
        database = folder("django") / f"{count}.sqlite3"
        call("bench.peers.django_iterator", str(database), str(parquet), str(count))
        task = Task(
            work="scalars", format="csv", files=(), out=self.scratch, database=str(database)
        )
        return Entry(module="django_iterator", task=task, rows=count)

    def _locations(self, shape: str, count: int) -> tuple[str, ...]:
        return tuple(str(path) for path in self.material(shape, count))

    def _rows(self, asked: Work, count: int) -> int:
        if asked.filtered:
            return self._kept
        return self._elements if asked.prefix else count

    @cached_property
    def _kept(self) -> int:
        return int(call("bench.count", "filtered", *self._locations("big", self.documents)))

    @cached_property
    def _elements(self) -> int:
        return int(call("bench.count", "elements", *self._locations("big", self.documents)))
