"""Filters that leave the rows in their order.

DuckDB keeps small chunks of rows back, and lets larger ones pass them, where it believes that
nobody minds: in every pipeline whose first say on the order is that of a join. A LIMIT before it,
of more rows than there can be, says that somebody does.
"""

from __future__ import annotations

from sqlglot import exp

from exports.engine import seams
from exports.query.expressions import ALIAS

ENDLESS = 1 << 62  # rows


def filtered(rows: exp.Select, where: exp.Expr) -> exp.Select:
    """The rows for which the condition holds; its lists of values are looked up at the end."""
    parts = list(where.flatten()) if isinstance(where, exp.And) else [where]
    looked_up = [each for each in parts if each.find(exp.Select)]
    plain = [each for each in parts if each not in looked_up]
    if plain:
        rows = _where(rows, plain)
    return _where(kept(rows), looked_up) if looked_up else rows


def kept(rows: exp.Select) -> exp.Select:
    """The same rows, ready to be looked up in something without losing their order."""
    every = exp.select("*").from_(rows.subquery(ALIAS))
    return every.limit(ENDLESS) if seams.IN_ORDER else every


def _where(rows: exp.Select, parts: list[exp.Expr]) -> exp.Select:
    return exp.select("*").from_(rows.subquery(ALIAS)).where(exp.and_(*parts))
