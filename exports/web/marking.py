"""The schema editor: what is said of each field, in one form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms

from exports.query.schema import Kind, Role
from exports.web.collecting import AccessForm
from exports.web.fields import Outline, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import QueryDict

    from exports.domain.access import Caller
    from exports.domain.errors import DomainError
    from exports.models import Collection
    from exports.query.schema import Property
    from exports.web.fields import Field

_WORDS = {
    "": "nothing else",
    Role.VECTOR: "a vector",
    Role.FILE: "the path of a file",
    Role.REFERENCE: "the key of a document of …",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One field, as the form shows it: what was typed, or else what it is.

    :ivar roles: what it can be, with the words for it; empty when nothing.
    """

    field: Field
    optional: bool
    role: str
    target: str
    roles: tuple[tuple[str, str], ...]
    error: str

    @property
    def may_refer(self) -> bool:
        return any(value == Role.REFERENCE for value, _ in self.roles)


class MarksForm(AccessForm):
    """The access rule and the folder of files; the rows of fields stand beside."""

    file_root = forms.CharField(
        label="Folder of the files",
        required=False,
        max_length=1_000,
        help_text="Where the files lie that documents name. All that lies in it can be exported.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "mono"}),
    )

    def __init__(self, caller: Caller, collection: Collection, data: QueryDict | None) -> None:
        root = collection.source.get("file_root", "")
        super().__init__(data, initial={**self.typed(collection.access), "file_root": root})
        self._collection = collection
        self._typed = data
        self._names = names_of(caller.collections)
        self._wrong: dict[str, str] = {}

    def refuse(self, refusal: DomainError) -> None:
        about = [each for each in refusal.errors if each.path.startswith("marks.")]
        self._wrong = {each.path.removeprefix("marks."): each.message for each in about}
        if not about:
            super().refuse(refusal)

    @property
    def wrong(self) -> Mapping[str, str]:
        """What is wrong with fields, by their paths."""
        return self._wrong

    @property
    def targets(self) -> Iterable[str]:
        return sorted(self._names.values())

    @property
    def given(self) -> dict[str, Any]:
        """What the domain takes: the marks that differ from what is."""
        marks = {}
        for row in self.rows:
            mark = _mark(row)
            if mark != _mark(_standing(row)):
                marks[row.field.path] = mark
        fields = {"access": self.rule, "file_root": self.cleaned_data["file_root"]}
        return {**fields, **({"marks": marks} if marks else {})}

    @property
    def rows(self) -> list[Row]:
        schema = self._collection.schema
        outline = Outline.of(schema, self._names)
        optional = set(self._typed.getlist("optional")) if self._typed is not None else set()
        return [self._row(each, schema.find(each.path)[-1], optional) for each in outline.lines]

    def _row(self, field: Field, node: Property, optional: set[str]) -> Row:
        error = self._wrong.get(field.path, "")
        if not self.is_bound:
            return Row(field, field.optional, field.role, field.target, _roles(node), error)
        role = self.data.get(f"role:{field.path}", field.role)
        target = self.data.get(f"target:{field.path}", field.target).strip()
        return Row(field, field.path in optional, role, target, _roles(node), error)


def _standing(row: Row) -> Row:
    field = row.field
    return Row(field, field.optional, field.role, field.target, row.roles, "")


def _mark(row: Row) -> dict[str, Any]:
    target = {"target": row.target} if row.role == Role.REFERENCE else {}
    return {"optional": row.optional, "role": row.role or None, **target}


def _roles(node: Property) -> tuple[tuple[str, str], ...]:
    inner = node.element if node.kind is Kind.LIST else node
    found = [""]
    if node.kind is Kind.LIST and inner.kind is Kind.FLOAT:
        found.append(Role.VECTOR)
    if node.kind is Kind.TEXT:
        found.append(Role.FILE)
    if not inner.kind.nested:
        found.append(Role.REFERENCE)
    return tuple((each, _WORDS[each]) for each in found) if len(found) > 1 else ()
