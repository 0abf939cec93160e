"""A filter read aloud."""

from __future__ import annotations

from typing import Any

import pytest

from exports.query.parse import parse
from exports.query.schema import Kind, Property, Schema
from exports.web.sentence import sentence

TEXT = Property("element", Kind.TEXT, "VARCHAR")
SCHEMA = Schema(
    "id",
    (
        Property("id", Kind.TEXT, "VARCHAR"),
        Property("n", Kind.INTEGER, "INTEGER"),
        Property("x", Kind.FLOAT, "DOUBLE"),
        Property("ok", Kind.BOOLEAN, "BOOLEAN"),
        Property("day", Kind.DATE, "DATE"),
        Property(
            "spot",
            Kind.STRUCT,
            "STRUCT(lat DOUBLE, lon DOUBLE)",
            (Property("lat", Kind.FLOAT, "DOUBLE"), Property("lon", Kind.FLOAT, "DOUBLE")),
        ),
        Property("tags", Kind.LIST, "VARCHAR[]", (TEXT,)),
        Property(
            "fleet",
            Kind.LIST,
            "STRUCT(seats INTEGER)[]",
            (Property("element", Kind.STRUCT, "", (Property("seats", Kind.INTEGER, "INTEGER"),)),),
        ),
    ),
)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ({}, "every document"),
        ({"n": 3}, "n is 3"),
        ({"x": {"$gt": 0.5, "$lte": 2}}, "x is more than 0.5 and x is at most 2"),
        ({"ok": True, "id": {"$ne": "a"}}, "ok is true and id is not “a”"),
        (
            {"$or": [{"n": 1}, {"n": {"$lt": 0}, "ok": False}]},
            "n is 1 or (n is less than 0 and ok is false)",
        ),
        ({"$nor": [{"n": 1}, {"n": 2}]}, "neither n is 1 nor n is 2"),
        ({"$nor": [{"n": 1}]}, "not (n is 1)"),
        ({"n": {"$not": {"$gte": 5}}}, "not (n is at least 5)"),
        ({"day": {"$gte": "2013-07-04"}}, "day is at least “2013-07-04”"),
        ({"id": {"$regex": "/^a/i"}}, "id matches “^a”, whatever the case"),
        ({"id": {"$exists": False}}, "id has no value"),
        ({"id": None}, "id is null"),
        ({"tags": {"$all": ["a", "b"]}}, "tags has all of “a”, “b”"),
        ({"tags": {"$size": 2}}, "tags has this many elements: 2"),
        ({"n": {"$in": list(range(12))}}, "n is one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"),
        ({"n": {"$in": []}}, "n is one of nothing"),
        (
            {"fleet": {"$elemMatch": {"seats": {"$gt": 100}}}},
            "some element of fleet has (seats is more than 100)",
        ),
        (
            {"field": "id", "operator": "starts_with", "value": "A"},
            "id begins with “A”, whatever the case",
        ),
        (
            {"field": "id", "operator": "words", "value": "Night flights"},
            "id has all of the words “night”, “flights”",
        ),
        (
            {"field": "id", "operator": "phrase", "value": "Night-flights"},
            "id has the phrase “night flights”",
        ),
        (
            {
                "field": "spot",
                "operator": "geo_radius",
                "value": {"center": {"lat": 40.6, "lon": -73}, "radius": 5000},
            },
            "spot lies within 5,000 m of 40.6, -73",
        ),
        (
            {
                "field": "spot",
                "operator": "geo_bounding_box",
                "value": {
                    "top_left": {"lat": 2, "lon": 0},
                    "bottom_right": {"lat": 0, "lon": 1},
                },
            },
            "spot lies between 2, 0 and 0, 1",
        ),
        (
            {
                "field": "spot",
                "operator": "geo_polygon",
                "value": {
                    "exterior": {"points": [{"lat": lat, "lon": lat**2} for lat in (0, 1, 2)]}
                },
            },
            "spot lies in a polygon of 3 points",
        ),
        ({"OR": []}, "no document"),
    ],
)
def test_every_tree_has_its_sentence(where: dict[str, Any], text: str) -> None:
    assert sentence(parse(where, SCHEMA)) == text
