"""Random filters on words and places: the SQL against plain Python."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any as Json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot

from exports.query.condition import condition
from exports.query.parse import parse
from exports.query.schema import Kind, Schema
from exports.query.tree import Not, Operator
from exports.query.tree import Test as Question
from tests.query import writers
from tests.query.evaluator import holds
from tests.query.library import integer, listed, run, scalar, struct, text
from tests.query.test_random import maybe, several, tree

LAT, LON = (scalar(name, Kind.FLOAT, "DOUBLE") for name in ("lat", "lon"))
SCHEMA = Schema(
    "id",
    (
        integer("id"),
        text("story"),
        listed("lines", text()),
        struct("spot", LAT, LON),
        listed("stops", struct("element", struct("at", LAT, LON), text("note"))),
    ),
)
SPOT = pa.struct([("lat", pa.float64()), ("lon", pa.float64())])
ARROW = pa.schema(
    [
        ("id", pa.int64()),
        ("story", pa.string()),
        ("lines", pa.list_(pa.string())),
        ("spot", SPOT),
        ("stops", pa.list_(pa.struct([("at", SPOT), ("note", pa.string())]))),
    ]
)
WORDS = """
    run runs Running runner relation relational don't don\u2019t dog dogs dog's Dogs\u2019 sky skies
    the THE na\u00efve nai\u0308ve \u00c9tat 7 7s news \u03a3\u039f\u03a3 \u4e16\u754c happy
    happiness 'tis o''clock x's's
"""
GAPS = [" ", " ", " ", "-", ", ", "\n", "_", "'", " '", "' ", "\u2019", "''", "."]
DEGREES = [-180, -179.5, -90, -12, -3, 0, 1, 2, 3.5, 12, 90, 179.5, 180]
BEYOND = [90.5, 200, float("nan"), float("inf"), float("-inf")]
ASKED = {
    "story": [Operator.WORDS, Operator.PHRASE, Operator.TEXT],
    "lines": [Operator.WORDS, Operator.PHRASE, Operator.SIZE],
    "stops.note": [Operator.WORDS, Operator.PHRASE, Operator.IS_NULL],
    "spot": [Operator.GEO_RADIUS, Operator.GEO_BOUNDING_BOX, Operator.GEO_POLYGON],
    "stops.at": [Operator.GEO_RADIUS, Operator.GEO_BOUNDING_BOX, Operator.GEO_POLYGON],
}


def prose(chance: random.Random, most: int) -> str:
    words = chance.choices(WORDS.split(), k=chance.randint(1, most))
    return "".join(f"{word}{chance.choice(GAPS)}" for word in words)


def spot(chance: random.Random) -> dict[str, Json]:
    def degrees() -> float:
        return chance.choice(BEYOND if chance.random() < 0.1 else DEGREES)

    return {"lat": maybe(chance, degrees), "lon": maybe(chance, degrees)}


def document(chance: random.Random, number: int) -> dict[str, Json]:
    def stop() -> dict[str, Json]:
        return {
            "at": maybe(chance, lambda: spot(chance)),
            "note": maybe(chance, lambda: prose(chance, 3)),
        }

    return {
        "id": number,
        "story": maybe(chance, lambda: prose(chance, 6)),
        "lines": maybe(chance, lambda: several(chance, lambda: prose(chance, 3))),
        "spot": maybe(chance, lambda: spot(chance)),
        "stops": maybe(chance, lambda: several(chance, stop)),
    }


def point(chance: random.Random) -> dict[str, Json]:
    lats = [each for each in DEGREES if abs(each) <= 90]
    return {"lat": chance.choice(lats), "lon": chance.choice(DEGREES)}


def area(chance: random.Random, operator: Operator) -> dict[str, Json]:
    if operator is Operator.GEO_RADIUS:
        return {"center": point(chance), "radius": chance.choice([0, 5e5, 2e6, 1.1e7])}
    if operator is Operator.GEO_BOUNDING_BOX:
        first, second = point(chance), point(chance)
        first["lat"], second["lat"] = sorted((first["lat"], second["lat"]), reverse=True)
        return {"top_left": first, "bottom_right": second}
    holes = [ring(chance) for _ in range(chance.choice([0, 0, 1, 2]))]
    return {"exterior": ring(chance), "interiors": holes}


def ring(chance: random.Random) -> dict[str, Json]:
    points = [point(chance) for _ in range(chance.randint(3, 6))]
    if points[0] == points[-1]:
        points += [{"lat": 0, "lon": 1}, {"lat": 0, "lon": 2}]
    return {"points": points}


def question(chance: random.Random, paths: dict[str, list[Json]]) -> Question:
    path = chance.choice(list(paths))
    operator = chance.choice(paths[path])
    if operator in (Operator.WORDS, Operator.PHRASE):
        return Question(path, operator, prose(chance, 2), case_sensitive=False)
    value: dict[Operator, Json] = {
        Operator.TEXT: "run",
        Operator.SIZE: 1,
        Operator.IS_NULL: True,
    }
    found: Json = value[operator] if operator in value else area(chance, operator)
    return Question(path, operator, found, operator is not Operator.TEXT)


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Json]]:
    chance = random.Random(1869)
    return [document(chance, number) for number in range(80)]


@pytest.fixture(scope="module")
def source(documents: list[dict[str, Json]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("random") / "documents.parquet"
    pq.write_table(pa.Table.from_pylist(documents, ARROW), path)
    return path


def check(seed: int, documents: list[dict[str, Json]], source: Path) -> None:
    node = tree(random.Random(seed), ASKED, 3, ask=question)
    expected = [each["id"] for each in documents if holds(node, each)]
    parsed = parse(writers.logical(node), SCHEMA)
    assert run(parsed, SCHEMA, source=str(source)) == expected
    rest = [each["id"] for each in documents if each["id"] not in expected]
    assert run(Not(parsed), SCHEMA, source=str(source)) == rest


@pytest.mark.parametrize("seed", range(100))
def test_a_random_filter_on_words_and_places_means_what_it_says(
    seed: int, documents: list[dict[str, Json]], source: Path
) -> None:
    check(seed, documents, source)


@pytest.mark.parametrize("seed", range(100, 130))
def test_the_sql_of_words_and_places_reads_back_as_it_was_meant(seed: int) -> None:
    node = tree(random.Random(seed), ASKED, 3, ask=question)
    where = condition(parse(writers.logical(node), SCHEMA), SCHEMA).where
    assert sqlglot.parse_one(where.sql("duckdb"), dialect="duckdb") == where


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 3_000, 100))
def test_two_thousand_random_filters_on_words_and_places_do(
    first: int, documents: list[dict[str, Json]], source: Path
) -> None:
    for seed in range(first, first + 100):
        check(seed, documents, source)
