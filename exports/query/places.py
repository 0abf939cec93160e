"""The areas of tests: read from what a request says, and made canonical."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from exports.query.areas import Area, Box, Circle, Number, Place, Polygon
from exports.query.errors import Invalid, TooLarge, nearest
from exports.query.tree import Operator
from exports.query.values import shown

POINTS = 1_000

_PLACE = '{"lat": 40.64, "lon": -73.78}'
_SHAPES = {
    Operator.GEO_RADIUS: f'{{"center": {_PLACE}, "radius": 5000}}',
    Operator.GEO_BOUNDING_BOX: (
        '{"top_left": {"lat": 41, "lon": -74}, "bottom_right": {"lat": 40, "lon": -73}}'
    ),
    Operator.GEO_POLYGON: f'{{"exterior": {{"points": [{_PLACE}, …]}}}}',
}
_RING = f'{{"points": [{_PLACE}, …]}}'


def read(operator: Operator, value: object, at: str) -> Area:
    """The area that the value of a test on places describes.

    :param at: where the value stands in the request.
    :raises Invalid: it is no such area, or does not lie on the globe.
    :raises TooLarge: a polygon of more than 1,000 points.
    """
    example = _SHAPES[operator]
    match operator:
        case Operator.GEO_RADIUS:
            parts = _object(value, ("center", "radius"), example, at)
            center = _place(parts["center"], f"{at}.center")
            return Circle(center, _radius(parts["radius"], f"{at}.radius"))
        case Operator.GEO_BOUNDING_BOX:
            parts = _object(value, ("top_left", "bottom_right"), example, at)
            corners = (_place(parts[name], f"{at}.{name}") for name in ("top_left", "bottom_right"))
            return _upright(Box(*corners), at)
        case _:
            parts = _object(value, ("exterior",), example, at, more=("interiors",))
            return _bounded(Polygon(tuple(_rings(parts, at))), at)


def _object(
    value: object, names: tuple[str, ...], example: str, at: str, *, more: tuple[str, ...] = ()
) -> dict[str, object]:
    if not isinstance(value, dict):
        raise Invalid(at, f"Write an object such as {example}, not {shown(value)}.")
    known = (*names, *more)
    for name in value:
        if name not in known:
            message = f"There is no {name!r} here.{nearest(name, known)} Write {example}."
            raise Invalid(f"{at}.{name}", message)
    for name in names:
        if name not in value:
            raise Invalid(f"{at}.{name}", f"{name!r} is missing. Write {example}.")
    return value


def _place(value: object, at: str) -> Place:
    parts = _object(value, ("lat", "lon"), _PLACE, at)
    return Place(
        _degrees(parts["lat"], 90, "A latitude", f"{at}.lat"),
        _degrees(parts["lon"], 180, "A longitude", f"{at}.lon"),
    )


def _degrees(value: object, most: int, name: str, at: str) -> Number:
    number = _number(value)
    if number is None or not -most <= number <= most:
        message = f"{name} is a number from -{most} to {most}, such as 40.64, not {shown(value)}."
        raise Invalid(at, message)
    return number


def _radius(value: object, at: str) -> Number:
    number = _number(value)
    if number is None or number < 0:
        message = f"The radius is a number of metres from 0 on, such as 5000, not {shown(value)}."
        raise Invalid(at, message)
    return number


def _number(value: object) -> Number | None:
    match value:
        case bool():
            return None
        case int() | Decimal():
            return value
        case float():
            return Decimal(repr(value))
    return None


def _upright(box: Box, at: str) -> Box:
    if box.top_left.lat < box.bottom_right.lat:
        message = "The top_left of the box lies south of its bottom_right; exchange their lat."
        raise Invalid(at, message)
    return box


def _rings(parts: dict[str, object], at: str) -> Iterator[tuple[Place, ...]]:
    yield _ring(parts["exterior"], f"{at}.exterior")
    holes = parts.get("interiors")
    if holes is None:
        return
    if not isinstance(holes, list):
        raise Invalid(f"{at}.interiors", f"Write a list of {_RING}, not {shown(holes)}.")
    for index, hole in enumerate(holes):
        yield _ring(hole, f"{at}.interiors.{index}")


def _ring(value: object, at: str) -> tuple[Place, ...]:
    points = _object(value, ("points",), _RING, at)["points"]
    at = f"{at}.points"
    if not isinstance(points, list):
        raise Invalid(at, f"Write a list of places such as [{_PLACE}, …], not {shown(points)}.")
    places = [_place(each, f"{at}.{index}") for index, each in enumerate(points)]
    if len(places) > 1 and places[0] == places[-1]:
        places.pop()
    if len(places) < 3:
        raise Invalid(at, "A ring has at least three points; add some, or use geo_radius.")
    return tuple(places)


def _bounded(polygon: Polygon, at: str) -> Polygon:
    points = sum(len(ring) for ring in polygon.rings)
    if points > POINTS:
        message = f"The polygon has {points:,} points; at most {POINTS:,}. Leave some out."
        raise TooLarge(at, message)
    return polygon
