"""The SQL of filters: brackets, order, row groups, long lists."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot

from exports.query.condition import Condition, condition
from exports.query.parse import parse
from exports.query.schema import Schema
from exports.query.tree import All, Nor, Not, Operator
from exports.query.tree import Any as Some
from exports.query.tree import Test as Question
from tests.query import writers
from tests.query.library import SCHEMA, integer, listed, matched, struct, text
from tests.query.test_random import SCALARS, tree
from tests.query.test_random import SCHEMA as RANDOM

ROWS = 200_000
LARGE = Schema("id", (integer("id"), integer("spread"), text("word"), listed("tags", text())))


def compiled(where: object, schema: Schema = SCHEMA) -> Condition:
    return condition(parse(where, schema), schema)


def sql(where: object, schema: Schema = SCHEMA) -> str:
    return compiled(where, schema).where.sql("duckdb")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many documents in twenty row groups, the keys rising."""
    path = tmp_path_factory.mktemp("large") / "large.parquet"
    duckdb.connect().execute(
        f"""COPY (SELECT i AS id, (hash(i) % 100000)::BIGINT AS spread,
        CASE WHEN i % 7 > 0 THEN 'w' || (i * 7919) % 20000 END AS word,
        ['t' || i % 90, NULL] AS tags FROM range({ROWS}) AS t(i))
        TO '{path}' (ROW_GROUP_SIZE 10000)"""
    )
    return path


def keys(where: object, source: Path, *, order: str = "") -> list[int]:
    """The keys that two threads yield, in the order in which they come."""
    found = compiled(where, LARGE)
    with duckdb.connect(config={"threads": 2}) as opened:
        for each in found.lists:
            opened.execute(each.create.sql("duckdb"), [list(each.values)])
        query = f"SELECT id FROM '{source}' AS d WHERE {found.where.sql('duckdb')} {order}"
        rows = opened.sql(query).to_arrow_reader(2_000)
        return [key for batch in rows for key in batch.column(0).to_pylist()]


@pytest.mark.parametrize("seed", range(100))
def test_the_sql_reads_back_as_it_was_meant(seed: int) -> None:
    node = tree(random.Random(seed), SCALARS, 4)
    where = condition(parse(writers.query(node), RANDOM), RANDOM).where
    assert sqlglot.parse_one(where.sql("duckdb"), dialect="duckdb") == where


def test_a_group_below_another_keeps_its_brackets() -> None:
    one, two, three = (Question("age", Operator.EQ, number) for number in (1, 2, 3))
    either = All((Some((one, two)), three))
    neither = Not(Some((one, two)))
    a, b, c = (f'"d"."age" = CAST(\'{number}\' AS SMALLINT)' for number in (1, 2, 3))
    assert condition(either, SCHEMA).where.sql("duckdb") == f"({a} OR {b}) AND {c}"
    nothing = f"NOT COALESCE({a} OR {b}, FALSE)"
    assert condition(neither, SCHEMA).where.sql("duckdb") == nothing
    assert condition(Nor((one, two)), SCHEMA).where.sql("duckdb") == nothing


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"age": {"$gt": 5}}, '"d"."age" > CAST(\'5\' AS SMALLINT)'),
        ({"Name two": {"$ne": None}}, 'NOT "d"."Name two" IS NULL'),
        ({"name": None}, '"d"."name" IS NULL'),
        (
            {"place.at.lat": None},
            "STRUCT_EXTRACT(STRUCT_EXTRACT(\"d\".\"place\", 'at'), 'lat') IS NULL",
        ),
        (
            {"tags": {"$elemMatch": {"$gt": "a"}}},
            'LENGTH(LIST_FILTER("d"."tags", LAMBDA _e0 : _e0 > \'a\')) > 0',
        ),
    ],
)
def test_a_simple_test_stays_simple(where: object, expected: str) -> None:
    assert sql(where) == expected


@pytest.mark.parametrize(
    "naughty",
    [
        "'",
        "''",
        "\\",
        "\\'",
        '"',
        "%",
        "_",
        "--",
        "/*",
        ";",
        "$1",
        "?",
        "{{x}}",
        "\n",
        "\t",
        "\u202e",
    ],
)
def test_no_text_leaves_its_quotes(naughty: str) -> None:
    documents = duckdb.connect()
    documents.execute('CREATE TABLE documents (id INTEGER, "name" VARCHAR)')
    documents.execute("INSERT INTO documents VALUES (1, ?), (2, 'other')", [f"a{naughty}b"])
    schema = Schema("id", (integer("id"), text("name")))
    for operator in ("eq", "contains", "starts_with", "ends_with", "text"):
        value = {"eq": f"a{naughty}b", "starts_with": f"a{naughty}", "ends_with": f"{naughty}b"}
        leaf = {"field": "name", "operator": operator, "value": value.get(operator, naughty)}
        found = f"SELECT id FROM documents AS d WHERE {sql(leaf, schema)}"
        assert documents.execute(found).fetchall() == [(1,)]


