"""Examples of filters on the fields that there really are, and the fields that can be sorted by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from exports.query.schema import Kind

if TYPE_CHECKING:
    from exports.query.schema import Schema

_VALUES: dict[Kind, Any] = {
    Kind.INTEGER: 60,
    Kind.FLOAT: 0.5,
    Kind.DECIMAL: 100,
    Kind.DATE: "2013-07-04",
    Kind.TIMESTAMP: "2013-07-04T10:30:00Z",
}


def sortable(schema: Schema) -> list[str]:
    """The paths by which rows can be ordered: single values, not within lists."""
    return [
        path
        for path in schema.paths()
        if not schema.find(path)[-1].kind.nested
        and all(step.kind is not Kind.LIST for step in schema.find(path))
    ]


def examples(schema: Schema) -> list[tuple[str, str]]:
    """Filters on properties that are there: what each says, and its JSON."""
    known = [path for path in sortable(schema) if path not in schema.keys]
    first: dict[Kind, str] = {}
    for path in known:
        first.setdefault(schema.find(path)[-1].kind, path)
    made: list[tuple[str, Any]] = []
    if path := _first(first, Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL):
        test = {"field": path, "operator": "gt", "value": _value(schema, path)}
        made.append(("A number above a bound", test))
    if path := _first(first, Kind.TEXT):
        tests = [{"field": path, "value": word} for word in ("AA", "UA")]
        made.append(("One word or another", {"OR": tests}))
    if path := _first(first, Kind.DATE, Kind.TIMESTAMP):
        bounds = {"$gte": _value(schema, path), "$exists": True}
        made.append(("From a day on", {path: bounds}))
    return [(says, json.dumps(filter_, indent=2)) for says, filter_ in made]


def _first(paths: dict[Kind, str], *kinds: Kind) -> str:
    return next((paths[kind] for kind in kinds if kind in paths), "")


def _value(schema: Schema, path: str) -> Any:
    return _VALUES[schema.find(path)[-1].kind]
