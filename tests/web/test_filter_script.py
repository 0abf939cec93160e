"""The builder of a filter says what the JSON beside it says, and gives it back unchanged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from py_mini_racer import MiniRacer

from config.env import BASE_DIR

TYPES = {"carrier": "text", "delay": "integer", "at": "timestamp", "tags": "list of text"}
READ_AND_WRITE = """
const types = new Map(Object.entries(TYPES));
const there = (text) => {
  const { filters, json } = window.waybill;
  try {
    return json.write(filters.toJson(filters.fromJson(json.read(text), types), types));
  } catch (error) {
    return error.constructor.name;
  }
};
"""


@pytest.fixture(scope="module")
def script() -> MiniRacer:
    racer = MiniRacer()
    names = ("filter-text", "filter-tests")
    parts = [(BASE_DIR / "static" / "js" / f"{name}.js").read_text() for name in names]
    racer.eval(
        "\n".join(["var window = {};", *parts, READ_AND_WRITE.replace("TYPES", json.dumps(TYPES))])
    )
    return racer


def leaf(field: str, operator: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value, **more}


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ({"carrier": "UA"}, leaf("carrier", "eq", "UA", case_sensitive=True)),
        ({"field": "carrier", "value": "UA"}, leaf("carrier", "eq", "UA")),
        (
            {"AND": [{"field": "delay", "value": 5}], "carrier": None},
            {"AND": [{"AND": [leaf("delay", "eq", 5)]}, leaf("carrier", "exists", False)]},
        ),
        (
            {"OR": [leaf("delay", "gte", 1), leaf("delay", "lt", 3)], "NOT": None},
            {"OR": [leaf("delay", "gte", 1), leaf("delay", "lt", 3)]},
        ),
        (
            {"NOT": [{"AND": [leaf("delay", "gte", 1), leaf("delay", "lt", 3)]}]},
            {"NOT": [{"AND": [leaf("delay", "gte", 1), leaf("delay", "lt", 3)]}]},
        ),
        ({"tags": {"$all": ["a", "b"]}}, leaf("tags", "all", ["a", "b"], case_sensitive=True)),
        (
            {"case_sensitive": True, "AND": [leaf("carrier", "in", ["a"])]},
            leaf("carrier", "in", ["a"], case_sensitive=True),
        ),
    ],
)
def test_what_is_read_is_written_with_the_same_meaning(
    script: MiniRacer, said: Any, given: dict[str, Any]
) -> None:
    assert json.loads(str(script.call("there", json.dumps(said)))) == given


def test_numbers_stay_as_they_were_written(script: MiniRacer) -> None:
    written = str(script.call("there", '{"field": "delay", "value": 9007199254740993.10}'))
    assert '"value": 9007199254740993.10' in written


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"unknown": 1}', "Beyond"),
        ('{"delay": {"$regex": "a"}}', "Beyond"),
        ('{"delay": 01}', "SyntaxError"),
        ("[" * 200_000 + "]" * 200_000, "RangeError"),
    ],
)
def test_what_it_cannot_show_it_leaves_alone(script: MiniRacer, text: str, why: str) -> None:
    assert script.call("there", text) == why
