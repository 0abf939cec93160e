"""The truth table of the filter language: literal filters, literal documents."""

from __future__ import annotations

from typing import Any

import pytest

from exports.query.parse import Dialect
from tests.query.library import matched

ALL = [1, 2, 3, 4, 5, 6]


def leaf(field: str, operator: str, value: object, **more: object) -> dict[str, object]:
    return {"field": field, "operator": operator, "value": value, **more}


# The tags: 1 ["a", "b"], 2 [null, "a"], 3 [null], 4 [], 5 null, 6 ["B", "É"].
LISTS: list[tuple[Any, list[int]]] = [
    ({"tags": "a"}, [1, 2]),
    ({"tags": {"$in": ["a"]}}, [1, 2]),
    ({"tags": {"$ne": "a"}}, [3, 4, 5, 6]),
    ({"tags": {"$nin": ["a"]}}, [3, 4, 5, 6]),
    (leaf("tags", "is_null", True), [5]),
    (leaf("tags", "is_null", False), [1, 2, 3, 4, 6]),
    ({"tags": {"$exists": True}}, [1, 2, 3, 4, 6]),
    ({"tags": {"$exists": False}}, [5]),
    ({"tags": {"$size": 0}}, [4]),
    ({"tags": {"$size": 2}}, [1, 2, 6]),
    ({"tags": {"$all": []}}, [1, 2, 3, 4, 6]),
    ({"tags": {"$all": ["a"]}}, [1, 2]),
    ({"tags": {"$all": ["b", "a", "a"]}}, [1]),
    ({"tags": None}, [5]),
    ({"tags": {"$in": [None, "b"]}}, [1, 5]),
    ({"tags": {"$nin": [None, "b"]}}, [2, 3, 4, 6]),
    (leaf("tags", "contains", "A", case_sensitive=True), []),
    (leaf("tags", "contains", "A"), [1, 2]),
    (leaf("tags", "all", ["É", "b"]), [6]),
    (leaf("tags", "starts_with", "b"), [1, 6]),
    ({"marks": 1}, [1]),
    ({"marks": {"$gt": 0}}, [1, 6]),
    ({"marks": {"$lt": 1}}, [6]),
    ({"marks": {"$all": [0.1, 7.0]}}, [6]),
    ({"grid": 3}, [1]),
    ({"grid": {"$gte": 3}}, [1, 6]),
    ({"grid": {"$size": 2}}, [1, 2]),
    ({"grid": {"$exists": True}}, [1, 2, 3, 6]),
    ({"extra": {"$exists": True}}, [1, 2, 6]),
    (leaf("extra", "size", 0), [2]),
    (leaf("extra", "size", 2), [6]),
]

# The items: 1 [x/1/[p], y/2/[]], 2 [x/2/null, null, null/1/[p, null]], 3 [], 4 [null], 5 null,
# 6 [É/7/[B]].
ELEMENTS: list[tuple[Any, list[int]]] = [
    ({"items.kind": "x"}, [1, 2]),
    ({"items.kind": {"$ne": "x"}}, [3, 4, 5, 6]),
    ({"items.kind": {"$exists": True}}, [1, 2, 6]),
    ({"items.kind": {"$exists": False}}, [3, 4, 5]),
    ({"items.kind": None}, [3, 4, 5]),
    ({"items.kind": "x", "items.n": 2}, [1, 2]),
    ({"items": {"$elemMatch": {"kind": "x", "n": 2}}}, [2]),
    ({"items": {"$elemMatch": {"kind": {"$ne": "x"}}}}, [1, 2, 4, 6]),
    ({"items": {"$elemMatch": {"kind": None, "n": 1}}}, [2]),
    ({"items": {"$elemMatch": {"notes": "p", "n": 1}}}, [1, 2]),
    ({"items": {"$elemMatch": {"$or": [{"n": 7}, {"kind": "y"}]}}}, [1, 6]),
    ({"items": {"$elemMatch": {"$nor": [{"n": {"$lt": 5}}]}}}, [2, 4, 6]),
    ({"items": {"$elemMatch": {}}}, [1, 2, 4, 6]),
    ({"items.notes": "p"}, [1, 2]),
    ({"items.notes": {"$size": 0}}, [1]),
    ({"items.notes": {"$all": []}}, [1, 2, 6]),
    ({"items.notes": {"$exists": True}}, [1, 2, 6]),
    ({"items.notes": {"$elemMatch": {"$gte": "a"}}}, [1, 2]),
    ({"items": {"$elemMatch": {"notes": {"$elemMatch": {"$eq": None}}}}}, [2]),
    ({"tags": {"$elemMatch": {"$gt": "a", "$lt": "c"}}}, [1]),
    ({"tags": {"$elemMatch": {"$ne": "a"}}}, [1, 2, 3, 6]),
    ({"tags": {"$elemMatch": {"$not": {"$gte": "a"}}}}, [2, 3, 6]),
    ({"grid": {"$elemMatch": {"$elemMatch": {"$gt": 1, "$lt": 3}}}}, [1]),
    ({"grid": {"$elemMatch": {"$size": 0}}}, [2]),
    ({"place.at.lat": {"$lt": 8}}, [4, 6]),
    ({"place.at": {"$exists": True}}, [1, 3, 4, 6]),
    ({"place": None}, [5]),
    ({"place.at.lat": None}, [2, 3, 5]),
]

