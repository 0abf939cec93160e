"""Every field that is wrong is named by its path, and the message says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exports.models import Collection, Export
from tests.api.conftest import paths_of

if TYPE_CHECKING:
    from tests.api.conftest import Rest


def leaf(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def nested(levels: int) -> dict[str, Any]:
    node = leaf("delay", "gt", 1)
    for _ in range(levels):
        node = {"AND": [node]}
    return node


FILTERS = [
    pytest.param(leaf("carier", "eq", "AA"), "where.field", "carrier", id="unknown property"),
    pytest.param(
        {"AND": [leaf("delay", "gt", "200")]}, "where.AND.0.value", "delay", id="wrong type"
    ),
    pytest.param(leaf("at", "gt", "yesterday"), "where.value", "2013-07-04", id="bad date"),
    pytest.param(leaf("delay", "starts_with", "1"), "where.operator", "starts_with", id="operator"),
    pytest.param(leaf("delay", "above", 1), "where.operator", "above", id="unknown operator"),
    pytest.param(leaf("carrier", "regex", "(?=A)"), "where.value", "RE2", id="RE2 refuses"),
    pytest.param({"carier": {"$eq": "AA"}}, "where.carier", "carrier", id="query object"),
    pytest.param({"delay": {"$gt": "x"}}, "where.delay.$gt", "delay", id="query object's type"),
    pytest.param("{", "where", "JSON", id="text that is no JSON"),
]


@pytest.mark.parametrize(("where", "path", "remedy"), FILTERS)
def test_a_filter_that_does_not_fit(
    where: Any, path: str, remedy: str, rest: Rest, trips: Collection
) -> None:
    answer = rest.post("/exports", {"collection": "trips", "where": where})

    assert answer.status_code == 422
    assert paths_of(answer)[0] == path
    assert remedy in answer.json()["errors"][0]["message"]
    assert not Export.objects.exists()


def test_a_filter_nested_too_deep(rest: Rest, trips: Collection) -> None:
    answer = rest.post("/exports", {"collection": "trips", "where": nested(9)})

    assert answer.status_code == 422
    assert paths_of(answer)[0].startswith("where.AND.0.AND")
    assert "8 levels" in answer.json()["errors"][0]["message"]


def test_a_list_that_is_too_long(rest: Rest, trips: Collection) -> None:
    where = leaf("delay", "in", list(range(10_001)))
    answer = rest.post("/exports", {"collection": "trips", "where": where})

    assert answer.status_code == 422
    assert paths_of(answer) == ["where.value"]
    assert "10,000" in answer.json()["errors"][0]["message"]


FIELDS = [
    ({"paths": ["carier"]}, "paths.0", "carrier"),
    ({"paths": ["carrier", 5]}, "paths.1", "must be text"),
    ({"paths": "carrier"}, "paths", "list"),
    ({"order_by": ["-carier"]}, "order_by.0", "carrier"),
    ({"format": "xlsx"}, "format", "csv"),
    ({"timezone": "Mars/Olympus"}, "timezone", "time zone"),
    ({"sample_size": 0}, "sample_size", "1"),
    ({"sample_size": 1_000_001}, "sample_size", "1000000"),
    ({"sample_size": "5"}, "sample_size", "whole number"),
    ({"sample_size": True}, "sample_size", "whole number"),
    ({"sample_size": 10**400}, "sample_size", "1000000"),
    ({"label": "x" * 201}, "label", "200"),
    ({"label": 5}, "label", "must be text"),
    ({"label": None}, "label", "must be text"),
    ({"label": "a\0b"}, "label", "NUL"),
    ({"label": "\ud800"}, "label", "surrogate"),
    ({"file_name": "x" * 151}, "file_name", "150"),
    ({"where": 5}, "where", "object"),
    ({"where": [1]}, "where", "object"),
    ({"where": leaf("carrier", "eq", "a\0b")}, "where.value", "NUL"),
    ({"where": leaf("carrier", "eq", "\udc00")}, "where.value", "surrogate"),
    ({"where": '{"carrier": "a\\u0000b"}'}, "where.carrier", "NUL"),
    ({"where": '{"carrier": "\\udc00"}'}, "where.carrier", "surrogate"),
    ({"where": leaf("delay", "eq", 10**400)}, "where.value", "too long"),
    ({"where": '{"delay": 1e999}'}, "where.delay", "number"),
    ({"where": '{"delay": NaN}'}, "where", "NaN"),
    ({"where": "[]"}, "where", "object"),
    ({"where": '{"delay": 1e350}'}, "where.delay", "number"),
    ({"objects": "planes"}, "objects", "only one"),
    ({"colour": "red"}, "colour", "no such field"),
]


@pytest.mark.parametrize(("fields", "path", "remedy"), FIELDS, ids=lambda each: str(each)[:40])
def test_a_field_that_does_not_fit(
    fields: dict[str, Any], path: str, remedy: str, rest: Rest, trips: Collection
) -> None:
    answer = rest.post("/exports", {"collection": "trips", **fields})

    assert answer.status_code == 422
    assert paths_of(answer) == [path]
    assert remedy in answer.json()["errors"][0]["message"]


def test_no_collection_is_named(rest: Rest) -> None:
    assert paths_of(rest.post("/exports", {})) == ["collection"]


def test_every_field_that_is_wrong_is_named(rest: Rest, trips: Collection) -> None:
    answer = rest.post("/exports", {"collection": "trips", "label": 1, "paths": 2, "format": 3})

    assert paths_of(answer) == ["label", "format", "paths"]
    assert answer.json()["detail"] == "3 fields are not valid."
