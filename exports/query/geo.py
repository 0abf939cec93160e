"""Whether a place lies in an area, as SQL. What is no place on the globe lies in none."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from exports.query.areas import Area, Box, Circle, Number, Place, Polygon
from exports.query.comparisons import Subject, compared
from exports.query.expressions import cast, each_of, field, function, literal, number, variable
from exports.query.schema import Kind, Property
from exports.query.tree import Operator

EARTH = "6371008.8"  # metres: the mean radius

_NUMBERS = (Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL)
_EDGE = "_edge"
_EDGES = "STRUCT(south DOUBLE, north DOUBLE, start DOUBLE, finish DOUBLE)[]"


def is_place(node: Property) -> bool:
    """Whether it is a struct with the numbers ``lat`` and ``lon``."""
    kinds = {each.name: each.kind for each in node.children}
    is_struct = node.kind is Kind.STRUCT
    return is_struct and all(kinds.get(name) in _NUMBERS for name in ("lat", "lon"))


def within(area: Area, value: exp.Expr, node: Property) -> exp.Expr:
    """The place ``value``, a struct as ``is_place`` wants it, lies in the area or on its edge."""
    match area:
        case Box():
            return _in_box(area, value, node)
        case Circle(center, radius):
            lat, lon = _degrees(value)
            found = exp.LTE(this=_metres(center, lat, lon), expression=_double(radius))
            return _guarded(_between(lat, lon, Place(-90, -180), Place(90, 180)), found)
        case Polygon(rings):
            return _in_polygon(rings, *_degrees(value))


def _in_box(box: Box, value: exp.Expr, node: Property) -> exp.Expr:
    """Compared as everywhere in a filter: exactly, by the types of the document."""
    fields = {each.name: each for each in node.children}

    def at_least(name: str, least: Number) -> exp.Expr:
        return compared(Subject(field(value.copy(), name), fields[name]), Operator.GTE, least)

    def at_most(name: str, most: Number) -> exp.Expr:
        return compared(Subject(field(value.copy(), name), fields[name]), Operator.LTE, most)

    def across(west: Number, east: Number) -> exp.Expr:
        return exp.and_(at_least("lon", west), at_most("lon", east), copy=False)

    west, east = box.top_left.lon, box.bottom_right.lon
    lon = exp.or_(across(west, 180), across(-180, east)) if box.goes_round else across(west, east)
    south, north = at_least("lat", box.bottom_right.lat), at_most("lat", box.top_left.lat)
    return exp.and_(south, north, lon, copy=False)


def _metres(center: Place, lat: exp.Expr, lon: exp.Expr) -> exp.Expr:
    """The way along a great circle, by the haversine formula."""
    here, there = function("radians", lat), function("radians", _double(center.lat))
    north = _half_sine(lat, center.lat)
    east = _half_sine(lon, center.lon)
    cosines = function("cos", here) * function("cos", there)
    share = function("sqrt", north * north.copy() + cosines * east * east.copy())
    angle = function("asin", function("least", share, _double(1)))
    return literal(EARTH, "DOUBLE") * 2 * angle


def _half_sine(degrees: exp.Expr, from_: Number) -> exp.Expr:
    return function("sin", function("radians", degrees.copy() - _double(from_)) / 2)


def _in_polygon(rings: tuple[tuple[Place, ...], ...], lat: exp.Expr, lon: exp.Expr) -> exp.Expr:
    """Edges east of the place turn the sign, one on which it lies makes it zero."""
    places = [place for ring in rings for place in ring]
    least = Place(min(each.lat for each in places), min(each.lon for each in places))
    most = Place(max(each.lat for each in places), max(each.lon for each in places))
    edges = literal(f"[{', '.join(_edges(rings))}]", _EDGES)
    near = function("list_filter", edges, each_of(_EDGE, _at_height(lat)))
    signs = function("list_transform", near, each_of(_EDGE, _sign(lat, lon)))
    inside = exp.LT(this=function("list_product", signs), expression=number(1))
    return _guarded(_between(lat, lon, least, most), inside)


def _edges(rings: tuple[tuple[Place, ...], ...]) -> Iterator[str]:
    for ring in rings:
        for pair in zip(ring, (*ring[1:], ring[0]), strict=True):
            south, north = sorted(pair, key=lambda each: each.lat)
            ends = (south.lat, north.lat, south.lon, north.lon)
            names = ("south", "north", "start", "finish")
            texts = (f"{name}: {float(end)!r}" for name, end in zip(names, ends, strict=True))
            yield f"{{{', '.join(texts)}}}"


def _at_height(lat: exp.Expr) -> exp.Expr:
    return exp.Between(this=lat.copy(), low=_end("south"), high=_end("north"))


def _sign(lat: exp.Expr, lon: exp.Expr) -> exp.Expr:
    """-1 for an edge of the near ones that lies east of the place, 0 for one under it, else 1."""
    # Products instead of a quotient: exact at the corners and on upright and level edges.
    here = (lon.copy() - _end("start")) * (_end("north") - _end("south"))
    edge = (lat.copy() - _end("south")) * (_end("finish") - _end("start"))
    ends = (_end("start"), _end("finish"))
    beside = exp.Between(
        this=lon.copy(), low=function("least", *ends), high=function("greatest", *ends)
    )
    under = exp.and_(exp.EQ(this=here, expression=edge), beside)
    below_top = exp.LT(this=lat.copy(), expression=_end("north"))
    east = exp.and_(below_top, exp.LT(this=here, expression=edge))
    case = exp.Case().when(under, number(0)).when(east, exp.Neg(this=number(1)))
    return case.else_(number(1))


def _end(name: str) -> exp.Expr:
    return field(variable(_EDGE), name)


def _degrees(value: exp.Expr) -> tuple[exp.Expr, exp.Expr]:
    lat, lon = (cast(field(value.copy(), name), "DOUBLE") for name in ("lat", "lon"))
    return lat, lon


def _between(lat: exp.Expr, lon: exp.Expr, least: Place, most: Place) -> exp.Expr:
    return exp.and_(
        exp.Between(this=lat.copy(), low=_double(least.lat), high=_double(most.lat)),
        exp.Between(this=lon.copy(), low=_double(least.lon), high=_double(most.lon)),
        copy=False,
    )


def _guarded(possible: exp.Expr, inside: exp.Expr) -> exp.Expr:
    """Where it is impossible, ``inside`` must not be reckoned: DuckDB refuses sin(infinity)."""
    return exp.Case().when(possible, inside).else_(exp.false())


def _double(value: Number) -> exp.Expr:
    return literal(repr(float(value)), "DOUBLE")
