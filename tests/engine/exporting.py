"""Runs real exports of real files, in a folder of the test's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq

from exports.engine.limits import Limits
from exports.engine.plan import plan
from exports.engine.progress import Progress
from exports.engine.request import Format, Request
from exports.engine.run import Result, run
from exports.query.catalogue import Entry
from exports.query.parse import parse
from exports.sources.register import register
from exports.stores.local import LocalStore

if TYPE_CHECKING:
    import pyarrow as pa

    from exports.query.catalogue import Catalogue
    from exports.query.schema import Schema
    from exports.sources.source import Source

SAMPLE = Path(__file__).parents[2] / "sample"
NAME = "things"


@dataclass
class Place:
    """A folder with a collection called ``things``, a store, and what a run needs."""

    folder: Path
    source: Source
    schema: Schema
    store: LocalStore
    progress: Progress
    stop: Event

    def run(self, format_: str = "jsonl", *, limits: Limits | None = None, **asked: Any) -> Result:
        """Export; what comes out is read with :meth:`text` or lies at :meth:`path`."""
        if "where" in asked:
            asked["where"] = parse(asked["where"], self.schema)
        request = Request(collection=NAME, format=Format(format_), **asked)
        return run(
            plan(request, self.catalogue),
            {NAME: self.source},
            open_file=self.store.create,
            scratch=self.folder / "scratch",
            progress=self.progress,
            stop=self.stop,
            limits=limits or Limits(),
        )

    def out(self, format_: str = "jsonl", **asked: Any) -> Path:
        """Export, and the path of the file that came out."""
        for key in list(self.store.list()):
            self.store.delete(key)
        return self.folder / "store" / self.run(format_, **asked).files[0].name

    @property
    def catalogue(self) -> Catalogue:
        return {NAME: Entry(NAME, self.schema)}

    def left(self) -> list[str]:
        """The keys of all that lies in the store."""
        return list(self.store.list())


def place(folder: Path, location: Path, *, key: str = "id") -> Place:
    """A place whose collection is the Parquet files at a location."""
    roots = [folder.resolve(), SAMPLE]
    found = register([str(location)], key=key, roots=roots, scratch=folder)
    store = LocalStore(folder / "store")
    return Place(folder, found.source, found.schema, store, Progress(), Event())


def of_table(folder: Path, table: pa.Table, **options: Any) -> Place:
    """A place with a file that pyarrow wrote."""
    pq.write_table(table, folder / "things.parquet", **options)
    return place(folder, folder / "things.parquet")


def of_query(folder: Path, query: str, options: str = "") -> Place:
    """A place with a file that DuckDB wrote."""
    file = folder / "things.parquet"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet {options})")
    return place(folder, file)
