"""Lists of values that are too long for an expression: each becomes a table of one column."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from exports.query.expressions import cast

COLUMN = "v"


@dataclass(frozen=True, slots=True)
class LongList:
    """The values of one long list, as text that casts exactly to ``type``."""

    name: str
    type: str
    values: tuple[str, ...]

    @property
    def create(self) -> exp.Expr:
        """The statement that makes the table; run it with one parameter, ``[list(values)]``."""
        texts = exp.Unnest(
            expressions=[cast(exp.Placeholder(), "VARCHAR[]")],
            alias=exp.TableAlias(this=exp.to_identifier("t"), columns=[exp.to_identifier(COLUMN)]),
        )
        values = cast(exp.column(COLUMN, table="t"), self.type).as_(COLUMN)
        return exp.Create(
            this=exp.to_table(self.name),
            kind="TABLE",
            expression=exp.select(values).from_(texts),
        )


@dataclass(slots=True)
class LongLists:
    """The long lists of one filter, named as they are met."""

    found: list[LongList] = field(default_factory=list)

    def add(self, kind: str, values: tuple[str, ...]) -> str:
        """The name of the table that will hold the values."""
        name = f"_list{len(self.found)}"
        self.found.append(LongList(name, kind, values))
        return name
