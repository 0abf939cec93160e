"""The tree as JSON, as frozen requests keep it."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from typing import Any

import pytest

from exports.query.parse import parse
from exports.query.tree import (
    EVERYTHING,
    All,
    Element,
    Nor,
    Not,
    Operator,
    UnknownTreeVersion,
    from_json,
    paths_of,
    to_json,
)
from exports.query.tree import Any as Some
from exports.query.tree import Test as Question
from tests.query import writers
from tests.query.library import SCHEMA
from tests.query.test_random import SCALARS, tree
from tests.query.test_random import SCHEMA as RANDOM


@pytest.mark.parametrize("seed", range(300, 400))
def test_a_tree_survives_the_database(seed: int) -> None:
    node = parse(writers.query(tree(random.Random(seed), SCALARS, 4)), RANDOM)
    assert from_json(json.loads(json.dumps(to_json(node)))) == node


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ('{"big": 9007199254740993}', 9007199254740993),
        ('{"price": 0.10}', Decimal("0.10")),
        ('{"score": 1e300}', Decimal("1E+300")),
        ({"score": 0.1}, Decimal("0.1")),
        ({"ok": True}, True),
        ({"born": "2013-07-04"}, "2013-07-04"),
        ({"seen": "2013-07-04 12:30:00.50+0200"}, "2013-07-04T10:30:00.5Z"),
        ({"wake": "10:30"}, "10:30:00"),
        ({"uid": "123E4567E89B12D3A456426614174000"}, "123e4567-e89b-12d3-a456-426614174000"),
        ({"tags": {"$all": ["a", "b"]}}, ("a", "b")),
    ],
)
def test_a_value_is_kept_exactly(where: object, value: object) -> None:
    node = parse(where, SCHEMA)
    kept = from_json(json.loads(json.dumps(to_json(node))))
    assert isinstance(kept, Question)
    assert (kept.value, type(kept.value)) == (value, type(value))


def test_every_node_is_written_by_its_name() -> None:
    node = All(
        (
            Some((Question("a", Operator.EQ, "x", case_sensitive=False),)),
            Nor((Question("b", Operator.IN, (1, Decimal("2.5"))),)),
            Not(Element("c", Question("", Operator.EXISTS, True))),
        )
    )
    assert to_json(node) == {
        "version": 1,
        "node": {
            "all": [
                {
                    "any": [
                        {"test": "a", "operator": "eq", "value": "x", "case_sensitive": False},
                    ]
                },
                {"nor": [{"test": "b", "operator": "in", "value": [1, {"decimal": "2.5"}]}]},
                {
                    "not": {
                        "element": "c",
                        "node": {"test": "", "operator": "exists", "value": True},
                    }
                },
            ]
        },
    }


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"version": 2, "node": {"all": []}},
        {"version": 1, "node": {"xor": [], "not": 1, "all": []}},
        {"version": 1, "node": {"test": "a", "operator": "eq", "value": {"float": "1"}}},
        {"version": 1, "node": 5},
        {"version": 1},
    ],
)
def test_a_tree_of_another_version_is_refused(kept: dict[str, Any]) -> None:
    with pytest.raises(UnknownTreeVersion, match="another version of Waybill"):
        from_json(kept)


def test_the_paths_of_a_tree_are_named_once_each_without_what_lies_in_elements() -> None:
    where = {
        "$or": [{"items": {"$elemMatch": {"n": 1, "notes": {"$elemMatch": {"$gt": "a"}}}}}],
        "$nor": [{"age": 5}, {"$not": {"age": 6}}],
        "place.city": "Rome",
    }
    assert paths_of(parse(where, SCHEMA)) == (
        "items",
        "age",
        "place.city",
    )
    assert paths_of(EVERYTHING) == ()
