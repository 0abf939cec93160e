"""A tree written out in each dialect, for the dialects to be compared."""

from __future__ import annotations

import re
from typing import Any as Json

from exports.query.tree import All, Any, Element, Node, Nor, Not, Operator
from exports.query.tree import Test as Question


def logical(node: Node) -> dict[str, Json]:
    """The tree as a LogicalOperator, which has no ``Element``."""
    match node:
        case All(nodes):
            return {"AND": [logical(each) for each in nodes]}
        case Any(nodes):
            return {"OR": [logical(each) for each in nodes]}
        case Nor(nodes):
            return {"NOT": [logical(each) for each in nodes]}
        case Not(inner):
            return {"NOT": [logical(inner)]}
        case Question(path, operator, value, cased):
            leaf = {"field": path, "operator": operator.value, "value": _listed(value)}
            return {**leaf, "case_sensitive": True} if cased else leaf
        case Element():
            raise TypeError("LogicalOperator cannot say it")


def query(node: Node) -> dict[str, Json]:
    """The tree as a Query object, which knows case only in regular expressions."""
    match node:
        case All(nodes):
            return {"$and": [query(each) for each in nodes]}
        case Any(nodes):
            return {"$or": [query(each) for each in nodes]}
        case Nor(nodes):
            return {"$nor": [query(each) for each in nodes]}
        case Not(inner):
            return {"$not": query(inner)}
        case Element(path, inner):
            return _under(path, {"$elemMatch": query(inner)})
        case Question():
            return _under(node.path, _operator(node))


def _under(path: str, operators: dict[str, Json]) -> dict[str, Json]:
    return {path: operators} if path else operators


def _operator(test: Question) -> dict[str, Json]:
    value: Json = _listed(test.value)
    match test.operator:
        case Operator.IS_NULL:
            return {"$exists": not value}
        case Operator.CONTAINS:
            return {"$regex": _escaped(value)}
        case Operator.STARTS_WITH:
            return {"$regex": f"^{_escaped(value)}"}
        case Operator.ENDS_WITH:
            return {"$regex": f"{_escaped(value)}$"}
        case Operator.TEXT:
            return {"$regex": f"/{_escaped(value)}/i"}
        case Operator.REGEX if not test.case_sensitive:
            return {"$regex": f"/{value}/i"}
        case operator:
            return {f"${operator.value}": value}


def _listed(value: Json) -> Json:
    return list(value) if isinstance(value, tuple) else value


def _escaped(text: str) -> str:
    return re.sub(r"([^\w]|_)", r"\\\1", text, flags=re.ASCII) if text.isascii() else text
