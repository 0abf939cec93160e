"""What is asked of a world: a request, with its filter as a tree whose values are JSON."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from exports.engine.request import CsvOptions, Request
from exports.query.parse import parse
from tests.query import writers

if TYPE_CHECKING:
    from exports.query.schema import Schema
    from exports.query.tree import Node


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose ``where`` still has to be written down.

    :ivar query: written as a Query object; else as a LogicalOperator.
    """

    request: Request
    where: Node | None = None
    query: bool = True

    @property
    def written(self) -> dict[str, Any] | None:
        """The filter as the user would write it."""
        if self.where is None:
            return None
        return writers.query(self.where) if self.query else writers.logical(self.where)

    def parsed(self, schema: Schema) -> Request:
        """What the engine is given.

        :param schema: the one that the request's paths are relative to.
        """
        where = self.written
        return self.request if where is None else replace(self.request, where=parse(where, schema))

    def __str__(self) -> str:
        said = [*_said(self.request, Request(collection=""))]
        return ", ".join([*said, f"where={self.written!r}"] if self.where else said)


def _said(asked: Request | CsvOptions, default: Request | CsvOptions) -> list[str]:
    """The fields that differ from the default."""
    found = {each.name: getattr(asked, each.name) for each in fields(asked)}
    return [
        f"{name}=({', '.join(_said(value, CsvOptions()))})"
        if isinstance(value, CsvOptions)
        else f"{name}={value!r}"
        for name, value in found.items()
        if value != getattr(default, name)
    ]