GROUPS: list[tuple[Any, list[int]]] = [
    (None, ALL),
    ("", ALL),
    ({}, ALL),
    ("{}", ALL),
    ({"AND": []}, ALL),
    ({"OR": []}, []),
    ({"NOT": []}, ALL),
    ({"$and": []}, ALL),
    ({"$or": []}, []),
    ({"$nor": []}, ALL),
    ({"$nor": [{}]}, []),
    ({"$not": {}}, []),
    ({"age": {"$in": []}}, []),
    ({"age": {"$nin": []}}, ALL),
    ({"$or": [{"age": 36}, {"age": 7}], "ok": True}, [1]),
    ({"$nor": [{"age": 36}, {"age": 7}]}, [2, 3, 4, 5]),
    ({"age": {"$not": {"$gt": 0}}}, [2, 3, 5]),
    ({"age": {"$gt": 0, "$lt": 100}}, [1, 6]),
    ({"$not": {"age": {"$gt": 0}, "ok": True}}, [2, 3, 5, 6]),
    ({"$not": "ok"}, [2, 3, 5, 6]),
    ({"AND": [leaf("age", "gt", 0)], "OR": [leaf("ok", "eq", True)]}, [1, 4]),
    ({"NOT": [leaf("age", "gt", 0), leaf("ok", "eq", False)]}, [3, 5]),
    ({"NOT": leaf("age", "gt", 0)}, [2, 3, 5]),
    ({"AND": [{"OR": [{"age": 36}, {"age": 7}]}, {"NOT": [{"ok": True}]}]}, [6]),
    ({"AND": None, "OR": [{"age": 7}]}, [6]),
    ({"AND": [{}], "age": 7}, [6]),
    ('{"field": "age", "value": 36}', [1]),
]

NUMBERS: list[tuple[Any, list[int]]] = [
    ({"age": 36.0}, [1]),
    ({"age": 36.5}, []),
    ({"age": {"$ne": 36.5}}, ALL),
    ({"age": {"$gt": 6.5}}, [1, 4, 6]),
    ({"age": {"$gte": 7.5}}, [1, 4]),
    ({"age": {"$lt": -0.5}}, [2]),
    ({"age": {"$lte": -0.5}}, [2]),
    ({"age": {"$lt": 1e30}}, [1, 2, 3, 4, 6]),
    ({"age": {"$gt": 99999}}, []),
    ({"age": {"$gt": -99999}}, [1, 2, 3, 4, 6]),
    ({"age": {"$lte": -99999}}, []),
    ({"age": {"$in": [7, 7.0, 0.5, 99999]}}, [6]),
    ({"big": 9007199254740993}, [1]),
    ({"big": 9007199254740992.0}, [2]),
    ('{"big": 9007199254740993.0}', [1]),
    ('{"big": {"$gt": 9007199254740992.5}}', [1]),
    ({"big": {"$gte": -(2**63)}}, [1, 2, 3, 4, 6]),
    ({"huge": 2**127 - 1}, [1]),
    ({"huge": {"$lt": -(2**127)}}, []),
    ({"tiny": {"$gte": -1}}, [1, 2, 3, 6]),
    ({"tiny": {"$lte": 256}}, [1, 2, 3, 6]),
    ({"tiny": 255}, [2]),
    ({"price": 7}, [6]),
    ({"price": {"$gt": 7.001}}, [1]),
    ({"price": {"$gte": 7.001}}, [1]),
    ({"price": 0.1}, [2]),
    ({"price": {"$lt": -9.985}}, [4]),
    ({"price": {"$lt": 1e20}}, [1, 2, 3, 4, 6]),
    ({"score": 0.1}, [6]),
    ({"score": {"$gt": 1}}, [1, 3]),
    ({"score": {"$gte": 1.5}}, [1, 3]),
    ({"score": {"$lt": 1}}, [4, 6]),
    ({"score": {"$lte": 1e308}}, [1, 4, 6]),
    ({"score": {"$ne": 0.1}}, [1, 2, 3, 4, 5]),
    ({"score": {"$not": {"$gt": 1}}}, [2, 4, 5, 6]),
    ({"score": {"$exists": True}}, [1, 2, 3, 4, 6]),
    ({"ink": 0.1}, [1, 6]),
    ({"ink": {"$in": [0.1, 5]}}, [1, 6]),
    ({"ink": {"$gt": 0.1}}, [3]),
    ({"ink": {"$gte": 0.1}}, [1, 3, 6]),
    ({"ink": {"$lt": 1e39}}, [1, 4, 6]),
    ({"ok": True}, [1, 4]),
    ({"ok": {"$ne": True}}, [2, 3, 5, 6]),
]

