"""Which references a request follows, and what it wants of the documents behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from exports.query.schema import Kind, Property
from exports.query.scope import FOLLOWED


@dataclass(slots=True)
class Following:
    """What is wanted of documents: of those that are exported, or of those behind a reference.

    :ivar target: the id of their collection; empty for those that are exported.
    :ivar many: whether the reference is a list of them.
    :ivar counted: whether references to nothing are counted: those that are written are.
    :ivar fields: the names of the properties wanted, those at the top.
    :ivar behind: the references that are followed from here, by their paths.
    """

    target: str = ""
    many: bool = False
    counted: bool = False
    fields: dict[str, None] = field(default_factory=dict)
    behind: dict[str, Following] = field(default_factory=dict)

    def add(self, steps: Iterable[Property]) -> None:
        """Want what lies at the end of a path, as ``Scope.steps`` gives it."""
        here, skip = self, False
        for step in steps:
            if skip:  # the element of a list of documents
                skip = False
            elif step.followed:
                here = here.reference(step.name.removeprefix(FOLLOWED), step)
                skip = here.many
            else:
                here.fields[step.name] = None
                return

    def write(self, columns: Sequence[Property]) -> None:
        """Want what a choice of columns holds."""
        for each in columns:
            self._write(each, each.name, each.name)

    def reference(self, path: str, node: Property) -> Following:
        many = node.kind is Kind.LIST
        return self.behind.setdefault(path, Following(node.target, many))

    def _write(self, node: Property, path: str, top: str) -> None:
        if node.followed:
            documents = self.reference(path, node)
            documents.counted = True
            documents.write(document_of(node).children)
        elif not holds_followed(node):
            self.fields[top] = None
        else:
            self.fields[top] = None  # it tells whether the struct is null
            for each in node.children:
                self._write(each, f"{path}.{each.name}", top)


def document_of(node: Property) -> Property:
    """The struct that a followed reference comes as, alone or in a list."""
    return node.element if node.kind is Kind.LIST else node


def holds_followed(node: Property) -> bool:
    """Whether a reference in it, or itself, is followed."""
    return node.followed or any(holds_followed(each) for each in node.children)
