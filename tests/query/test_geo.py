"""Places in circles, boxes and polygons."""

from __future__ import annotations

import functools
import json
from decimal import Decimal
from typing import Any

import pytest

from exports.query.areas import Box, Circle, Place, Polygon
from exports.query.errors import Invalid, TooLarge
from exports.query.parse import parse
from exports.query.schema import Kind, Schema
from exports.query.tree import Operator, from_json, to_json
from exports.query.tree import Test as Question
from tests.query.globe import metres
from tests.query.library import connection, integer, listed, run, scalar, struct, text


def place(name: str, kind: Kind, sql: str) -> Any:
    return struct(name, scalar("lat", kind, sql), scalar("lon", kind, sql), text("note"))


SCHEMA = Schema(
    "id",
    (
        integer("id"),
        place("spot", Kind.FLOAT, "DOUBLE"),
        place("single", Kind.FLOAT, "FLOAT"),
        place("exact", Kind.DECIMAL, "DECIMAL(6,2)"),
        place("whole", Kind.INTEGER, "SMALLINT"),
        listed("spots", place("element", Kind.FLOAT, "DOUBLE")),
        struct("half", scalar("lat", Kind.FLOAT, "DOUBLE"), text("lon")),
    ),
)
# The ids are their places in this list.
SPOTS: list[tuple[object, object] | None] = [
    (40.6, -73.8),
    (0, 0),
    (0, 180),
    (0, -180),
    (10, 10),
    (90, 0),
    (-90, 77),
    (5, 10),
    (None, 10),
    (10, None),
    (91, 0),
    (0, 181),
    ("nan", 0),
    (0, "inf"),
    None,
]
PLACES = [*range(8)]
REST = [*range(8, 15)]


def leaf(field: str, operator: str, value: object) -> dict[str, object]:
    return {"field": field, "operator": operator, "value": value}


def at(lat: float, lon: float) -> dict[str, float]:
    return {"lat": lat, "lon": lon}


def circle(lat: float, lon: float, radius: float) -> dict[str, object]:
    return {"center": at(lat, lon), "radius": radius}


def box(top: float, left: float, bottom: float, right: float) -> dict[str, object]:
    return {"top_left": at(top, left), "bottom_right": at(bottom, right)}


def ring(*points: tuple[float, float]) -> dict[str, object]:
    return {"points": [at(*each) for each in points]}


def polygon(*points: tuple[float, float]) -> dict[str, object]:
    return {"exterior": ring(*points)}


