"""Whether a place lies in an area, in plain Python, written apart from the SQL."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

EARTH = 6_371_008.8

Point = tuple[Fraction, Fraction]


def in_circle(place: Any, area: Any) -> bool:
    """``place`` is a document's value, ``area`` the JSON of a filter."""
    return _is_place(place) and metres(place, area["center"]) <= area["radius"]


def in_box(place: Any, area: Any) -> bool:
    if not _is_place(place):
        return False
    first, second = area["top_left"], area["bottom_right"]
    west, east = place["lon"] >= first["lon"], place["lon"] <= second["lon"]
    across = (west or east) if first["lon"] > second["lon"] else (west and east)
    return across and bool(second["lat"] <= place["lat"] <= first["lat"])


def in_polygon(place: Any, area: Any) -> bool:
    if not _is_place(place):
        return False
    rings = [area["exterior"], *(area.get("interiors") or [])]
    at = (Fraction(place["lat"]), Fraction(place["lon"]))
    return _in_rings([_points(each) for each in rings], at)


def metres(place: Any, other: Any) -> float:
    """The distance along a great circle, by the haversine formula."""
    a, b, c, d = (math.radians(at[key]) for at in (place, other) for key in ("lat", "lon"))
    across = math.sin((a - c) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((b - d) / 2) ** 2
    return 2 * EARTH * math.asin(min(1, math.sqrt(across)))


def _is_place(place: Any) -> bool:
    lat, lon = place["lat"], place["lon"]
    return lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180


def _points(ring: Any) -> list[Point]:
    return [(Fraction(each["lat"]), Fraction(each["lon"])) for each in ring["points"]]


def _in_rings(rings: list[list[Point]], place: Point) -> bool:
    edges = [(ring[at - 1], ring[at]) for ring in rings for at in range(len(ring))]
    if any(_on(place, *edge) for edge in edges):
        return True
    return sum(_is_east(place, *edge) for edge in edges) % 2 == 1


def _on(place: Point, one: Point, other: Point) -> bool:
    (y, x), (y1, x1), (y2, x2) = place, one, other
    straight = (x2 - x1) * (y - y1) == (y2 - y1) * (x - x1)
    return straight and min(y1, y2) <= y <= max(y1, y2) and min(x1, x2) <= x <= max(x1, x2)


def _is_east(place: Point, one: Point, other: Point) -> bool:
    """Whether a line to the east meets the edge."""
    (y, x), (y1, x1), (y2, x2) = place, one, other
    return (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
