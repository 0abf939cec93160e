"""A preview shows the first rows of the export that would run, and counts the others."""

from __future__ import annotations

import json
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from exports.engine.errors import Cancelled, EngineError, SourceInvalid, TooSlow
from exports.engine.preview import Preview, PreviewColumn, preview
from exports.engine.request import Compression, CsvOptions, Format, Nested, Request
from exports.query.parse import parse
from exports.query.reach import reading_schema
from tests.engine.exporting import NAME, Place, of_query, place
from tests.worlds.asking import ask
from tests.worlds.comparing import export
from tests.worlds.files import write_files
from tests.worlds.making import make
from tests.worlds.world import write

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 200_000


def shown(of: Place, format_: str = "jsonl", *, seconds: float = 60, **asked: Any) -> Preview:
    if "where" in asked:
        asked["where"] = parse(asked["where"], of.schema)
    return preview(
        Request(collection=NAME, format=Format(format_), **asked),
        of.catalogue,
        {NAME: of.source},
        scratch=of.folder / "shown",
        stop=of.stop,
        seconds=seconds,
    )


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Place:
    query = f"""
        SELECT i AS id, 'name ' || i AS name, {{'even': i % 2 = 0, 'half': i / 2}} AS about,
            [i, i + 1] AS numbers
        FROM range({ROWS}) r(i)
    """
    return of_query(
        tmp_path_factory.mktemp("many"), query, ", ROW_GROUP_SIZE 20_000, COMPRESSION zstd"
    )


# It takes some seconds wherever it runs, so that it can be caught in the middle.
SLOW = {"$or": [{"name": {"$regex": f"9.*{at}.*8.*{at}"}} for at in range(100)]}


@pytest.mark.parametrize("seed", range(6))
def test_it_shows_the_first_rows_of_the_real_export(seed: int, tmp_path: Path) -> None:
    world = make(seed)
    sources = write(world, tmp_path)
    write_files(tmp_path / "files")
    asked = ask(seed, world, Format.JSONL)
    plain = replace(asked.request, archive=False, compression=None, include_vectors=False)
    asked = replace(asked, request=plain)
    catalogue = {id_: each.entry for id_, each in world.items()}
    request = asked.parsed(reading_schema(catalogue, plain.collection, plain.prefix))

    def look() -> Preview:
        options: dict[str, Any] = {"scratch": tmp_path / "shown", "stop": Event(), "seconds": 60}
        return preview(request, catalogue, sources, limit=3, **options)

    try:
        files = export(world, sources, asked, tmp_path / "scratch")
    except EngineError as error:
        with pytest.raises(type(error)):
            look()
        return
    lines = files["data.jsonl"].decode().split("\n")[:-1]
    found = look()
    assert (list(found.lines), found.count, found.exact) == (lines[:3], len(lines), True)
    assert not (tmp_path / "shown").exists()


def test_the_columns_are_those_of_the_format_that_is_asked_for(many: Place) -> None:
    asked: dict[str, Any] = {"paths": ("about",), "csv": CsvOptions(nested=Nested.FLATTEN)}
    found = shown(many, "csv", **asked)

    assert found.columns == (
        PreviewColumn("id", "integer", "number, exact"),
        PreviewColumn("about.even", "boolean", "true or false"),
        PreviewColumn(
            "about.half",
            "float",
            "number, the shortest that reads back; NaN and infinities are empty",
        ),
    )
    assert found.rows[1] == {"id": 1, "about": {"even": False, "half": 0.5}}


@pytest.mark.parametrize("format_", list(Format))
def test_it_tells_about_how_large_the_file_will_be(many: Place, format_: str) -> None:
    found = shown(many, format_, where={"id": {"$gte": 100_000}})
    size = many.out(format_, where={"id": {"$gte": 100_000}}).stat().st_size

    assert found.bytes is not None
    assert size * 0.7 < found.bytes < size * 1.4


def test_it_does_not_guess_what_compression_saves(many: Place) -> None:
    assert shown(many, compression=Compression.GZIP).bytes is None


@pytest.mark.parametrize(
    ("asked", "ids", "count"),
    [
        ({}, range(10), ROWS),
        ({"sample_size": 4}, range(4), 4),
        ({"sample_size": 70}, range(10), 70),
        ({"order_by": ("-id",)}, range(ROWS - 1, ROWS - 11, -1), ROWS),
        ({"where": {"id": {"$gt": 50_000}}}, range(50_001, 50_011), ROWS - 50_001),
        ({"where": {"id": {"$gt": 50_000}}, "sample_size": 99}, range(50_001, 50_011), 99),
        ({"where": {"numbers": ROWS}}, [ROWS - 1], 1),
        ({"where": {"name": "nobody"}}, [], 0),
        ({"where": {"name": "nobody"}, "order_by": ("name",)}, [], 0),
        ({"identities": ("UA",)}, [], 0),  # no access rule: no principal may read
    ],
)
def test_the_rows_and_their_count(
    many: Place, asked: dict[str, Any], ids: range | list[int], count: int
) -> None:
    found = shown(many, **asked)

    assert [each["id"] for each in found.rows] == [*ids]
    assert (found.count, found.exact) == (count, True)


def test_a_count_that_takes_too_long_says_at_least(
    many: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exports.engine.look.FOR_COUNTING", 0)
    found = shown(many, where={"id": {"$gt": 5}})

    assert [each["id"] for each in found.rows] == [*range(6, 16)]
    assert (10 <= found.count < ROWS, found.exact, found.bytes) == (True, False, None)


def test_rows_that_cannot_be_found_in_time_are_given_up(many: Place) -> None:
    with pytest.raises(TooSlow):
        shown(many, order_by=("-name", "id"), where=SLOW, seconds=0.01)


def test_it_ends_at_once_when_it_is_told_to(many: Place) -> None:
    many.stop.set()
    try:
        with pytest.raises(Cancelled):
            shown(many, order_by=("-name", "id"), where=SLOW)
    finally:
        many.stop.clear()


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_a_text_source_is_counted_by_reading_it(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"things.{suffix}"
    if suffix == "csv":
        file.write_text("id,name\n" + "".join(f"{at},n{at}\n" for at in range(500)))
    else:
        file.write_text("".join(f'{{"id":{at},"name":"n{at}"}}\n' for at in range(500)))
    things = place(tmp_path, file)

    found = shown(things)
    assert (found.rows[9], found.count) == ({"id": 9, "name": "n9"}, 500)
    assert [each["id"] for each in shown(things, order_by=("-id",)).rows][:2] == [499, 498]
    assert shown(things, where={"id": {"$gt": 490}}).count == 9


def test_a_wrong_value_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "things.jsonl"
    file.write_text("".join(f'{{"id":{at}}}\n' for at in range(5)))
    things = place(tmp_path, file)
    file.write_text('{"id":0}\n{"id":1.5}\n')

    with pytest.raises(SourceInvalid, match=r"things\.jsonl"):
        shown(things)


def test_numbers_keep_every_digit(tmp_path: Path) -> None:
    query = "SELECT 1 AS id, 1234567890123456789012345.67::DECIMAL(38, 2) AS price"
    found = shown(of_query(tmp_path, query))

    assert found.lines == ('{"id":1,"price":1234567890123456789012345.67}',)
    assert json.loads(found.lines[0]) == found.rows[0]
