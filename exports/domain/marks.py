"""What people say of the properties of a schema: optional, vector, file, reference; who may read.

A mark is ``{"optional": True}``, ``{"role": "vector"}``, ``{"role": "reference", "target":
"airlines"}``; ``{"role": None}`` takes a role away. What a mark does not name stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from exports.domain.errors import FieldError, InvalidRequest
from exports.models import Collection, Namespace
from exports.query.errors import Invalid
from exports.query.schema import Kind, Role, Schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Marks = Mapping[str, Mapping[str, Any]]
    Access = str | Sequence[str] | None

PUBLIC = "public"


def marks_apply(namespace: Namespace, schema: Schema, marks: Marks) -> Schema:
    """The schema with the marks on it.

    :raises InvalidRequest: names every property that cannot bear its mark.
    """
    errors = []
    for path, mark in marks.items():
        try:
            schema = schema.mark(path, **_changes(namespace, schema, path, mark))
        except Invalid as error:
            errors.append(FieldError(f"marks.{path}", error.message))
    if errors:
        raise InvalidRequest(*errors)
    return schema


def marks_carry(before: Schema, schema: Schema) -> tuple[Schema, list[str]]:
    """The schema with the marks that another one has, and the paths of those that do not fit it.

    What a reference leads to is not looked at again.
    """
    lost = []
    for path in before.paths():
        node = before.find(path)[-1]
        if not node.role and not node.optional:
            continue
        try:
            if node.role:
                _check_role(schema, path, node.role)
            schema = schema.mark(path, optional=node.optional, role=node.role, target=node.target)
        except Invalid:
            lost.append(path)
    return schema, lost


def marks_of(schema: Schema) -> Iterator[tuple[str, bool, str, str]]:
    """Of each property: its path, whether it is optional, its role, and the id of its target."""
    for path in schema.paths():
        node = schema.find(path)[-1]
        yield path, node.optional, node.role or "", node.target


def access_listed(access: Access) -> str | list[str] | None:
    """A rule as a collection keeps it. :raises InvalidRequest: a list without a path."""
    if access is None or isinstance(access, str):
        return access
    if not access:
        raise InvalidRequest(FieldError("access", "Give a path, 'public', or null for nobody."))
    return list(access)


def access_check(schema: Schema, access: Access) -> None:
    """:raises InvalidRequest: no such path, or it holds no identities."""
    if access is None or access == PUBLIC:
        return
    if isinstance(access, str):
        raise InvalidRequest(FieldError("access", "Say 'public', or give a list of paths."))
    for path in access:
        if message := _no_identities(schema, path):
            raise InvalidRequest(FieldError("access", message))


def access_carry(schema: Schema, access: Any) -> tuple[Any, list[str]]:
    """The rule without the paths that are gone, and those: it never lets more be read."""
    if not isinstance(access, list):
        return access, []
    lost = [path for path in access if _no_identities(schema, path)]
    kept = [path for path in access if path not in lost]
    return kept or None, lost


def _no_identities(schema: Schema, path: str) -> str:
    """Why a path holds no identities; empty when it does."""
    try:
        node = schema.find(path)[-1]
    except Invalid as error:
        return error.message
    inner = node.element if node.kind is Kind.LIST else node
    if inner.kind is Kind.TEXT:
        return ""
    return f"{path!r} holds no identities: it is neither text nor a list."


def _changes(
    namespace: Namespace, schema: Schema, path: str, mark: Mapping[str, Any]
) -> dict[str, Any]:
    schema.find(path)
    changes: dict[str, Any] = {}
    if mark.get("optional") is not None:
        changes["optional"] = bool(mark["optional"])
    if "role" in mark:
        role = _role(path, mark["role"])
        changes |= {"role": role, "target": "", "length": 0}
        if role:
            _check_role(schema, path, role)
        if role is Role.REFERENCE:
            changes["target"] = _target(namespace, mark.get("target") or "").uid
    return changes


def _role(path: str, name: str | None) -> Role | None:
    try:
        return Role(name) if name else None
    except ValueError:
        roles = ", ".join(Role)
        raise Invalid(path, f"There is no role {name!r}. Choose one of {roles}.") from None


def _check_role(schema: Schema, path: str, role: Role) -> None:
    node = schema.find(path)[-1]
    inner = node.element if node.kind is Kind.LIST else node
    if role is Role.VECTOR and (node.kind is not Kind.LIST or inner.kind is not Kind.FLOAT):
        raise Invalid(path, f"{path!r} is no vector: it is not a list of floating-point numbers.")
    if role is Role.FILE and node.kind is not Kind.TEXT:
        raise Invalid(path, f"{path!r} is no file: it does not hold text.")
    if role is Role.REFERENCE and inner.kind.nested:
        raise Invalid(path, f"{path!r} is no reference: it does not hold a key.")


def _target(namespace: Namespace, name: str) -> Collection:
    field = "uid" if name.startswith("col_") else "name"
    found = namespace.collections.filter(deleted_at=None, **{field: name}).first()
    if found is None:
        raise Invalid("target", f"There is no collection {name!r} to refer to. Register it first.")
    return found