@pytest.mark.parametrize("naughty", ['a"b', "a'b", "select", "_e0", "a b", "é", "\\", "d", "rowid"])
def test_no_name_leaves_its_quotes(naughty: str) -> None:
    documents = duckdb.connect()
    quoted = naughty.replace('"', '""')
    documents.execute(f'CREATE TABLE documents (id INTEGER, "{quoted}" VARCHAR[])')
    documents.execute("INSERT INTO documents VALUES (1, ['x']), (2, ['y'])")
    schema = Schema("id", (integer("id"), listed(naughty, text())))
    found = f"SELECT id FROM documents AS d WHERE {sql({naughty: 'x'}, schema)}"
    assert documents.execute(found).fetchall() == [(1,)]


@pytest.mark.parametrize(
    "where",
    [
        {},
        {"spread": {"$lt": 50_000}},
        {"spread": {"$in": [1, 2, 3, 50_000, 99_999]}},
        {"word": {"$in": ["w7", "w77", "w777", "w7777", "w17777"]}},
        {"id": {"$in": [5, 15_000, 77_777, 150_000, 199_999]}},
        {"word": {"$in": [f"w{number}" for number in range(0, 5_000, 100)]}},
        {"word": {"$nin": ["w7", "w77", "w777", "w7777", "w17777"]}},
        {"$or": [{"word": {"$in": ["w7", "w77"]}}, {"spread": {"$in": [1, 2, 3]}}]},
        {"$or": [{"word": f"w{number}"} for number in range(0, 20_000, 100)]},
        {"tags": {"$in": [f"t{number}" for number in range(60)]}},
    ],
)
def test_a_filter_without_a_long_list_keeps_the_order_of_the_source(
    where: dict[str, Any], large: Path
) -> None:
    assert compiled(where, LARGE).lists == ()
    found = keys(where, large)
    assert found == sorted(found)
    assert len(found) == len(set(found)) > 0


def test_a_long_list_becomes_a_semi_join(large: Path) -> None:
    words = [f"w{number}" for number in range(0, 20_000, 2)]
    where: dict[str, Any] = {"word": {"$in": words}}
    found = compiled(where, LARGE)
    assert found.where.sql("duckdb") == '"d"."word" IN (SELECT _list0.v FROM _list0)'
    assert [(each.name, each.type, each.values) for each in found.lists] == [
        ("_list0", "VARCHAR", tuple(words))
    ]
    expected = [key for key in range(ROWS) if key % 7 and key * 7919 % 20_000 % 2 == 0]
    assert keys(where, large, order="ORDER BY id") == expected


def test_the_complement_of_a_long_list_keeps_nulls(large: Path) -> None:
    words = [f"w{number}" for number in range(10_000)]
    expected = [key for key in range(ROWS) if key % 7 == 0 or key * 7919 % 20_000 >= 10_000]
    assert keys({"word": {"$nin": words}}, large, order="ORDER BY id") == expected


def test_every_long_list_has_a_table_of_its_own() -> None:
    names = [f"n{number}" for number in range(60)]
    found = compiled({"name": {"$in": names}, "age": {"$nin": list(range(60))}})
    assert [(each.name, each.type, len(each.values)) for each in found.lists] == [
        ("_list0", "VARCHAR", 60),
        ("_list1", "SMALLINT", 60),
    ]


@pytest.mark.parametrize(
    ("where", "groups"),
    [
        ({"id": {"$gt": 195_000}}, 1),
        ({"id": 15_000.0}, 1),
        ({"id": {"$in": [5, 7, 9, 11.5, 12_000]}}, 2),
        ({"id": {"$gte": 5.5, "$lt": 10_000}}, 1),
        ({"word": {"$ne": "w7"}}, 20),
    ],
)
def test_a_comparison_reads_only_the_row_groups_that_can_match(
    where: object, groups: int, large: Path
) -> None:
    profile = large.with_suffix(".json")
    with duckdb.connect() as opened:
        opened.execute("PRAGMA enable_profiling = 'json'")
        opened.execute(f"PRAGMA profiling_output = '{profile}'")
        opened.execute(f"SELECT sum(id) FROM '{large}' AS d WHERE {sql(where, LARGE)}").fetchall()
    read = json.loads(profile.read_text())["query"]
    assert (read["total_row_groups_scanned"], read["total_row_groups_to_scan"]) == (groups, 20)


def test_the_late_flights_of_the_sample_are_counted() -> None:
    delays = struct("departure", integer("delay_minutes", "SMALLINT"))
    schema = Schema("document_id", (text("document_id"), delays))
    where = sql({"departure.delay_minutes": {"$gt": 60}}, schema)
    flights = Path(__file__).parents[2] / "sample" / "flights.parquet"
    found = (
        duckdb.connect().execute(f"SELECT count(*) FROM '{flights}' AS d WHERE {where}").fetchall()
    )
    assert found == [(26_581,)]


def test_two_hundred_tests_at_eight_levels_still_run() -> None:
    where: dict[str, Any] = {"OR": [{"age": number} for number in range(199)]}
    for _ in range(7):
        where = {"NOT": [where]}
    assert matched(where) == [2, 4, 5]
