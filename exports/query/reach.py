"""How far the paths of a request reach: through references, and into the elements of a list."""

from __future__ import annotations

from dataclasses import dataclass, replace

from exports.query.catalogue import Catalogue
from exports.query.errors import Invalid
from exports.query.schema import Kind, Property, Role, Schema
from exports.query.scope import Scope

DEEP = 3  # references, one behind the other
PARENT, INDEX, VALUE = "_parent", "_index", "value"


@dataclass(frozen=True, slots=True)
class Links:
    """Where the references of a collection lead.

    :ivar chain: the ids of the collections on the way, from the one that is exported to this one.
    """

    catalogue: Catalogue
    chain: tuple[str, ...]

    def follow(self, reference: Property, path: str, at: str) -> Schema:
        """The schema of the documents that a reference names.

        :param path: what messages call the reference. :param at: where it stands in the request.
        :raises Invalid: it leads nowhere, too far, in a circle, or to keys of another type.
        """
        entry = self.catalogue.get(reference.target)
        if entry is None:
            raise Invalid(at, f"{path!r} cannot be followed: its collection may not be read here.")
        chain = (*self.chain, reference.target)
        if reference.target in self.chain:
            names = " → ".join(self.catalogue[each].name for each in chain)
            raise Invalid(at, f"{path!r} leads in a circle: {names}. Follow fewer references.")
        if len(chain) > DEEP + 1:
            raise Invalid(at, f"{path!r} lies more than {DEEP} references deep. Follow fewer.")
        self._check_keys(reference, entry.schema, path, at)
        properties = tuple(map(_foreign, entry.schema.properties))
        return replace(entry.schema, properties=properties, links=Links(self.catalogue, chain))

    def _check_keys(self, reference: Property, target: Schema, path: str, at: str) -> None:
        held = reference.element if reference.kind is Kind.LIST else reference
        [key] = target.find(target.key)
        if (Kind.TEXT if held.kind is Kind.ENUM else held.kind) is not key.kind:
            message = (
                f"{path!r} cannot be followed: it holds values of the type {held.kind.value}, "
                f"and the keys it refers to are of the type {key.kind.value}."
            )
            raise Invalid(at, message)


def _foreign(node: Property) -> Property:
    """The property of another collection: the files that it names do not come along."""
    role = None if node.role is Role.FILE else node.role
    return replace(node, role=role, children=tuple(map(_foreign, node.children)))


def reading_schema(catalogue: Catalogue, collection: str, prefix: str = "") -> Schema:
    """The schema that the paths of a request are relative to.

    :param collection: its id.
    :param prefix: the list whose elements are the rows, as the request names it.
    :raises Invalid: the prefix names no list.
    """
    schema = replace(catalogue[collection].schema, links=Links(catalogue, (collection,)))
    return _elements(schema, prefix_parts(prefix)[1]) if prefix else schema


def prefix_parts(prefix: str) -> tuple[str | None, str]:
    """The key of the one document that is meant, and the path of the list."""
    key, slash, path = prefix.rpartition("/")
    return (key if slash else None), path


def lists_on(steps: tuple[Property, ...]) -> int:
    """How many lists have to be opened to come to the elements at the end of a path."""
    inner, below = steps[-1], 0
    while inner.kind is Kind.LIST:
        inner, below = inner.element, below + 1
    return below + sum(each.kind is Kind.LIST for each in steps[:-1])


def _elements(schema: Schema, path: str) -> Schema:
    if not path:
        raise Invalid("prefix", "Name the list after the last '/'.")
    steps = Scope(schema).steps(path, "prefix")
    _check_prefix(steps, path)
    inner = steps[-1]
    while inner.kind is Kind.LIST:
        inner = inner.element
    whole = inner.kind is Kind.STRUCT
    elements = inner.children if whole else (_value(inner, steps[-1]),)
    _check_names(elements, path)
    integer = Property("element", Kind.INTEGER, "BIGINT")
    index = replace(integer, name=INDEX)
    if lists_on(steps) > 1:
        index = Property(INDEX, Kind.LIST, "BIGINT[]", (integer,))
    [key] = schema.find(schema.key)
    properties = (replace(key, name=PARENT, optional=False), index, *elements)
    return Schema(PARENT, properties, INDEX, schema.links)


def _value(inner: Property, outer: Property) -> Property:
    """The one property of an element that is no struct; the list may say what it means."""
    role = inner.role or outer.role
    return replace(
        inner, name=VALUE, optional=False, role=role, target=inner.target or outer.target
    )


def _check_prefix(steps: tuple[Property, ...], path: str) -> None:
    if any(each.followed for each in steps):
        message = f"{path!r} lies behind a reference. Name a list of the documents themselves."
        raise Invalid("prefix", message)
    if steps[-1].role is Role.VECTOR:
        raise Invalid("prefix", f"{path!r} is a vector; ask for include_vectors.")
    if steps[-1].kind is not Kind.LIST:
        message = f"{path!r} is of the type {steps[-1].kind.value}; name a list."
        raise Invalid("prefix", message)


def _check_names(elements: tuple[Property, ...], path: str) -> None:
    taken = next((each.name for each in elements if each.name.lower() in (PARENT, INDEX)), None)
    if taken:
        message = f"The elements of {path!r} have a field {taken!r}, a name that is needed here."
        raise Invalid("prefix", message)