TEXTS: list[tuple[Any, list[int]]] = [
    ({"name": "ada"}, [2]),
    (leaf("name", "eq", "ADA"), [1, 2]),
    (leaf("name", "ne", "ADA"), [3, 4, 5, 6]),
    (leaf("name", "in", ["ADA", "éA"]), [1, 2, 6]),
    (leaf("name", "eq", "Ada", case_sensitive=True), [1]),
    ({"case_sensitive": True, "AND": [leaf("name", "eq", "Ada", case_sensitive=False)]}, [1]),
    ({"AND": [{"name": "ADA"}], "case_sensitive": False}, [1, 2]),
    ({"AND": [{"name": "ADA"}], "case_sensitive": None}, [1, 2]),
    ({"name": ""}, [3]),
    ({"name": {"$gt": "a"}}, [2, 4, 6]),
    ({"name": {"$lt": "a"}}, [1, 3]),
    ({"name": {"$lte": "~"}}, [1, 2, 3, 4]),
    (leaf("name", "contains", "DA"), [1, 2]),
    (leaf("name", "contains", ""), [1, 2, 3, 4, 6]),
    (leaf("name", "starts_with", "é"), [6]),
    (leaf("name", "ends_with", "B"), [4]),
    (leaf("Name two", "contains", "%"), [3]),
    (leaf("Name two", "starts_with", "a_"), [6]),
    (leaf("Name two", "ends_with", "_c"), [6]),
    (leaf("name", "text", "A", case_sensitive=True), [1, 2, 4, 6]),
    ({"name": {"$regex": "^a"}}, [2, 4]),
    ({"name": {"$regex": "/^A/i"}}, [1, 2, 4]),
    ({"name": {"$regex": "a.b"}}, []),
    ({"name": {"$regex": "/a.b/s"}}, [4]),
    ({"name": {"$regex": "/^b/m"}}, [4]),
    ({"name": {"$regex": "/^B$/gim"}}, [4]),
    ({"name": {"$regex": ""}}, [1, 2, 3, 4, 6]),
    ({"name": {"$not": {"$regex": "a"}}}, [3, 5]),
    (leaf("name", "regex", "^A"), [1, 2, 4]),
    (leaf("name", "regex", "^A", case_sensitive=True), [1]),
    (leaf("mood", "eq", "GLAD"), [2, 6]),
    ({"mood": {"$gt": "happy"}}, [1]),
    ({"mood": {"$in": ["sad", "furious"]}}, [1]),
    (leaf("mood", "starts_with", "g"), [2, 6]),
    ({"uid": "123E4567-E89B-12D3-A456-426614174000"}, [1]),
    ({"uid": {"$gt": "123e4567-e89b-12d3-a456-426614174000"}}, [6]),
    ({"raw": {"$exists": True}}, [1, 2, 6]),
]

MOMENTS: list[tuple[Any, list[int]]] = [
    ({"born": "2013-07-04"}, [2]),
    ({"born": {"$gt": "2013-07-04"}}, [3, 6]),
    ({"born": {"$lt": "1815-12-11"}}, [1, 4]),
    ({"born": "2013-07-04T10:30:00"}, []),
    ({"born": {"$gte": "2013-07-04T10:30:00"}}, [3, 6]),
    ({"born": {"$lte": "2013-07-04T10:30:00Z"}}, [1, 2, 4]),
    ({"born": "2013-07-05T02:00:00+02:00"}, [6]),
    ({"seen": "2013-07-04T10:30:00+0000"}, [1]),
    ({"seen": "2013-07-04 12:30:00+0200"}, [1]),
    ({"seen": "2013-07-05"}, [6]),
    ({"seen": {"$lt": "2013-07-04T08:30:00.500001Z"}}, [2, 4]),
    ({"seen": {"$gt": "9999-12-31T23:59:59.999999999Z"}}, [3]),
    ({"naive": "2013-07-04T12:30:00+02"}, [1]),
    ({"naive": {"$gt": "2013-07-03T23:59:59.9999985"}}, [1, 2, 6]),
    ({"naive": {"$lt": "0001-01-01"}}, [3]),
    ({"whole": {"$gte": "2013-07-04 10:30:00.5"}}, [6]),
    ({"whole": "2013-07-04 10:30:00.5"}, []),
    ({"fine": "2013-07-04T10:30:00.123456789Z"}, [1]),
    ({"fine": {"$gt": "2013-07-04T10:30:00.123456788Z"}}, [1, 2, 6]),
    ({"fine": {"$lt": "2500-01-01"}}, [1, 2, 6]),
    ({"fine": {"$gt": "1066-10-14"}}, [1, 2, 6]),
    ({"fine": {"$gt": "2500-01-01"}}, []),
    ({"wake": "10:30"}, [1]),
    ({"wake": {"$gt": "10:30:00"}}, [3, 6]),
    ({"wake": {"$lte": "10:30:00.0000005"}}, [1, 2]),
    ({"wake": {"$in": ["00:00", "10:30:00.500", "10:30:00.0000005"]}}, [2, 6]),
    ({"born": {"$in": ["2013-07-04", "2013-07-05", "2013-07-06"]}}, [2, 6]),
    ({"seen": {"$in": ["2013-07-04T08:30:00.5", "2013-07-04T08:30:00", "1970-01-01"]}}, [2, 4]),
]


