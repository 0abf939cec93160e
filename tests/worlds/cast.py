"""Three small collections, for cases that are computed by hand: flights, airlines, airports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any as Value

from exports.engine.request import Request
from exports.query.schema import Property, Role, Schema
from exports.query.tree import Node
from tests.query.evaluator import Single
from tests.worlds.asked import Asked
from tests.worlds.evaluator import evaluate
from tests.worlds.world import Collection, World, integer, listed, struct, text, vector


def refers(node: Property, target: str, **options: Value) -> Property:
    return replace(node, role=Role.REFERENCE, target=target, **options)


AIRLINES = Collection(
    "airlines",
    Schema(
        "code",
        (
            text("code"),
            text("name"),
            text("motto", optional=True),
            refers(text("hub"), "airports"),
            listed("fleet", struct("element", integer("seats"), listed("doors", text("element")))),
        ),
    ),
    (
        {"code": "AA", "name": "American", "motto": "fly", "hub": "DFW", "fleet": None},
        {
            "code": "UA",
            "name": "United",
            "motto": None,
            "hub": "XXX",
            "fleet": [{"seats": 9, "doors": ["l", "r"]}, None, {"seats": None, "doors": []}],
        },
        {"code": "ZZ", "name": None, "motto": "", "hub": None, "fleet": []},
    ),
)
AIRPORTS = Collection(
    "airports",
    Schema("id", (text("id"), integer("runways"), listed("readers", text("element")))),
    (
        {"id": "DFW", "runways": 7, "readers": ["ann"]},
        {"id": "SFO", "runways": 4, "readers": None},
    ),
    access=("readers",),
)
FLIGHTS = Collection(
    "flights",
    Schema(
        "id",
        (
            integer("minutes"),
            integer("id"),
            refers(text("carrier"), "airlines"),
            struct("gate", text("name"), integer("level", optional=True), vector("face", 2)),
            refers(listed("stops", text("element")), "airports"),
            listed("grid", listed("element", integer("element"))),
            vector("voice", 2, optional=True),
        ),
    ),
    (
        {
            "minutes": 5,
            "id": 3,
            "carrier": "UA",
            "gate": {"name": "a", "level": 1, "face": [Single(0.5), Single(1)]},
            "stops": ["SFO", None, "DFW", "YYY"],
            "grid": [[1, None], None, [], [2]],
            "voice": None,
        },
        {
            "minutes": None,
            "id": 1,
            "carrier": "AA",
            "gate": None,
            "stops": [],
            "grid": None,
            "voice": [Single(2), Single(3)],
        },
        {
            "minutes": 5,
            "id": 2,
            "carrier": "QQ",
            "gate": {"name": "=b", "level": None, "face": None},
            "stops": None,
            "grid": [],
            "voice": None,
        },
    ),
    access=("carrier",),
)
WORLD: World = {"airlines": AIRLINES, "airports": AIRPORTS, "flights": FLIGHTS}


def asked(collection: str = "flights", where: Node | None = None, **said: Value) -> Asked:
    return Asked(Request(collection=collection, **said), where)


def rows(collection: str = "flights", where: Node | None = None, **said: Value) -> list[Value]:
    return evaluate(WORLD, asked(collection, where, **said)).rows
