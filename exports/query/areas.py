"""The areas that a place may lie in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the globe, in degrees: north and east are positive."""

    lat: Number
    lon: Number


@dataclass(frozen=True, slots=True)
class Circle:
    """All places at most ``radius`` metres from the centre, along the globe."""

    center: Place
    radius: Number


@dataclass(frozen=True, slots=True)
class Box:
    """All places between two parallels and two meridians, eastwards from ``top_left``."""

    top_left: Place
    bottom_right: Place

    @property
    def goes_round(self) -> bool:
        """Whether the meridian of 180 degrees runs through it."""
        return self.top_left.lon > self.bottom_right.lon


@dataclass(frozen=True, slots=True)
class Polygon:
    """All places within an odd number of the rings, and those on their edges."""

    rings: tuple[tuple[Place, ...], ...]


Area = Circle | Box | Polygon


def to_json(area: Area) -> dict[str, object]:
    """The area as JSON that ``from_json`` reads back to an equal one; numbers are text."""
    match area:
        case Circle(center, radius):
            return {"area": "circle", "center": _written(center), "radius": str(radius)}
        case Box(first, second):
            return {"area": "box", "corners": [_written(first), _written(second)]}
        case Polygon(rings):
            points = [[_written(place) for place in ring] for ring in rings]
            return {"area": "polygon", "rings": points}


def from_json(kept: dict[str, Any]) -> Area:
    """The area that ``to_json`` wrote."""
    match kept["area"]:
        case "circle":
            return Circle(_place(kept["center"]), _number(kept["radius"]))
        case "box":
            return Box(*(_place(each) for each in kept["corners"]))
        case _:
            return Polygon(tuple(tuple(_place(each) for each in ring) for ring in kept["rings"]))


def _written(place: Place) -> list[str]:
    return [str(place.lat), str(place.lon)]


def _place(kept: list[str]) -> Place:
    return Place(*(_number(each) for each in kept))


def _number(text: str) -> Number:
    return int(text) if text.lstrip("-").isdecimal() else Decimal(text)
