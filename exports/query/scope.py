"""What a path means where it stands: in a document, in one behind a reference, in an element."""

from __future__ import annotations

from dataclasses import dataclass, replace

from exports.query.errors import Invalid, UnknownProperty, instead
from exports.query.schema import Kind, Property, Role, Schema

FOLLOWED = "."  # before the path of a reference: the document that it names. No name holds a dot.


@dataclass(frozen=True, slots=True)
class Scope:
    """The properties that paths may name, and the element that the empty path stands for.

    :ivar before: what messages put before a path: that of the reference which led here.
    """

    schema: Schema
    element: Property | None = None
    before: str = ""

    def steps(self, path: str, at: str = "") -> tuple[Property, ...]:
        """The properties a path goes through, as ``Schema.find`` gives them.

        Behind a reference it begins anew: the first step is then the document, or the list of
        documents, that the reference names, under a name that begins with a dot.

        :param at: where the path stands in the request.
        :raises UnknownProperty: there is no such property.
        :raises Invalid: the path goes into a map, or on behind a reference that cannot be followed.
        """
        if not path and self.element:
            return (self.element,)
        try:
            return self.schema.find(path)
        except UnknownProperty:
            return self._behind(path, at)

    def inside(self, path: str) -> Scope:
        """The scope of the elements of the list at ``path``."""
        element = self.steps(path)[-1].element
        return Scope(Schema("", element.children if element.kind is Kind.STRUCT else ()), element)

    def behind(self, path: str, at: str = "") -> Scope:
        """The scope of the documents that the reference at a path names.

        :raises Invalid: it cannot be followed.
        """
        try:
            steps = self.schema.find(path)
        except UnknownProperty:
            steps, head, rest = self._detour(path, at)
            return self._target(steps, head, at).behind(rest, at)
        return self._target(steps, path, at)

    def _behind(self, path: str, at: str) -> tuple[Property, ...]:
        steps, head, rest = self._detour(path, at)
        target = self._target(steps, head, at)
        document = followed(steps[-1], head, target.schema.properties)
        inner = (document.element,) if document.kind is Kind.LIST else ()
        return (document, *inner, *target.steps(rest, at))

    def _detour(self, path: str, at: str) -> tuple[tuple[Property, ...], str, str]:
        """The first reference on a path: the steps to it, its own path, and the rest."""
        for head, rest in _cuts(path):
            try:
                steps = self.schema.find(head)
            except UnknownProperty:
                break
            if steps[-1].role is Role.REFERENCE:
                return steps, head, rest
            if steps[-1].kind is Kind.MAP:
                name = f"{self.before}{head}"
                raise Invalid(at, f"{name!r} is a map; its entries cannot be named in a path.")
        known = (f"{self.before}{each}" for each in self.schema.paths())
        name = f"{self.before}{path}"
        raise UnknownProperty(at, f"There is no property {name!r}.{instead(name, known)}")

    def _target(self, steps: tuple[Property, ...], path: str, at: str) -> Scope:
        name = f"{self.before}{path}"
        if self.element or any(each.kind is Kind.LIST for each in steps[:-1]):
            message = f"{name!r} lies in a list, where no reference is followed. Ask for its "
            raise Invalid(at, f"{message}elements with 'prefix' instead.")
        links = self.schema.links
        if links is None:
            raise Invalid(at, f"{name!r} is a reference, which cannot be followed here.")
        return Scope(links.follow(steps[-1], name, at), before=f"{name}.")


def followed(reference: Property, path: str, properties: tuple[Property, ...]) -> Property:
    """The document, or the list of documents, that the reference at a path names."""
    name = f"{FOLLOWED}{path}"
    if reference.kind is Kind.LIST:
        element = Property("element", Kind.STRUCT, "", properties)
        return replace(reference, name=name, children=(element,))
    return replace(reference, name=name, kind=Kind.STRUCT, children=properties)


def _cuts(path: str) -> list[tuple[str, str]]:
    """Every way to cut a path in two, the shortest beginning first."""
    names = path.split(".")
    return [(".".join(names[:at]), ".".join(names[at:])) for at in range(1, len(names))]
