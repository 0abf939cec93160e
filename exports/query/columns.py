"""The choice of columns: which properties an export holds, in which order, how deep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from exports.query.errors import Invalid
from exports.query.schema import Kind, Property, Role, Schema
from exports.query.scope import Scope

_ARRAY = re.compile(r"\[\d*\]$")


@dataclass(slots=True)
class _Wish:
    """What is wanted of a property: all that is not optional, and the fields that are named."""

    whole: bool = False
    named: dict[str, _Wish] = field(default_factory=dict)

    def add(self, path: str) -> None:
        wish = self
        for name in path.split("."):
            wish = wish.named.setdefault(name, _Wish())
        wish.whole = True


WHOLE = _Wish(whole=True)


def choose(
    schema: Schema,
    paths: Sequence[str],
    include: Sequence[str] = (),
    expand: Sequence[str] = (),
) -> tuple[Property, ...]:
    """The properties that an export holds, the key first, then in the order of ``paths``.

    A reference that is followed comes as a struct, or a list of them, with what is wanted of the
    documents behind it; its role is still that of a reference.

    :param paths: dot paths; those below one struct or list of structs come as one property with
        the fields that are named. A path that is named twice counts once. Without paths: every
        property that is not optional, in the order of the schema. Vectors never come.
    :param include: optional properties to add.
    :param expand: references to replace by the documents that they name, and those on their way.
    :raises UnknownProperty: there is no such property; the message names the nearest ones.
    :raises Invalid: a path names a vector, ``include`` what is not optional, ``expand`` no
        reference or one that is not exported. Each error's path is ``paths.<index>`` and so on.
    """
    for index, path in enumerate(paths):
        _check(schema, path, f"paths.{index}")
    for index, path in enumerate(include):
        _check_optional(schema, path, f"include.{index}", paths)
    asked = _places(paths, include)
    chooser = _Chooser(Scope(schema), _expanded(schema, expand), asked)
    chosen = chooser.chosen(schema.properties, _wishes(schema, paths, include).named, "")
    for index, path in enumerate(expand):
        if path not in chooser.followed:
            message = f"{path!r} is not exported; name it in 'paths' or 'include' as well."
            raise Invalid(f"expand.{index}", message)
    return chosen


def _places(paths: Sequence[str], include: Sequence[str]) -> dict[str, str]:
    """Where in the request each path stands."""
    named = {"paths": paths, "include": include}
    return {path: f"{at}.{i}" for at, each in named.items() for i, path in enumerate(each)}


def _wishes(schema: Schema, paths: Sequence[str], include: Sequence[str]) -> _Wish:
    wishes = _Wish()
    for name in schema.keys:
        wishes.add(name)
    if not paths:
        included = {path.partition(".")[0] for path in include}
        for each in schema.properties:
            if _is_plain(each):
                wishes.add(each.name)
            elif each.name in included:
                wishes.named.setdefault(each.name, _Wish())
    for path in (*paths, *include):
        wishes.add(path)
    return wishes


def _check(schema: Schema, path: str, at: str) -> tuple[Property, ...]:
    steps = Scope(schema).steps(path, at)
    if any(step.role is Role.VECTOR for step in steps):
        message = f"{path!r} is a vector, which is never in the data; ask for include_vectors."
        raise Invalid(at, message)
    if steps[-1].kind.nested and not _holds(steps[-1]):
        message = f"{path!r} has only optional fields and vectors; name the fields you want."
        raise Invalid(at, message)
    return steps


def _check_optional(schema: Schema, path: str, at: str, paths: Sequence[str]) -> None:
    steps = _check(schema, path, at)
    if not any(step.optional for step in steps):
        behind = any(step.followed for step in steps)
        way = "name it in 'paths'" if paths or behind else "it comes by itself"
        raise Invalid(at, f"{path!r} is not optional: {way}.")


def _expanded(schema: Schema, expand: Sequence[str]) -> frozenset[str]:
    """The references to expand, with those that lie on the way to one."""
    found: set[str] = set()
    for index, path in enumerate(expand):
        at = f"expand.{index}"
        steps = Scope(schema).steps(path, at)
        if steps[-1].role is not Role.REFERENCE:
            raise Invalid(at, f"{path!r} is no reference, and cannot be expanded. Leave it out.")
        Scope(schema).behind(path, at)
        found.update(_references(path, steps))
    return frozenset(found)


def _references(path: str, steps: tuple[Property, ...]) -> set[str]:
    """The paths of the references that a path goes through, itself one of them."""
    found, so_far = {path}, ""
    for step in steps[:-1]:
        if step.followed:
            so_far += step.name if so_far else step.name.removeprefix(".")
            found.add(so_far)
    return found


def _is_plain(node: Property) -> bool:
    """Whether it comes without being asked for."""
    return not node.optional and _holds(node)


def _holds(node: Property) -> bool:
    """Whether anything of it comes when it is wanted whole."""
    if node.role is Role.VECTOR:
        return False
    if node.kind is Kind.LIST:
        return _holds(node.element)
    return node.kind is not Kind.STRUCT or any(_is_plain(each) for each in node.children)


@dataclass(slots=True)
class _Chooser:
    """Walks the wishes down the schema, and notes which references it follows.

    ``asked`` tells where in the request a path stands.
    """

    scope: Scope
    expand: frozenset[str]
    asked: dict[str, str]
    followed: set[str] = field(default_factory=set)

    def chosen(
        self, properties: tuple[Property, ...], wishes: dict[str, _Wish], path: str
    ) -> tuple[Property, ...]:
        """``path`` is that of what the properties lie in, with its dot."""
        known = {each.name: each for each in properties}
        found = (self._pruned(known[name], wish, f"{path}{name}") for name, wish in wishes.items())
        return tuple(each for each in found if each is not None)

    def _pruned(self, node: Property, wish: _Wish, path: str) -> Property | None:
        """The property with what is wanted of it; ``None`` when nothing of it can come."""
        if node.role is Role.VECTOR:
            return None
        if node.role is Role.REFERENCE and (wish.named or path in self.expand):
            return self._documents(node, wish, path)
        if node.kind is Kind.LIST:
            inner = self._pruned(node.element, wish, path)
            return inner and shaped(node, (inner,))
        if node.kind is not Kind.STRUCT:
            return node
        wishes = _completed(node.children, wish) if wish.whole else wish.named
        children = self.chosen(node.children, wishes, f"{path}.")
        return shaped(node, children) if children else None

    def _documents(self, node: Property, wish: _Wish, path: str) -> Property:
        if wish.whole and path not in self.expand:
            raise self._both(path)
        self.followed.add(path)
        properties = self.scope.behind(path).schema.properties
        wishes = _completed(properties, wish) if wish.whole else wish.named
        children = self.chosen(properties, wishes, f"{path}.")
        document = shaped(replace(node, kind=Kind.STRUCT, children=()), children)
        if node.kind is not Kind.LIST:
            return document
        element = replace(document, name="element", optional=False, role=None, target="")
        return shaped(replace(node, sql="[]"), (element,))

    def _both(self, path: str) -> Invalid:
        at = next(at for asked, at in self.asked.items() if asked.startswith(f"{path}."))
        message = (
            f"Both {path!r} and what lies behind it are wanted. Name only one of the two, or "
            f"put {path!r} into 'expand'."
        )
        return Invalid(at, message)


def _completed(properties: Iterable[Property], wish: _Wish) -> dict[str, _Wish]:
    """The wishes for the fields of what is wanted whole, in the schema's order."""
    wishes = {}
    for each in properties:
        named = wish.named.get(each.name, _Wish())
        if _is_plain(each) or each.name in wish.named:
            wishes[each.name] = replace(named, whole=named.whole or _is_plain(each))
    return wishes


def shaped(node: Property, children: tuple[Property, ...]) -> Property:
    """The struct or list with other children, and the type that it has then."""
    if children == node.children:
        return node
    if node.kind is Kind.LIST:
        found = _ARRAY.search(node.sql)
        return replace(node, children=children, sql=children[0].sql + (found[0] if found else "[]"))
    named = ", ".join(f"{_quoted(each.name)} {each.sql}" for each in children)
    return replace(node, children=children, sql=f"STRUCT({named})")


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")
