"""What can be asked of a collection, a row being a document, or an element of a list in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exports.domain.plans import catalogue_of, reachable
from exports.models import Right
from exports.query.errors import Invalid
from exports.query.reach import reading_schema
from exports.query.schema import Kind, Role
from exports.web.examples import examples, sortable
from exports.web.fields import Outline, names_of

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.models import Collection
    from exports.query.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Offer:
    """What the form of a new export shows of a collection.

    :ivar prefix: the list whose elements are the rows; empty when they are the documents.
    :ivar lists: the lists that there are.
    :ivar sortable: the paths by which rows can be ordered.
    :ivar examples: filters, each with what it says.
    :ivar vectors: the paths of the vectors that can come along. :ivar files: those of the files.
    """

    collection: Collection
    prefix: str
    lists: list[str]
    outline: Outline
    sortable: list[str]
    examples: list[tuple[str, str]]
    vectors: list[str]
    files: list[str]

    @classmethod
    def of(cls, caller: Caller, collection: Collection, prefix: str) -> Offer:
        """:param prefix: the path of a list; one that is none stands for the documents."""
        allowed = caller.collections_with(Right.EXPORT)
        catalogue = catalogue_of(reachable(collection, allowed))
        lists = _lists(catalogue, collection.uid)
        prefix = prefix if prefix in lists else ""
        schema = reading_schema(catalogue, collection.uid, prefix)
        outline = Outline.of(schema, names_of(caller.collections))
        roles = {each.path: each.role for each in outline.lines}
        return cls(
            collection=collection,
            prefix=prefix,
            lists=lists,
            outline=outline,
            sortable=sortable(schema),
            examples=examples(schema),
            vectors=[] if prefix else [p for p, role in roles.items() if role == Role.VECTOR],
            files=[path for path, role in roles.items() if role == Role.FILE],
        )


def _lists(catalogue: Catalogue, collection: str) -> list[str]:
    """The lists whose elements can be rows."""
    schema = catalogue[collection].schema
    found = (path for path in schema.paths() if schema.find(path)[-1].kind is Kind.LIST)
    return [path for path in found if _can_be_rows(catalogue, collection, path)]


def _can_be_rows(catalogue: Catalogue, collection: str, path: str) -> bool:
    try:
        reading_schema(catalogue, collection, path)
    except Invalid:
        return False
    return True