@functools.cache
def spots() -> str:
    columns = ", ".join(f'"{each.name}" {each.sql}' for each in SCHEMA.properties)
    connection().execute(f"CREATE TABLE spots ({columns})")
    for number, spot in enumerate(SPOTS):
        value = spot and {"lat": spot[0], "lon": spot[1], "note": "x"}
        rounded = value if number < 12 else None
        row = [number, value, value, rounded, rounded, [None, value, value], None]
        connection().execute("INSERT INTO spots VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    return "spots"


def found(operator: str, value: object, field: str = "spot") -> list[int]:
    return run(parse(leaf(field, operator, value), SCHEMA), SCHEMA, source=spots())


CIRCLES = [
    (circle(40.6, -73.8, 0), [0]),
    (circle(0, 0, 0), [1]),
    (circle(0, 179.9, 11_119.6), [2, 3]),
    (circle(0, 179.9, 11_119.4), []),
    (circle(90, 123, 1), [5]),
    (circle(-90, 0, 1), [6]),
    (circle(10, 10, 555_976), [4, 7]),
    (circle(10, 10, 555_973), [4]),
    (circle(0, 0, 20_015_115), PLACES),
    (circle(0, 0, 20_015_114), [0, 1, 4, 5, 6, 7]),
    (circle(0, 0, 1e300), PLACES),
]
BOXES = [
    (box(41, -74, 40, -73), [0]),
    (box(10, 0, 0, 10), [1, 4, 7]),
    (box(10, 10, 5, 10), [4, 7]),
    (box(9.999, 10, 5.001, 10), []),
    (box(1, 179, -1, -179), [2, 3]),
    (box(1, 180, -1, -180), [2, 3]),
    (box(90, -180, -90, 180), PLACES),
    (box(90, 77, -90, 77), [6]),
    (box(90, 170, -90, -73), [0, 2, 3]),
]
POLYGONS = [
    (polygon((10, 0), (10, 10), (0, 10), (0, 0)), [1, 4, 7]),
    (polygon((10, 0), (10, 10), (0, 10), (0, 0), (10, 0)), [1, 4, 7]),
    (polygon((0, 0), (10, 10), (0, 10)), [1, 4, 7]),
    (polygon((0, 0), (10, 10), (10, 0)), [1, 4]),
    (polygon((11, 9), (11, 11), (9, 11), (9, 9)), [4]),
    (polygon((90, -180), (90, 180), (-90, 180), (-90, -180)), PLACES),
    (polygon((1, 170), (1, -170), (-1, -170), (-1, 170)), [1]),
    (polygon((0, 0), (5, 10), (10, 10)), [1, 4, 7]),
    # A bow tie: its halves meet where its sides cross.
    (polygon((12, 0), (12, 20), (8, 0), (8, 20)), [4]),
    ({**polygon((20, 0), (20, 20), (0, 20), (0, 0)), "interiors": None}, [1, 4, 7]),
    (
        {
            **polygon((20, 0), (20, 20), (0, 20), (0, 0)),
            "interiors": [ring((12, 8), (12, 12), (8, 12), (8, 8)), ring((6, 9), (5, 10), (5, 9))],
        },
        [1, 7],
    ),
]
CASES = [
    pytest.param(operator, value, ids, id=f"{operator} {number}")
    for operator, cases in (
        ("geo_radius", CIRCLES),
        ("geo_bounding_box", BOXES),
        ("geo_polygon", POLYGONS),
    )
    for number, (value, ids) in enumerate(cases)
]


@pytest.mark.parametrize(("operator", "value", "ids"), CASES)
def test_a_place_lies_in_an_area(operator: str, value: object, ids: list[int]) -> None:
    assert found(operator, value) == ids


@pytest.mark.parametrize(("operator", "value", "ids"), CASES)
def test_what_is_no_place_lies_in_none_and_so_in_the_complement(
    operator: str, value: object, ids: list[int]
) -> None:
    node = parse({"NOT": [leaf("spot", operator, value)]}, SCHEMA)
    assert run(node, SCHEMA, source=spots()) == [
        each for each in [*PLACES, *REST] if each not in ids
    ]


@pytest.mark.parametrize(("operator", "value", "ids"), CASES)
def test_some_place_of_a_list_lies_in_it(operator: str, value: object, ids: list[int]) -> None:
    assert found(operator, value, "spots") == ids


@pytest.mark.parametrize("field", ["single", "exact", "whole"])
@pytest.mark.parametrize(("operator", "value", "ids"), CASES)
def test_numbers_of_every_kind_are_places(
    field: str, operator: str, value: object, ids: list[int]
) -> None:
    # The first spot is not the same in them all.
    assert [each for each in found(operator, value, field) if each] == [
        each for each in ids if each
    ]


def test_a_box_compares_as_the_property_does() -> None:
    edges = box(40.6, -73.8, 40.6, -73.8)
    assert [found("geo_bounding_box", edges, each) for each in ("spot", "single", "exact")] == [
        [0],
        [0],
        [0],
    ]
    assert found("geo_bounding_box", edges, "whole") == []


def test_a_box_is_the_polygon_of_its_corners() -> None:
    corners = polygon((41, -74), (41, 10), (5, 10), (5, -74))
    assert (
        found("geo_polygon", corners) == found("geo_bounding_box", box(41, -74, 5, 10)) == [0, 4, 7]
    )


def test_a_kilometre_more_or_less_is_told_apart() -> None:
    # New York to London, as tables of airports have it: 5,555 km.
    far = metres(at(40.6398, -73.7789), at(51.4706, -0.4619))
    assert round(far / 1000) == 5540


def test_as_many_points_as_may_be_still_run() -> None:
    points = [(10 + (number % 2), number * 0.01) for number in range(999)]
    assert found("geo_polygon", polygon((0, 0), *points)) == [1]


def test_two_hundred_tests_are_those_of_the_filter_and_not_of_its_areas() -> None:
    leaves = [leaf("spot", "geo_radius", circle(0, 0, 1))] * 200
    parse({"AND": leaves}, SCHEMA)
    with pytest.raises(TooLarge, match="more than 200 tests"):
        parse({"AND": [*leaves, leaf("id", "eq", 1)]}, SCHEMA)


HERE = Place(Decimal("40.6"), -73)


@pytest.mark.parametrize(
    ("operator", "value", "area"),
    [
        (
            Operator.GEO_RADIUS,
            {"center": at(40.6, -73), "radius": 0.5},
            Circle(HERE, Decimal("0.5")),
        ),
        (Operator.GEO_BOUNDING_BOX, box(40.6, -73, -1, 2), Box(HERE, Place(-1, 2))),
        (
            Operator.GEO_POLYGON,
            {**polygon((40.6, -73), (0, 1), (2, 3), (40.6, -73)), "interiors": []},
            Polygon(((HERE, Place(0, 1), Place(2, 3)),)),
        ),
    ],
)
def test_an_area_survives_the_database(operator: Operator, value: object, area: Any) -> None:
    node = parse(leaf("spot", operator.value, value), SCHEMA)
    assert node == Question("spot", operator, area)
    assert from_json(json.loads(json.dumps(to_json(node)))) == node


TRIANGLE = polygon((0, 0), (0, 1), (1, 1))
BAD: list[tuple[str, Any, str, str]] = [
    ("geo_radius", 5, "", 'Write an object such as {"center": {"lat": 40.64, "lon": -73.78}'),
    ("geo_radius", None, "", "not null."),
    ("geo_radius", {}, ".center", "'center' is missing. Write {"),
    ("geo_radius", {"center": at(0, 0)}, ".radius", "'radius' is missing. Write {"),
    ("geo_radius", {**circle(0, 0, 1), "unit": "km"}, ".unit", "There is no 'unit' here."),
    ("geo_radius", {"center": [0, 0], "radius": 1}, ".center", "not a list."),
    ("geo_radius", {"center": {"lat": 0}, "radius": 1}, ".center.lon", "'lon' is missing."),
    (
        "geo_radius",
        {"center": {"lat": 0, "lng": 0}, "radius": 1},
        ".center.lng",
        "There is no 'lng' here. Did you mean 'lon'? Write {",
    ),
    (
        "geo_radius",
        circle(90.5, 0, 1),
        ".center.lat",
        "A latitude is a number from -90 to 90, such as 40.64, not 90.5.",
    ),
    (
        "geo_radius",
        circle(0, -181, 1),
        ".center.lon",
        "A longitude is a number from -180 to 180, such as 40.64, not -181.",
    ),
    ("geo_radius", {"center": {"lat": "0", "lon": 0}, "radius": 1}, ".center.lat", "not '0'."),
    ("geo_radius", {"center": {"lat": True, "lon": 0}, "radius": 1}, ".center.lat", "not true."),
    ("geo_radius", {"center": {"lat": None, "lon": 0}, "radius": 1}, ".center.lat", "not null."),
    (
        "geo_radius",
        circle(0, 0, -1),
        ".radius",
        "The radius is a number of metres from 0 on, such as 5000, not -1.",
    ),
    ("geo_radius", {"center": at(0, 0), "radius": "5 km"}, ".radius", "not '5 km'."),
    ("geo_bounding_box", [0, 0, 1, 1], "", 'such as {"top_left": {"lat": 41, "lon": -74}'),
    ("geo_bounding_box", {"top_left": at(0, 0)}, ".bottom_right", "'bottom_right' is missing."),
    ("geo_bounding_box", box(0, 0, 91, 0), ".bottom_right.lat", "not 91."),
    (
        "geo_bounding_box",
        box(0, 0, 1, 1),
        "",
        "lies south of its bottom_right; exchange their lat.",
    ),
    ("geo_polygon", [at(0, 0)], "", 'such as {"exterior": {"points": [{"lat": 40.64'),
    ("geo_polygon", {"points": []}, ".points", "There is no 'points' here."),
    ("geo_polygon", {"exterior": [at(0, 0)]}, ".exterior", "not a list."),
    ("geo_polygon", {"exterior": {"points": 5}}, ".exterior.points", "not 5."),
    ("geo_polygon", {"exterior": {"points": [5]}}, ".exterior.points.0", "not 5."),
    (
        "geo_polygon",
        polygon((0, 0), (0, 1), (0, 200)),
        ".exterior.points.2.lon",
        "A longitude is a number from -180 to 180",
    ),
    (
        "geo_polygon",
        polygon((0, 0), (0, 1), (0, 0)),
        ".exterior.points",
        "A ring has at least three points; add some, or use geo_radius.",
    ),
    ("geo_polygon", {**TRIANGLE, "interiors": ring((0, 0))}, ".interiors", "not an object."),
    ("geo_polygon", {**TRIANGLE, "interiors": [ring((0, 0))]}, ".interiors.0.points", "at least"),
    (
        "geo_polygon",
        {
            **TRIANGLE,
            "interiors": [polygon(*[(0, number / 10) for number in range(998)])["exterior"]],
        },
        "",
        "The polygon has 1,001 points; at most 1,000. Leave some out.",
    ),
]


@pytest.mark.parametrize(("operator", "value", "path", "advice"), BAD)
def test_what_is_no_area_is_refused(operator: str, value: object, path: str, advice: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse({"OR": [leaf("spot", operator, value)]}, SCHEMA)
    assert caught.value.path == f"where.OR.0.value{path}"
    assert advice in caught.value.message


def test_a_struct_without_numbers_for_lat_and_lon_is_no_place() -> None:
    with pytest.raises(Invalid, match="'half' is of the type struct, which 'geo_radius' does not"):
        parse(leaf("half", "geo_radius", circle(0, 0, 1)), SCHEMA)
