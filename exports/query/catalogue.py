"""The collections that a query may touch, each with its schema and who may read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from exports.query.schema import Schema

PUBLIC: Literal["public"] = "public"


@dataclass(frozen=True, slots=True)
class Entry:
    """One collection.

    :ivar access: which principals may read a document: ``public`` any, paths those whose
        identities stand there, None none.
    """

    name: str
    schema: Schema
    access: Literal["public"] | tuple[str, ...] | None = None


Catalogue = Mapping[str, Entry]  # by the collections' ids, which references name as their target
