"""What a path means where it stands: in a document, or in an element of a list."""

from __future__ import annotations

from dataclasses import dataclass

from exports.query.errors import Invalid, UnknownProperty
from exports.query.schema import Kind, Property, Role, Schema


@dataclass(frozen=True, slots=True)
class Scope:
    """The properties that paths may name, and the element that the empty path stands for."""

    schema: Schema
    element: Property | None = None

    def steps(self, path: str, at: str = "") -> tuple[Property, ...]:
        """The properties a path goes through, as ``Schema.find`` gives them.

        :param at: where the path stands in the request.
        :raises UnknownProperty: there is no such property.
        :raises Invalid: the path goes on behind a reference or into a map.
        """
        if not path and self.element:
            return (self.element,)
        try:
            return self.schema.find(path)
        except UnknownProperty as error:
            self._refuse_detour(path, at)
            raise UnknownProperty(at, error.message) from None

    def inside(self, path: str) -> Scope:
        """The scope of the elements of the list at ``path``."""
        element = self.steps(path)[-1].element
        return Scope(Schema("", element.children if element.kind is Kind.STRUCT else ()), element)

    def _refuse_detour(self, path: str, at: str) -> None:
        while "." in path:
            path = path.rpartition(".")[0]
            try:
                last = self.schema.find(path)[-1]
            except UnknownProperty:
                continue
            if last.role is Role.REFERENCE:
                message = f"{path!r} is a reference; following references is not built yet."
                raise Invalid(at, message)
            if last.kind is Kind.MAP:
                raise Invalid(at, f"{path!r} is a map; its entries cannot be named in a path.")
            return
