"""The choice of columns, and what a SELECT of them yields."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import duckdb
import pytest

from exports.query.columns import choose
from exports.query.errors import Invalid, UnknownProperty
from exports.query.schema import Kind, Property, Role, Schema
from exports.query.selection import selection
from tests.query.library import integer, listed, scalar, struct, text

VECTOR = replace(listed("face", scalar("element", Kind.FLOAT, "FLOAT")), role=Role.VECTOR)
SCHEMA = Schema(
    "id",
    (
        text("name"),
        integer("id"),
        struct("seat", text("row"), replace(integer("cost"), optional=True), text("class")),
        listed(
            "stops",
            struct(
                "element",
                text("port"),
                replace(text("note"), optional=True),
                listed("crew", text()),
            ),
        ),
        replace(text("secret"), optional=True),
        VECTOR,
        struct("hidden", replace(text("pin"), optional=True)),
        struct("mixed", VECTOR, text("label")),
        replace(text("carrier"), role=Role.REFERENCE, target="col_1"),
        Property("extra", Kind.MAP, "MAP(VARCHAR, INTEGER)", (text("key"), integer("value"))),
    ),
)


def shape(*paths: str) -> dict[str, str]:
    return {each.name: each.sql for each in choose(SCHEMA, paths)}


def test_without_paths_come_all_that_are_not_optional_the_key_first() -> None:
    assert shape() == {
        "id": "BIGINT",
        "name": "VARCHAR",
        "seat": 'STRUCT("row" VARCHAR, "class" VARCHAR)',
        "stops": 'STRUCT("port" VARCHAR, "crew" VARCHAR[])[]',
        "mixed": 'STRUCT("label" VARCHAR)',
        "carrier": "VARCHAR",
        "extra": "MAP(VARCHAR, INTEGER)",
    }


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["name"], {"id": "BIGINT", "name": "VARCHAR"}),
        (["name", "id"], {"id": "BIGINT", "name": "VARCHAR"}),
        (["carrier", "name", "carrier"], {"id": "BIGINT", "carrier": "VARCHAR", "name": "VARCHAR"}),
        (["secret"], {"id": "BIGINT", "secret": "VARCHAR"}),
        (["seat.cost"], {"id": "BIGINT", "seat": 'STRUCT("cost" BIGINT)'}),
        (
            ["seat.class", "name", "seat.row"],
            {"id": "BIGINT", "seat": 'STRUCT("class" VARCHAR, "row" VARCHAR)', "name": "VARCHAR"},
        ),
        (["seat"], {"id": "BIGINT", "seat": 'STRUCT("row" VARCHAR, "class" VARCHAR)'}),
        (
            ["seat", "seat.cost"],
            {"id": "BIGINT", "seat": 'STRUCT("row" VARCHAR, "cost" BIGINT, "class" VARCHAR)'},
        ),
        (["stops.note"], {"id": "BIGINT", "stops": 'STRUCT("note" VARCHAR)[]'}),
        (["hidden.pin"], {"id": "BIGINT", "hidden": 'STRUCT("pin" VARCHAR)'}),
        (["mixed"], {"id": "BIGINT", "mixed": 'STRUCT("label" VARCHAR)'}),
    ],
)
def test_paths_choose_properties_in_their_order(paths: list[str], expected: dict[str, str]) -> None:
    found = shape(*paths)
    assert list(found.items()) == list(expected.items())


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("nmae", "There is no property 'nmae'. Did you mean 'name'"),
        ("Name", "There is no property 'Name'. Did you mean 'name'"),
        ("seat.rwo", "Did you mean 'seat.row'"),
        ("", "There is no property ''."),
        ("face", "'face' is a vector, which is never in the data; ask for include_vectors."),
        ("mixed.face", "'mixed.face' is a vector, which is never in the data"),
        ("hidden", "'hidden' has only optional fields and vectors; name the fields you want."),
        ("carrier.name", "'carrier' is a reference, which cannot be followed here."),
        ("extra.a", "'extra' is a map; its entries cannot be named in a path."),
    ],
)
def test_a_path_that_cannot_be_exported_is_refused_by_its_place(path: str, advice: str) -> None:
    with pytest.raises(Invalid) as caught:
        choose(SCHEMA, ["name", path])
    assert caught.value.path == "paths.1"
    assert advice in caught.value.message


def test_an_unknown_path_has_an_error_of_its_own() -> None:
    with pytest.raises(UnknownProperty):
        choose(SCHEMA, ["nmae"])


DOCUMENTS = """
    SELECT 'Ada' AS name, 1 AS id, {'row': 'a', 'cost': 5, 'class': 'x'} AS seat,
        [{'port': 'p', 'note': 'n', 'crew': ['c', NULL]}, NULL] AS stops
    UNION ALL SELECT NULL, 2, NULL, NULL
    UNION ALL SELECT '', 3, {'row': NULL, 'cost': NULL, 'class': NULL}, []"""


def selected(*paths: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    chosen = choose(SCHEMA, paths)
    columns = ", ".join(
        f'{value.sql("duckdb")} AS "{each.name}"'
        for each, value in zip(chosen, selection(SCHEMA, chosen), strict=True)
    )
    found = duckdb.connect().sql(f"SELECT {columns} FROM ({DOCUMENTS}) AS d ORDER BY 1")
    return found.columns, found.fetchall()


def test_a_whole_property_is_the_plain_column() -> None:
    assert [each.sql("duckdb") for each in selection(SCHEMA, choose(SCHEMA, ["name"]))] == [
        '"d"."id"',
        '"d"."name"',
    ]


def test_a_struct_that_lost_fields_keeps_its_nulls() -> None:
    assert selected("seat.class", "seat.row") == (
        ["id", "seat"],
        [
            (1, {"class": "x", "row": "a"}),
            (2, None),
            (3, {"class": None, "row": None}),
        ],
    )


def test_a_list_of_structs_that_lost_fields_keeps_its_nulls() -> None:
    assert selected("stops.crew") == (
        ["id", "stops"],
        [(1, [{"crew": ["c", None]}, None]), (2, None), (3, [])],
    )
