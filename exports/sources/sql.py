"""SQL as DuckDB reads it."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB  # loaded before a worker forks, not by its first query


def text(expression: exp.Expr) -> str:
    """The expression, to be handed to DuckDB."""
    return expression.sql(DuckDB)


def quoted(name: str) -> str:
    """A name, whatever characters it holds."""
    return text(exp.to_identifier(name, quoted=True))


def literal(value: str) -> str:
    """A piece of text, whatever characters it holds."""
    return text(exp.Literal.string(value))
