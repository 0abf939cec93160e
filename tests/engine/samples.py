"""Real exports of the sample collections, which are registered once in a test process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING, Any

from exports.engine.fileroot import LocalRoot
from exports.engine.plan import plan
from exports.engine.progress import Progress
from exports.engine.request import Format, Request, SampleMethod
from exports.engine.run import Result, run
from exports.management.sample import COLLECTIONS
from exports.query.catalogue import Entry
from exports.query.parse import parse
from exports.query.reach import reading_schema
from exports.query.schema import Role, Schema
from exports.sources.register import register
from exports.sources.vectors import measure_vectors
from exports.stores.local import LocalStore
from tests.engine.exporting import SAMPLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exports.engine.plan import Plan
    from exports.query.catalogue import Catalogue
    from exports.sources.source import Source


@dataclass(frozen=True, slots=True)
class World:
    """Collections by their names, which are their ids here."""

    catalogue: Catalogue
    sources: Mapping[str, Source]

    def plan(self, collection: str, format_: str = "parquet", **asked: Any) -> Plan:
        """What a request means; ``where`` as a person writes it."""
        schema = reading_schema(self.catalogue, collection, asked.get("prefix", ""))
        if "where" in asked:
            asked["where"] = parse(asked["where"], schema)
        asked["sample_method"] = SampleMethod(asked.get("sample_method", "first"))
        request = Request(collection=collection, format=Format(format_), **asked)
        return plan(request, self.catalogue)

    def export(self, folder: Path, collection: str, format_: str = "parquet", **asked: Any) -> Out:
        """Run a request; what comes out lies in the folder."""
        return self.run(folder, self.plan(collection, format_, **asked))

    def run(self, folder: Path, made: Plan) -> Out:
        root = self.sources[made.request.collection].file_root
        result = run(
            made,
            self.sources,
            open_file=LocalStore(folder).create,
            scratch=folder / "scratch",
            progress=Progress(),
            stop=Event(),
            file_root=LocalRoot(Path(root)) if root else None,
        )
        return Out(folder, made, result)

    def having(self, name: str, entry: Entry, source: Source) -> World:
        """The same with another collection of that name."""
        return World({**self.catalogue, name: entry}, {**self.sources, name: source})


@dataclass(frozen=True, slots=True)
class Out:
    """What came out of a run: its files lie in the folder."""

    folder: Path
    plan: Plan
    result: Result

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.result.files]

    def __getitem__(self, name: str) -> Path:
        return self.folder / name

    @property
    def data(self) -> Path:
        return self.folder / self.names[0]


@cache
def sample() -> World:
    """The five collections of the sample, with their marks and access rules."""
    entries, sources = {}, {}
    for name, told in COLLECTIONS.items():
        sources[name], schema = registered(SAMPLE / f"{name}.parquet")
        for path, mark in told["marks"].items():
            changes = {**mark, "role": Role(mark["role"])}
            schema = schema.mark(path, **changes)
        with TemporaryDirectory() as scratch:
            schema = measure_vectors(sources[name], schema, scratch=Path(scratch))
        access = told["access"]
        rule: Any = tuple(access) if isinstance(access, list) else access
        entries[name] = Entry(name, schema, rule)
    sources["digits"] = replace(sources["digits"], file_root=str(SAMPLE))
    return World(entries, sources)


def registered(file: Path) -> tuple[Source, Schema]:
    """A file of documents with a ``document_id``."""
    with TemporaryDirectory() as scratch:
        found = register([str(file)], key="document_id", roots=[file.parent], scratch=Path(scratch))
    return found.source, found.schema
