"""Which references lead to more than fits into memory while rows are looked up in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exports.engine.relation import Relation
    from exports.query.follow import Following
    from exports.sources.weight import Weight

SHARE = 4  # of the memory, what all references together may take: one part in so many


def too_large(relation: Relation, weights: Mapping[str, Weight], memory: int) -> frozenset[str]:
    """The references of the rows to more than their share of the memory.

    :param weights: those of the collections, by id.
    """
    following = relation.following
    share = memory // SHARE // max(len(following.behind), 1)
    return frozenset(
        path
        for path, behind in following.behind.items()
        if sum(_bytes(behind, relation, weights)) > share
    )


def _bytes(
    following: Following, relation: Relation, weights: Mapping[str, Weight]
) -> Iterator[int]:
    columns = weights[following.target].columns
    key = relation.catalogue[following.target].schema.key
    yield sum(columns.get(name, 0) for name in {key, *following.fields})
    for behind in following.behind.values():
        yield from _bytes(behind, relation, weights)
