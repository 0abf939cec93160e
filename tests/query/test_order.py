"""The order that a request asks for."""

from __future__ import annotations

import duckdb
import pytest
from sqlglot import exp

from exports.query import order
from exports.query.errors import Invalid
from tests.query.library import SCHEMA, connection


def asked(*paths: str) -> list[tuple[str, bool]]:
    return [(each.path, each.descending) for each in order.parse(SCHEMA, paths)]


def sorted_ids(*paths: str) -> list[int]:
    terms = order.ordering(order.parse(SCHEMA, paths))
    key = exp.column("id", table="d", quoted=True)
    query = exp.select(key).from_(exp.to_table("documents").as_("d")).order_by(*terms)
    return [row[0] for row in connection().cursor().execute(query.sql("duckdb")).fetchall()]


def test_the_key_breaks_ties() -> None:
    assert asked("-place.city", "age") == [("place.city", True), ("age", False), ("id", False)]
    assert asked("-id") == [("id", True)]
    assert asked() == []


@pytest.mark.parametrize(
    ("paths", "ids"),
    [
        (["age"], [2, 3, 6, 1, 4, 5]),
        (["-age"], [4, 1, 6, 3, 2, 5]),
        (["name"], [3, 1, 4, 2, 6, 5]),
        (["mood"], [2, 6, 1, 3, 4, 5]),
        (["-ok", "-age"], [4, 1, 6, 2, 3, 5]),
        (["place.at.lat"], [4, 6, 1, 2, 3, 5]),
        (["-id"], [6, 5, 4, 3, 2, 1]),
    ],
)
def test_documents_come_sorted_with_nulls_last(paths: list[str], ids: list[int]) -> None:
    assert sorted_ids(*paths) == ids


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("agee", "Did you mean 'age'"),
        ("-Age", "There is no property 'Age'. Did you mean 'age'"),
        ("place", "'place' is of the type struct; name a single value to sort by."),
        ("tags", "'tags' is of the type list; name a single value to sort by."),
        ("items.n", "'items.n' lies in a list, of which a document has many"),
        ("-name", "'name' is named twice; leave one of the two out."),
    ],
)
def test_a_path_that_cannot_be_sorted_by_is_refused_by_its_place(path: str, advice: str) -> None:
    with pytest.raises(Invalid) as caught:
        order.parse(SCHEMA, ["name", path])
    assert caught.value.path == "order_by.1"
    assert advice in caught.value.message


def test_sorting_needs_no_setting_of_the_session() -> None:
    assert duckdb.connect().sql("SELECT current_setting('default_null_order')").fetchall() == [
        ("NULLS_LAST",)
    ]
