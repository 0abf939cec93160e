"""Random filters on random documents: the SQL against plain Python, each dialect against both."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any as Json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exports.query.parse import parse
from exports.query.schema import Kind, Schema
from exports.query.tree import All, Any, Element, Node, Nor, Not, Operator
from exports.query.tree import Test as Question
from tests.query import writers
from tests.query.evaluator import Single, holds
from tests.query.library import integer, listed, run, scalar, struct, text

SCHEMA = Schema(
    "id",
    (
        integer("id"),
        integer("small", "SMALLINT"),
        integer("large"),
        scalar("real", Kind.FLOAT, "DOUBLE"),
        scalar("single", Kind.FLOAT, "FLOAT"),
        scalar("price", Kind.DECIMAL, "DECIMAL(9,2)"),
        text("name"),
        scalar("ok", Kind.BOOLEAN, "BOOLEAN"),
        scalar("day", Kind.DATE, "DATE"),
        scalar("at", Kind.TIMESTAMP, "TIMESTAMP WITH TIME ZONE"),
        struct("part", integer("n", "INTEGER"), struct("deep", text("name"))),
        listed("tags", text()),
        listed("marks", scalar("element", Kind.FLOAT, "DOUBLE")),
        listed(
            "items",
            struct("element", text("kind"), integer("n", "INTEGER"), listed("notes", text())),
        ),
    ),
)
ARROW = pa.schema(
    [
        ("id", pa.int64()),
        ("small", pa.int16()),
        ("large", pa.int64()),
        ("real", pa.float64()),
        ("single", pa.float32()),
        ("price", pa.decimal128(9, 2)),
        ("name", pa.string()),
        ("ok", pa.bool_()),
        ("day", pa.date32()),
        ("at", pa.timestamp("us", "UTC")),
        (
            "part",
            pa.struct([("n", pa.int32()), ("deep", pa.struct([("name", pa.string())]))]),
        ),
        ("tags", pa.list_(pa.string())),
        ("marks", pa.list_(pa.float64())),
        (
            "items",
            pa.list_(
                pa.struct(
                    [("kind", pa.string()), ("n", pa.int32()), ("notes", pa.list_(pa.string()))]
                )
            ),
        ),
    ]
)

# What documents hold, and what filters ask for.
WORDS = ["", "a", "A", "ab", "b", "É", "é", "a.b", "a%", "a\nb", "Zz", "😀", "\ufffd"]
INTEGERS = [-32768, -2, -1, 0, 1, 2, 3, 7, 32767]
LARGE = [*INTEGERS, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)]
REALS = [0.0, 0.1, -0.1, 1.0, 1.5, 7.0, 1e300, 2.0**53, 2.0**53 + 4]
ODD = [float("nan"), float("inf"), float("-inf")]
PRICES = ["0.00", "0.10", "1.00", "1.50", "-7.25", "9999999.99"]
DAYS = ["2013-07-03", "2013-07-04", "2013-07-05", "1969-12-31", "0001-01-01"]
MOMENTS = [
    "2013-07-04",
    "2013-07-04T10:30:00Z",
    "2013-07-04T12:30:00+02:00",
    "2013-07-04 10:30:00.000001",
    "1969-12-31T23:59:59.999999Z",
]
ASKED_NUMBERS = [*INTEGERS, 0.1, 0.5, 1.5, -0.1, 7.0, 2**53, 2**53 + 1, 2**53 + 3, 1e300, 10**30]
PATTERNS = ["^a", "b$", "a.b", "[A-Z]", "É|b", "^$", "\\.", "a{2}", "(?:a|z)+"]

ORDER = [Operator.GT, Operator.GTE, Operator.LT, Operator.LTE]
SCALARS: dict[str, list[Json]] = {
    "small": ASKED_NUMBERS,
    "large": [*ASKED_NUMBERS, *LARGE],
    "real": ASKED_NUMBERS,
    "single": ASKED_NUMBERS,
    "price": [*ASKED_NUMBERS, -7.25, 0.105],
    "name": WORDS,
    "ok": [True, False],
    "day": [*DAYS, *MOMENTS],
    "at": [*DAYS, *MOMENTS],
    "part.n": ASKED_NUMBERS,
    "part.deep.name": WORDS,
    "tags": WORDS,
    "marks": ASKED_NUMBERS,
    "items.kind": WORDS,
    "items.n": ASKED_NUMBERS,
    "items.notes": WORDS,
}
LISTS: dict[str, dict[str, list[Json]]] = {
    "tags": {"": WORDS},
    "marks": {"": ASKED_NUMBERS},
    "items": {"kind": WORDS, "n": ASKED_NUMBERS, "notes": WORDS},
}
Ask = Callable[[random.Random, dict[str, list[Json]]], Question]

IS_LIST = {"tags", "marks", "items.notes", "notes"}


def maybe(chance: random.Random, make: Callable[[], Json]) -> Json:
    return None if chance.random() < 0.2 else make()


def several(chance: random.Random, make: Callable[[], Json]) -> list[Json]:
    return [maybe(chance, make) for _ in range(chance.choice([0, 1, 1, 2, 3]))]


def moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def document(chance: random.Random, number: int) -> dict[str, Json]:
    def word() -> str:
        return chance.choice(WORDS)

    def item() -> dict[str, Json]:
        return {
            "kind": maybe(chance, word),
            "n": maybe(chance, lambda: chance.choice(INTEGERS)),
            "notes": maybe(chance, lambda: several(chance, word)),
        }

    single = pa.array([*REALS[:6], *ODD], pa.float32()).to_pylist()
    return {
        "id": number,
        "small": maybe(chance, lambda: chance.choice(INTEGERS)),
        "large": maybe(chance, lambda: chance.choice(LARGE)),
        "real": maybe(chance, lambda: chance.choice(REALS + ODD)),
        "single": maybe(chance, lambda: Single(chance.choice(single))),
        "price": maybe(chance, lambda: Decimal(chance.choice(PRICES))),
        "name": maybe(chance, word),
        "ok": maybe(chance, lambda: chance.random() < 0.5),
        "day": maybe(chance, lambda: date.fromisoformat(chance.choice(DAYS))),
        "at": maybe(chance, lambda: moment(chance.choice(MOMENTS))),
        "part": maybe(
            chance,
            lambda: {
                "n": maybe(chance, lambda: chance.choice(INTEGERS)),
                "deep": maybe(chance, lambda: {"name": maybe(chance, word)}),
            },
        ),
        "tags": maybe(chance, lambda: several(chance, word)),
        "marks": maybe(chance, lambda: several(chance, lambda: chance.choice(REALS + ODD))),
        "items": maybe(chance, lambda: several(chance, item)),
    }


def tree(
    chance: random.Random, paths: dict[str, list[Json]], depth: int, *, ask: Ask | None = None
) -> Node:
    """A tree whose values are still those of the JSON; ``ask`` makes its tests."""
    if depth == 0 or chance.random() < 0.3:
        return (ask or question)(chance, paths)
    kind = chance.choice(["all", "any", "nor", "not", "element"])
    if kind == "not":
        return Not(tree(chance, paths, depth - 1, ask=ask))
    if kind == "element" and "small" in paths:
        path = chance.choice(sorted(LISTS))
        return Element(path, tree(chance, LISTS[path], depth - 1))
    some = range(chance.choice([0, 1, 2, 2, 3]))
    nodes = tuple(tree(chance, paths, depth - 1, ask=ask) for _ in some)
    return Any(nodes) if kind == "any" else Nor(nodes) if kind == "nor" else All(nodes)


def question(chance: random.Random, paths: dict[str, list[Json]]) -> Question:
    path = chance.choice(list(paths))
    values = paths[path]
    is_text = values is WORDS
    operators = [Operator.EQ, Operator.NE, Operator.IN, Operator.NIN, Operator.EXISTS]
    operators += [Operator.IS_NULL, *ORDER]
    if path in IS_LIST:
        operators += [Operator.SIZE, Operator.ALL]
    elif is_text:
        operators += [Operator.CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH]
    if is_text:
        operators += [Operator.TEXT, Operator.REGEX]
    operator = chance.choice(operators)
    cased = operator is not Operator.TEXT
    if operator in (Operator.EXISTS, Operator.IS_NULL):
        return Question(path, operator, chance.random() < 0.5)
    if operator is Operator.SIZE:
        return Question(path, operator, chance.choice([0, 1, 2]))
    if operator is Operator.REGEX:
        return Question(path, operator, chance.choice(PATTERNS), chance.random() < 0.7)
    if operator in (Operator.IN, Operator.NIN, Operator.ALL):
        some: list[Json] = chance.sample(values, chance.choice([0, 1, 2, min(5, len(values))]))
        nulls = [None] if operator is not Operator.ALL and chance.random() < 0.3 else []
        return Question(path, operator, tuple(some + nulls))
    value: Json = chance.choice(values)
    if operator in (Operator.EQ, Operator.NE) and chance.random() < 0.1:
        value = None
    return Question(path, operator, value, cased)


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Json]]:
    chance = random.Random(2013)
    return [document(chance, number) for number in range(80)]


@pytest.fixture(scope="module")
def source(documents: list[dict[str, Json]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("random") / "documents.parquet"
    pq.write_table(pa.Table.from_pylist(documents, ARROW), path, row_group_size=30)
    return path


def has_element(node: Node) -> bool:
    match node:
        case All(nodes) | Any(nodes) | Nor(nodes):
            return any(has_element(each) for each in nodes)
        case Not(inner):
            return has_element(inner)
        case _:
            return isinstance(node, Element)


def check(seed: int, documents: list[dict[str, Json]], source: Path) -> None:
    node = tree(random.Random(seed), SCALARS, 3)
    expected = [each["id"] for each in documents if holds(node, each)]
    parsed = parse(writers.query(node), SCHEMA)
    assert run(parsed, SCHEMA, source=str(source)) == expected
    rest = [each["id"] for each in documents if each["id"] not in expected]
    assert run(Not(parsed), SCHEMA, source=str(source)) == rest
    if not has_element(node):
        other = parse(writers.logical(node), SCHEMA)
        assert run(other, SCHEMA, source=str(source)) == expected


@pytest.mark.parametrize("seed", range(300))
def test_a_random_filter_means_the_same_everywhere(
    seed: int, documents: list[dict[str, Json]], source: Path
) -> None:
    check(seed, documents, source)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 11_000, 100))
def test_ten_thousand_random_filters_do(
    first: int, documents: list[dict[str, Json]], source: Path
) -> None:
    for seed in range(first, first + 100):
        check(seed, documents, source)