def named(cases: list[tuple[Any, list[int]]]) -> list[Any]:
    return [pytest.param(where, ids, id=str(where)) for where, ids in cases]


@pytest.mark.parametrize(("where", "ids"), named(LISTS))
def test_it_means_what_the_table_says_of_lists(where: object, ids: list[int]) -> None:
    assert matched(where) == ids


@pytest.mark.parametrize(("where", "ids"), named(ELEMENTS))
def test_it_looks_into_nested_elements(where: object, ids: list[int]) -> None:
    assert matched(where) == ids


@pytest.mark.parametrize(("where", "ids"), named(GROUPS))
def test_it_joins_tests(where: object, ids: list[int]) -> None:
    assert matched(where) == ids


@pytest.mark.parametrize(("where", "ids"), named(NUMBERS))
def test_it_compares_numbers_exactly(where: object, ids: list[int]) -> None:
    assert matched(where) == ids


@pytest.mark.parametrize(("where", "ids"), named(TEXTS))
def test_it_compares_text(where: object, ids: list[int]) -> None:
    assert matched(where) == ids


@pytest.mark.parametrize(("where", "ids"), named(MOMENTS))
def test_it_compares_moments(where: object, ids: list[int]) -> None:
    assert matched(where) == ids


@pytest.mark.parametrize(
    "where",
    [
        pytest.param(where, id=str(where))
        for cases in (LISTS, ELEMENTS, GROUPS, NUMBERS, TEXTS, MOMENTS)
        for where, _ in cases
        if isinstance(where, dict) and "field" not in where
    ],
)
def test_a_filter_and_its_negation_split_the_collection(where: dict[str, object]) -> None:
    logical = bool(where.keys() & {"AND", "OR", "NOT"})
    negation = {"NOT": [where]} if logical else {"$nor": [where]}
    assert sorted(matched(where) + matched(negation)) == ALL


def test_a_dialect_can_be_fixed() -> None:
    assert matched({"name": "ADA"}, dialect=Dialect.LOGICAL) == [1, 2]
    assert matched({"name": "ADA"}, dialect=Dialect.QUERY) == []


def test_a_list_of_many_values_means_the_same_as_one_of_few() -> None:
    many = [f"nobody {number}" for number in range(60)]
    assert matched({"name": {"$in": ["ada", *many]}}) == [2]
    assert matched({"name": {"$nin": ["ada", *many]}}) == [1, 3, 4, 5, 6]
    assert matched(leaf("name", "in", ["ADA", *many])) == [1, 2]
    assert matched({"$or": [{"name": {"$in": ["ada", *many]}}, {"age": 7}]}) == [2, 6]
    assert matched({"name": {"$in": [None, "ada", *many]}}) == [2, 5]
    assert matched({"age": {"$in": [36, 36.5, 10**9, *range(100, 200)]}}) == [1]
    assert matched({"ink": {"$nin": [0.1, *range(100, 200)]}}) == [2, 3, 4, 5]


def test_a_list_of_very_many_values_reaches_into_lists() -> None:
    many = [f"nothing {number}" for number in range(1_100)]
    assert matched({"tags": {"$in": ["a", *many]}}) == [1, 2]
    assert matched({"tags": {"$nin": ["a", *many]}}) == [3, 4, 5, 6]
    assert matched({"items.notes": {"$in": ["p", *many]}}) == [1, 2]
    element = {"kind": {"$in": ["x", *many]}, "n": 2, "notes": {"$exists": False}}
    assert matched({"items": {"$elemMatch": element}}) == [2]
    assert matched({"$nor": [{"items": {"$elemMatch": element}}, {"age": 7}]}) == [1, 3, 4, 5]
    assert matched({"tags": {"$all": ["a", *many]}}) == []
