"""Runs the engine on a world and holds what comes out against what must."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from exports.engine.errors import EngineError
from exports.engine.fileroot import LocalRoot
from exports.engine.index import Index
from exports.engine.plan import plan
from exports.engine.progress import Progress
from exports.engine.request import Format, SampleMethod
from exports.engine.run import run
from exports.query.reach import reading_schema
from exports.query.schema import Kind, fields
from tests.worlds.asking import ask
from tests.worlds.errata import expected_errors, found_errors
from tests.worlds.evaluator import NoSuchParent, evaluate
from tests.worlds.files import THERE, listed, listing, name_of, unzipped, write_files
from tests.worlds.making import make
from tests.worlds.reading import Row, columns, expected_rows, found_rows
from tests.worlds.shapes import (
    Names,
    Shape,
    first_names,
    row_properties,
    vector_wishes,
    wishes,
)
from tests.worlds.world import write

if TYPE_CHECKING:
    from pathlib import Path

    from exports.engine.request import Request
    from exports.query.schema import Property
    from exports.sources.source import Source
    from tests.worlds.asked import Asked
    from tests.worlds.world import Collection, Document, World

FORMATS = list(Format)


class Different(AssertionError):
    """What came out is not what must."""


@dataclass(slots=True)
class Kept:
    """A store in memory."""

    files: dict[str, bytes] = field(default_factory=dict)

    def create(self, name: str) -> _Writer:
        return _Writer(name, self)


@dataclass(slots=True)
class _Writer:
    name: str
    kept: Kept
    parts: list[bytes] = field(default_factory=list)

    def write(self, data: memoryview | bytes) -> None:
        self.parts.append(bytes(data))

    def close(self) -> None:
        self.kept.files[self.name] = b"".join(self.parts)

    def abort(self) -> None:
        self.parts.clear()


def compare(seed: int, folder: Path, formats: Sequence[Format]) -> None:
    """The world and the request of a seed, in each of the formats.

    :raises Different: with the seed, the world, the request, what was wanted and what was found.
    """
    world = make(seed)
    sources = write(world, folder)
    write_files(folder / "files")
    chosen = []
    for format_ in formats:
        asked = ask(seed, world, format_)
        try:
            chosen.append(_compare_one(world, sources, asked, folder / "scratch"))
            _equal("the sample in another format", chosen[-1], chosen[0])
        except Exception as error:
            raise Different(_told(seed, world, asked, error)) from error


def export(
    world: World, sources: dict[str, Source], asked: Asked, scratch: Path
) -> dict[str, bytes]:
    """What the engine makes of a request: the content of each file, by name."""
    catalogue = {id_: each.entry for id_, each in world.items()}
    start = asked.request
    request = asked.parsed(reading_schema(catalogue, start.collection, start.prefix))
    kept = Kept()
    run(
        plan(request, catalogue),
        sources,
        open_file=kept.create,
        scratch=scratch,
        progress=Progress(),
        stop=Event(),
        file_root=LocalRoot(scratch.parent / "files") if request.export_files else None,
    )
    return kept.files


def _compare_one(
    world: World, sources: dict[str, Source], asked: Asked, scratch: Path
) -> list[int]:
    """Which of the rows came, when all is as it must be."""
    request = asked.request
    try:
        wanted = evaluate(world, asked)
    except NoSuchParent:
        return _must_fail(world, sources, asked, scratch)
    files = export(world, sources, asked, scratch)
    if request.archive:
        [(name, archive)] = files.items()
        _equal("the name of the archive", name, f"{world[request.collection].name}.zip")
        files = unzipped(archive)
    ways = wishes(request, row_properties(world, request), first_names(world, request))
    columns_ = columns(request, wanted.shape, ways)
    found = found_rows(request, columns_, _data(request, files))
    chosen = _chosen(request, columns_, wanted.rows, found)
    rows = [wanted.rows[each] for each in chosen]
    _equal_rows("data", columns_, expected_rows(request, columns_, rows), found)
    first = first_names(world, request)[0]
    lost, named = (
        [(wanted.rows[each][first], *entry) for each in chosen for entry in entries[each]]
        for entries in (wanted.lost, wanted.files)
    )
    errors = found_errors(files.pop("errors.jsonl", b""))
    _equal("the errors", errors, expected_errors(request, columns_, rows, lost, named))
    if wanted.vector_shape:
        columns_ = columns(request, wanted.vector_shape, vector_wishes(world, request))
        name = f"{world[request.collection].name}_vectors.{request.format}"
        found = found_rows(request, columns_, files.pop(name))
        rows = [wanted.vectors[each] for each in chosen]
        _equal_rows("vectors", columns_, expected_rows(request, columns_, rows), found)
    if request.export_files:
        _equal("the list of files", listed(files.pop("files.jsonl")), listing(named))
        files = unzipped(files.pop("files.zip")) | files if request.zip_files else files
    there = {name_of(origin): THERE[origin] for _, _, origin in named if origin in THERE}
    _equal("further files", dict(sorted(files.items())), dict(sorted(there.items())))
    return chosen


def _data(request: Request, files: dict[str, bytes]) -> bytes:
    """The data, taken out of the files; its index must know how much it is."""
    data = files.pop(f"data.{request.format}")
    if request.has_lines:
        index = Index.from_bytes(files.pop("data.jsonl.index"))
        _equal("the index", (index.lines, index.bytes), (data.count(b"\n"), len(data)))
    return data


def _chosen(
    request: Request, shapes: dict[Names, Shape], rows: list[Document], found: list[Row]
) -> list[int]:
    """The numbers of the rows that must have come: all, or those that a random sample took."""
    size = request.sample_size
    if size is None or request.sample_method == SampleMethod.FIRST:
        return list(range(len(rows)))
    firsts = 2 if request.prefix else 1  # they name a row
    names = [repr(each[:firsts]) for each in expected_rows(request, shapes, rows)]
    chosen = [names.index(repr(each[:firsts])) for each in found]
    _equal("the size of the sample", len(chosen), min(size, len(rows)))
    _equal("the order of the sample", chosen, sorted(set(chosen)))
    return chosen


def _equal_rows(what: str, shapes: dict[Names, Shape], wanted: list[Row], found: list[Row]) -> None:
    for number, (one, other) in enumerate(zip(wanted, found, strict=False)):
        for way, expected, came in zip(shapes, one, other, strict=True):
            _equal(f"{what}: row {number} {one[:2]!r}, {'.'.join(way)!r}", came, expected)
    wanted_keys, found_keys = ([repr(each[0]) for each in rows] for rows in (wanted, found))
    _equal(f"{what}: the keys", found_keys, wanted_keys)


def _equal(what: str, found: object, wanted: object) -> None:
    # As text, so that 1 is neither true nor 1.0, and NaN is NaN.
    if repr(found) != repr(wanted):
        raise Different(f"{what}\n  wanted {wanted!r}\n  found  {found!r}")


def _must_fail(world: World, sources: dict[str, Source], asked: Asked, scratch: Path) -> list[int]:
    try:
        files = export(world, sources, asked, scratch)
    except EngineError:
        return []
    raise Different(f"no error though the prefix names no document, but {sorted(files)}")


def _told(seed: int, world: World, asked: Asked, error: Exception) -> str:
    collections = "\n".join(f"  {id_}: {told(each)}" for id_, each in world.items())
    kind = "" if isinstance(error, Different) else f"{type(error).__name__}: "
    return f"seed {seed}\nworld\n{collections}\nrequest {asked}\n{kind}{error}"


def told(collection: Collection) -> str:
    """A collection in one line."""
    properties = ", ".join(map(_described, collection.schema.properties))
    size = len(collection.documents)
    return f"{size} documents, key {collection.schema.key!r}, {collection.access}: {properties}"


def _described(node: Property) -> str:
    target = f" -> {node.target}" if node.target else ""
    inner = ", ".join(map(_described, fields(node)))
    kind = "list" if node.kind is Kind.LIST else node.kind.value
    shown = f"{kind} {{{inner}}}" if inner else node.sql
    return f"{node.name!r}{'?' if node.optional else ''} {shown}{target}"
