"""The values that documents hold and filters ask for, awkward ones among them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from exports.query.schema import Kind, Property, Role
from tests.query.evaluator import Single
from tests.worlds.files import ORIGINS
from tests.worlds.world import Document

WORDS = ["", "a", "A", "ab", "b", "É", "é", "a.b", "a%", "a\nb", "Zz", "😀", " x", "a,b", 'q"t']
GUARDED = ["=1+1", "-x", "@b", " =1", "＋1", "\\N", "NULL"]  # noqa: RUF001 - full width is meant
INTEGERS = [-3, -1, 0, 1, 2, 3, 7, 32767]
LARGE = [*INTEGERS, 2**53, 2**53 + 1, 2**63 - 1, -(2**63)]
REALS = [0.0, 0.1, -0.1, 1.5, 7.0, 1e300, 2.0**53]
SINGLES = [0.0, 0.5, 0.10000000149011612, -2.25, 16777216.0, 1e10]
ODD = [float("nan"), float("inf"), float("-inf")]
PRICES = ["0.00", "0.10", "1.50", "-7.25", "9999999.99"]
DAYS = ["2013-07-03", "2013-07-04", "1969-12-31", "2024-02-29"]
MOMENTS = ["2013-07-04", "2013-07-04T10:30:00", "2013-01-04T10:30:00.000001", "1999-12-31T23:59:59"]
CLOCKS = ["00:00:00", "10:30:00", "23:59:59.999999"]
BYTES = [b"", b"\x00", b"\xfb\xff", b"=a"]
IDENTITIES = ["ann", "bob", "é"]
BEGINNINGS = ["a", "A", "b/", "É", "9E", "x y", "=", "😀", '"', ","]
NOBODY = {Kind.TEXT: "nobody", Kind.INTEGER: 999}

POOLS: dict[str, Sequence[Any]] = {
    "BOOLEAN": [True, False],
    "INTEGER": INTEGERS,
    "BIGINT": LARGE,
    "DOUBLE": REALS,
    "FLOAT": [Single(each) for each in (*SINGLES, *ODD)],
    "DECIMAL(9,2)": [Decimal(each) for each in PRICES],
    "DATE": [date.fromisoformat(each) for each in DAYS],
    "TIME": [time.fromisoformat(each) for each in CLOCKS],
    "TIMESTAMP WITH TIME ZONE": [
        datetime.fromisoformat(each).replace(tzinfo=UTC) for each in MOMENTS
    ],
    "BLOB": BYTES,
}


@dataclass(frozen=True, slots=True)
class Values:
    """Makes the values of documents."""

    chance: random.Random
    keys: dict[str, tuple[Any, ...]]

    def of(self, node: Property) -> Any:
        return None if self.chance.random() < 0.2 else self.there(node)

    def there(self, node: Property) -> Any:
        if node.role is Role.VECTOR:
            return [Single(self.chance.choice(SINGLES)) for _ in range(node.length)]
        if node.role is Role.REFERENCE:
            return self.reference(node)
        if node.name.startswith("reader"):
            return self.several(self.identity) if node.kind is Kind.LIST else self.identity()
        match node.kind:
            case Kind.STRUCT:
                return self.document(node.children)
            case Kind.LIST:
                return self.several(lambda: self.of(node.element))
            case Kind.MAP:
                names = self.chance.sample(WORDS, self.chance.choice([0, 1, 2]))
                return {name: self.of(node.children[1]) for name in names}
        return self.scalar(node)

    def document(self, properties: Sequence[Property]) -> Document:
        return {each.name: self.of(each) for each in properties}

    def several(self, make: Callable[[], Any]) -> list[Any]:
        return [make() for _ in range(self.chance.choice([0, 1, 1, 2, 3]))]

    def identity(self) -> str:
        return self.chance.choice(IDENTITIES)

    def reference(self, node: Property) -> Any:
        if node.kind is Kind.LIST:
            return self.several(lambda: self.maybe_key(node.target, node.element.kind))
        return self.key(node.target, node.kind)

    def maybe_key(self, target: str, kind: Kind) -> Any:
        return None if self.chance.random() < 0.1 else self.key(target, kind)

    def key(self, target: str, kind: Kind) -> Any:
        keys = self.keys[target]
        return self.chance.choice(keys) if keys and self.chance.random() < 0.8 else NOBODY[kind]

    def scalar(self, node: Property) -> Any:
        return self.chance.choice(self.pool(node))

    def pool(self, node: Property) -> Sequence[Any]:
        if node.role is Role.FILE:
            return ORIGINS
        if node.kind is Kind.TEXT:
            return GUARDED if self.chance.random() < 0.15 else WORDS
        # Nothing sorts by the elements of lists, so that they may be in no order.
        if node.sql == "DOUBLE" and node.name == "element":
            return [*REALS, *ODD]
        return POOLS[node.sql]
