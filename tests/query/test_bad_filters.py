"""Every filter that cannot be used, with the place that the error names and what it advises."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from exports.query.errors import Invalid, TooLarge, UnknownProperty
from exports.query.parse import Dialect, parse
from exports.query.schema import Kind, Property, Role, Schema
from exports.query.tree import paths_of
from tests.query.library import SCHEMA, matched


def refused(where: object, dialect: Dialect | None = None) -> Invalid:
    with pytest.raises(Invalid) as caught:
        parse(where, SCHEMA, dialect=dialect)
    return caught.value


def leaf(field: object, operator: object, value: object) -> dict[str, object]:
    return {"field": field, "operator": operator, "value": value}


UNKNOWN = [
    ({"agee": 5}, "where.agee", "There is no property 'agee'. Did you mean 'age'"),
    ({"AGE": 5}, "where.AGE", "There is no property 'AGE'. Did you mean 'age'"),
    ({"city": "x"}, "where.city", "Did you mean 'place.city'"),
    ({"place": {"city": "x"}}, "where.place.city", "Write the path with a dot, 'place.city'"),
    ({"AND": [leaf("agee", "eq", 5)]}, "where.AND.0.field", "Did you mean 'age'"),
    ({"AND": [{"agee": 5}]}, "where.AND.0.agee", "Did you mean 'age'"),
    ({"agee": {"$gt": 5}}, "where.agee", "Did you mean 'age'"),
    ({"agee": {"$elemMatch": {}}}, "where.agee", "Did you mean 'age'"),
    ({"items": {"$elemMatch": {"kin": 1}}}, "where.items.$elemMatch.kin", "Did you mean 'kind'"),
    ({"extra.k": 1}, "where.extra.k", "'extra' is a map; its entries cannot be named in a path."),
    ({"": 1}, "where.", "There is no property ''."),
]

VALUES = [
    ({"age": "200"}, "where.age", "'age' holds whole numbers: write one such as 42, not '200'."),
    ({"age": {"$gt": "5"}}, "where.age.$gt", "write one such as 42, not '5'."),
    ({"age": True}, "where.age", "write one such as 42, not true."),
    ({"age": {"$gt": None}}, "where.age.$gt", "write one such as 42, not null."),
    ({"age": {"$in": [1, "2"]}}, "where.age.$in.1", "write one such as 42, not '2'."),
    ({"age": {"$in": 1}}, "where.age.$in", "'in' takes a list of values, not 1."),
    ({"age": [1, 2]}, "where.age", "not a list. For several values, use 'in'."),
    ({"age": {"$eq": {"a": 1}}}, "where.age.$eq", "write one such as 42, not an object."),
    ({"AND": [leaf("age", "eq", "x")]}, "where.AND.0.value", "write one such as 42, not 'x'."),
    (leaf("age", "in", [1, "x"]), "where.value.1", "write one such as 42, not 'x'."),
    ({"ok": 1}, "where.ok", "'ok' holds truth values: write one such as true, not 1."),
    ({"ok": "true"}, "where.ok", "write one such as true, not 'true'."),
    ({"name": 5}, "where.name", "'name' holds text: write one such as \"JFK\", not 5."),
    ({"name": "x" * 99}, None, ""),
    ({"age": "x" * 99}, "where.age", f"not '{'x' * 40}…'."),
    ({"mood": 5}, "where.mood", "'mood' holds text"),
    ({"born": "yesterday"}, "where.born", "write one such as \"2013-07-04\", not 'yesterday'."),
    ({"born": "2013-02-29"}, "where.born", 'write one such as "2013-07-04"'),
    ({"born": "2013-7-4"}, "where.born", 'write one such as "2013-07-04"'),
    ({"born": 20130704}, "where.born", 'write one such as "2013-07-04", not 20130704.'),
    ({"seen": {"$lt": "2013-07-04T25:00"}}, "where.seen.$lt", '"2013-07-04T10:30:00Z"'),
    ({"seen": "2013-07-04T10:30:00+99:00"}, "where.seen", '"2013-07-04T10:30:00Z"'),
    ({"seen": "9999-12-31T23:59:59-01:00"}, "where.seen", '"2013-07-04T10:30:00Z"'),
    ({"seen": "٢٠١٣-07-04"}, "where.seen", '"2013-07-04T10:30:00Z"'),
    ({"wake": "25:00"}, "where.wake", "write one such as \"10:30:00\", not '25:00'."),
    ({"wake": "10"}, "where.wake", 'write one such as "10:30:00"'),
    ({"uid": "123"}, "where.uid", '"123e4567-e89b-12d3-a456-426614174000"'),
    ({"name": {"$regex": 5}}, "where.name.$regex", "'$regex' needs a text"),
    (leaf("name", "contains", None), "where.value", "'contains' needs a text"),
    (leaf("name", "starts_with", 5), "where.value", "'starts_with' needs a text"),
    ({"tags": {"$size": -1}}, "where.tags.$size", "a whole number from 0 on, not -1."),
    ({"tags": {"$size": True}}, "where.tags.$size", "a whole number from 0 on, not true."),
    ({"tags": {"$size": 1.5}}, "where.tags.$size", "a whole number from 0 on, not 1.5."),
    ({"tags": {"$exists": 1}}, "where.tags.$exists", "'exists' takes true or false, not 1."),
    (leaf("tags", "is_null", "yes"), "where.value", "'is_null' takes true or false, not 'yes'."),
    ({"tags": {"$all": "a"}}, "where.tags.$all", "'all' takes a list of values, not 'a'."),
    ({"tags": {"$all": ["a", None]}}, "where.tags.$all.1", "'tags' holds text"),
    ({"tags": {"$elemMatch": {"$gt": 1}}}, "where.tags.$elemMatch.$gt", "The element holds text"),
]

OPERATORS = [
    ({"age": {"$foo": 1}}, "where.age.$foo", "There is no operator '$foo'."),
    ({"age": {"$gtt": 1}}, "where.age.$gtt", "Did you mean '$gt'"),
    ({"name": {"$regex": "a", "$options": "i"}}, "where.name.$options", '"/^s/i"'),
    (leaf("age", "gtt", 1), "where.operator", "Did you mean 'gt'"),
    (leaf("age", ["gt"], 1), "where.operator", "Name the operator as text, such as"),
    (leaf("age", "regex", "x"), "where.operator", "'age' is of the type integer, which 'regex'"),
    ({"age": {"$regex": "x"}}, "where.age.$regex", "does not fit; use one of eq, ne, gt, gte"),
    ({"age": {"$size": 1}}, "where.age.$size", "which 'size' does not fit"),
    ({"age": {"$all": [1]}}, "where.age.$all", "which 'all' does not fit"),
    ({"age": {"$elemMatch": {}}}, "where.age.$elemMatch", "only a list has elements to match."),
    ({"grid": {"$all": [1]}}, "where.grid.$all", "which 'all' does not fit"),
    ({"place": "x"}, "where.place", "use one of exists, is_null."),
    ({"place": {"$gt": 1}}, "where.place.$gt", "use one of exists, is_null."),
    ({"items": {"$in": [1]}}, "where.items.$in", "use one of exists, is_null, size."),
    ({"extra": {"$eq": "k"}}, "where.extra.$eq", "use one of exists, is_null, size."),
    ({"raw": "x"}, "where.raw", "use one of exists, is_null."),
    (leaf("age", "words", "x"), "where.operator", "'age' is of the type integer, which 'words'"),
    (leaf("place", "phrase", "x"), "where.operator", "use one of exists, is_null."),
    (leaf("place", "geo_radius", {}), "where.operator", "use one of exists, is_null."),
    (leaf("items", "geo_polygon", {}), "where.operator", "use one of exists, is_null, size."),
    (leaf("tags", "geo_bounding_box", {}), "where.operator", "which 'geo_bounding_box' does not"),
    (leaf("age", "word", 1), "where.operator", "Did you mean 'words'"),
    ({"name": {"$words": "x"}}, "where.name.$words", "There is no operator '$words'."),
]

REGEXES = [
    "(",
    "[a",
    "a**",
    "(?=a)",
    "(?<!a)b",
    r"(a)\1",
    "a{1001}",
    "*",
    "\\",
    "((a{99}){99}){99}",
]

SHAPES = [
    ([], "where", "A filter is an object"),
    (5, "where", "A filter is an object"),
    ("5", "where", "A filter is an object"),
    ('"a"', "where", "A filter is an object"),
    ({"AND": 5}, "where.AND", "not 5."),
    ({"AND": [5]}, "where.AND.0", 'Write an object such as {"field": "origin", "value": "JFK"}'),
    ({"OR": ["x"]}, "where.OR.0", "not 'x'."),
    ({"$and": {}}, "where.$and", "'$and' takes a list of objects, not an object."),
    ({"$or": [5]}, "where.$or.0", 'Write an object such as {"origin": "JFK"}, not 5.'),
    ({"age": {}}, "where.age", "An operator is missing"),
    ({"age": {"$not": 5}}, "where.age.$not", "'$not' takes operators"),
    ({"age": {"$not": {}}}, "where.age.$not", "An operator is missing"),
    ({"age": {"$and": [{}]}}, "where.age.$and", "stands outside of a property"),
    ({"$gt": 5}, "where.$gt", "'$gt' belongs under a property"),
    ({"$foo": 5}, "where.$foo", "There is no operator '$foo'."),
    ({"$not": 5}, "where.$not", 'Write an object such as {"origin": "JFK"}, not 5.'),
    ({"$not": "age"}, "where.$not", "'age' holds whole numbers"),
    ({"items": {"$elemMatch": 5}}, "where.items.$elemMatch", "not 5."),
    ({"field": "age"}, "where.value", "The test has no value"),
    ({"field": "age", "value": 1, "op": "gt"}, "where.op", "but no 'op'."),
    ({"field": "age", "value": 1, "valu": 1}, "where.valu", "Did you mean 'value'?"),
    (leaf(5, "eq", 1), "where.field", "Name the property as text"),
    ({"AND": [], "case_sensitive": "no"}, "where.case_sensitive", "Write true or false, not 'no'."),
]

MIXED = [
    ({"AND": [], "$or": []}, "where.$or"),
    ({"AND": [{"$or": []}]}, "where.AND.0.$or"),
    ({"AND": [{"age": {"$gt": 5}}]}, "where.AND.0.age"),
    (leaf("age", "eq", {"$gt": 5}), "where.value"),
    ({"$and": [{"AND": []}]}, "where.$and.0.AND"),
    ({"$and": [leaf("age", "eq", 1)]}, "where.$and.0.field"),
]

CHARACTERS = [
    ({"name": "a\0b"}, "where.name", "NUL"),
    ({"AND": [leaf("name", "in", ["a", "\0"])]}, "where.AND.0.value.1", "NUL"),
    ({"na\0me": 1}, "where", "NUL"),
    ({"name": "\ud800"}, "where.name", "surrogate"),
    ({"\udfff": 1}, "where", "surrogate"),
    ('{"name": "\\ud800"}', "where.name", "surrogate"),
    ('{"name": "\\u0000"}', "where.name", "NUL"),
    ('{"name": "\0"}', "where", "NUL"),
    ('{"name": "\ud800"}', "where", "surrogate"),
]

NUMBERS = [
    ({"score": float("nan")}, "where.score", "NaN and Infinity are no values"),
    ({"score": {"$lt": float("inf")}}, "where.score.$lt", "NaN and Infinity are no values"),
    ({"age": {"$in": [1, float("-inf")]}}, "where.age.$in.1", "use a finite number."),
    ('{"score": NaN}', "where", "NaN is no JSON"),
    ('{"score": -Infinity}', "where", "-Infinity is no JSON"),
    ('{"score": 1e400}', "where.score", "The number is too long"),
    ('{"score": 1e-400000}', "where.score", "The number is too long"),
    ('{"score": 1e99999999999999999999}', "where", "exponent"),
    ({"age": 10**400}, "where.age", "The number is too long"),
    ({"age": -(10**400)}, "where.age", "The number is too long"),
    (f'{{"age": {"9" * 5_000}}}', "where", "more than 308 digits"),
    ({"price": Decimal("0." + "1" * 500)}, "where.price", "The number is too long"),
    ({"age": b"5"}, "where.age", "A value of the type bytes cannot stand in a filter"),
    ({"age": {5: 1}}, "where.age", "The names in an object must be text."),
]

JSON_TEXTS = [
    ("{", "where", "it cannot be read at line 1, column 2."),
    ('{"age": }', "where", "it cannot be read at line 1, column 9."),
    ("{'age': 5}", "where", "line 1, column 2"),
    ('{"age": 5} x', "where", "line 1, column 12"),
    ("age > 5", "where", "line 1, column 1"),
    ('{"age": 5, "age": 6}', "where", "The name 'age' stands twice"),
]


def cases(*tables: list[Any]) -> list[Any]:
    return [pytest.param(*case, id=str(case[0])[:60]) for table in tables for case in table]


@pytest.mark.parametrize(
    ("where", "path", "advice"),
    cases(UNKNOWN, VALUES, OPERATORS, SHAPES, CHARACTERS, NUMBERS, JSON_TEXTS),
)
def test_it_names_the_place_and_the_remedy(where: object, path: str | None, advice: str) -> None:
    if path is None:
        parse(where, SCHEMA)
        return
    error = refused(where)
    assert error.path == path
    assert advice in error.message


@pytest.mark.parametrize(("where", "path"), MIXED)
def test_it_refuses_two_dialects_at_once(where: object, path: str) -> None:
    error = refused(where)
    assert error.path == path
    assert error.message.startswith("The filter is written in two ways at once")


@pytest.mark.parametrize("pattern", REGEXES)
def test_it_refuses_what_re2_refuses(pattern: str) -> None:
    for where, path in (
        ({"name": {"$regex": pattern}}, "where.name.$regex"),
        ({"AND": [leaf("name", "regex", pattern)]}, "where.AND.0.value"),
    ):
        error = refused(where)
        assert error.path == path
        assert error.message.startswith("RE2 does not take this regular expression.")


def test_it_refuses_flags_that_re2_does_not_have() -> None:
    error = refused({"name": {"$regex": "/a/y"}})
    assert (error.path, error.message) == (
        "where.name.$regex",
        "The flag 'y' cannot be used; use i, m or s.",
    )


def test_a_path_with_slashes_is_a_bare_pattern() -> None:
    assert matched({"name": {"$regex": "/usr/bin"}}) == []


def test_a_fixed_dialect_refuses_the_other() -> None:
    assert refused({"$and": []}, Dialect.LOGICAL).path == "where.$and"
    assert refused({"AND": []}, Dialect.QUERY).path == "where.AND"


def test_unknown_properties_have_an_error_of_their_own() -> None:
    assert isinstance(refused({"agee": 5}), UnknownProperty)


def test_a_property_named_like_a_key_of_the_other_dialect_is_found() -> None:
    schema = Schema("id", (*SCHEMA.properties, Property("AND", Kind.TEXT, "VARCHAR")))
    where = {"$or": [{"AND": "x"}, {"AND": "y"}]}
    assert paths_of(parse(where, schema)) == ("AND",)


def test_a_path_through_a_reference_that_leads_nowhere_is_refused() -> None:
    schema = SCHEMA.mark("name", role=Role.REFERENCE, target="col_1")
    with pytest.raises(Invalid, match="a reference, which cannot be followed here") as caught:
        parse({"name.first": "x"}, schema)
    assert caught.value.path == "where.name.first"


def nested(levels: int, key: str) -> object:
    where: object = {"age": 1}
    for _ in range(levels):
        where = {key: [where]}
    return where


@pytest.mark.parametrize("key", ["AND", "OR", "NOT", "$and", "$or", "$nor"])
def test_eight_levels_are_enough_and_nine_too_many(key: str) -> None:
    parse(nested(8, key), SCHEMA)
    error = refused(nested(9, key))
    assert isinstance(error, TooLarge)
    assert error.path == f"where{f'.{key}.0' * 8}.{key}"
    assert error.message == "The filter is nested too deep; at most 8 levels. Make it flatter."


@pytest.mark.parametrize("depth", [50, 1_000, 5_000, 50_000])
def test_thousands_of_brackets_are_refused_and_nothing_else(depth: int) -> None:
    assert isinstance(refused(nested(depth, "$and")), TooLarge)
    assert isinstance(refused('{"$and":[' * depth + "]}" * depth), TooLarge)
    assert isinstance(refused({"age": json.loads("[" * 900 + "]" * 900)}), TooLarge)
    assert refused("[" * depth).path == "where"


def test_an_object_that_holds_itself_is_refused() -> None:
    where: dict[str, Any] = {}
    where["age"] = where
    assert isinstance(refused(where), TooLarge)


def test_two_hundred_tests_are_enough_and_one_more_too_many() -> None:
    assert matched({"$or": [{"age": number} for number in range(200)]}) == [1, 3, 6]
    for where, path in (
        ({"$or": [{"age": number} for number in range(201)]}, "where.$or.200"),
        ({"OR": [leaf("nope", "eq", 1)] * 201}, "where.OR.200"),
        ({"age": {f"$x{number}": 1 for number in range(201)}}, "where.age"),
    ):
        error = refused(where)
        assert isinstance(error, TooLarge)
        assert (error.path, error.message) == (
            path,
            "The filter has more than 200 tests. Join tests for one value with 'in'.",
        )


def test_ten_thousand_values_are_enough_and_one_more_too_many() -> None:
    assert matched({"age": {"$in": list(range(10_000))}}) == [1, 3, 6]
    error = refused({"agee": {"$in": list(range(10_001))}})
    assert isinstance(error, TooLarge)
    assert error.path == "where.agee.$in"
    assert error.message == "A list holds 10,001 values; at most 10,000. Split it."


def test_a_megabyte_is_enough_and_more_is_too_much() -> None:
    big = 1024 * 1024
    assert matched({"name": "x" * (big - 10)}) == []
    for where in (
        {"name": "x" * big},
        {"name": "é" * (big // 2)},
        '{"name": "' + "x" * big + '"}',
        " " * (big + 1),
        {"name": {"$in": ["x" * 1_000] * 1_100}},
    ):
        error = refused(where)
        assert isinstance(error, TooLarge)
        assert error.path.startswith("where")
        assert error.message.startswith("The filter is larger than 1 MiB.")


def test_a_name_of_thousands_of_characters_is_refused() -> None:
    assert isinstance(refused({"x" * 1_001: 1}), TooLarge)
