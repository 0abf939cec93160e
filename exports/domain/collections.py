"""Registers collections: the source is read once, its schema kept."""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from exports.domain.audit import Actor, audit_append
from exports.domain.errors import FieldError, InvalidRequest
from exports.domain.sources import is_allowed, remote_sources
from exports.models import Collection, Namespace
from exports.query.errors import Invalid
from exports.query.schema import Kind, Role, Schema
from exports.sources.errors import SourceError, VectorRefused
from exports.sources.fetch import fetched
from exports.sources.register import Registered, register
from exports.sources.remote import is_remote
from exports.sources.snapshot import snapshot
from exports.sources.vectors import measure_vectors, vector_paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from exports.sources.source import Source

# It stands in addresses, where '/' and '.' mean something, and must not look like an id.
NAME = re.compile(r"(?!col_)\w[\w .-]{0,99}")
_WRONG_NAME = (
    "A name begins with a letter or digit, has letters, digits, '_', '-', '.' and blanks only, "
    "and does not begin with 'col_'."
)


def collection_register(
    *,
    namespace: Namespace,
    name: str,
    locations: Sequence[str],
    key: str,
    actor: Actor,
    description: str = "",
    marks: Mapping[str, Mapping[str, Any]] | None = None,
    access: str | Sequence[str] | None = None,
    file_root: str = "",
) -> Collection:
    """Read the source's schema, check its key, and keep both.

    :param locations: files of Parquet, JSONL or CSV, or folders of them, inside the roots of the
        settings.
    :param key: the property that is unique.
    :param marks: what a person says of a property: ``{"embedding": {"role": "vector"}}``,
        ``{"note": {"optional": True}}``, ``{"carrier": {"role": "reference",
        "target": "airlines"}}``.
    :param access: ``"public"``, the paths of the identities that may read, or None for nobody.
    :param file_root: the folder, inside the roots, in which the files lie that documents name.
        Whatever is in it can be exported: a document may name any file there.
    :raises InvalidRequest: names the field that is wrong.
    """
    if not NAME.fullmatch(name):
        raise InvalidRequest(FieldError("name", _WRONG_NAME))
    found = _read(locations, key)
    schema = _marked(namespace, found.schema, marks or {})
    _check_access(schema, access)
    schema = _measured(found.source, schema)
    collection = Collection(
        namespace=namespace,
        name=name,
        description=description,
        source=_with_files(found.source, schema, file_root).to_json(),
        key=key,
        schema_tree=schema.to_json(),
        schema_version=schema.version,
        documents=found.documents,
        access=access if isinstance(access, str) or access is None else list(access),
    )
    try:
        with transaction.atomic():
            collection.save(force_insert=True)
            audit_append(
                namespace,
                "collection.registered",
                actor=actor,
                subject=collection.uid,
                name=name,
                documents=found.documents,
            )
    except IntegrityError:
        taken = f"There is a collection named {name!r} already. Choose another name."
        raise InvalidRequest(FieldError("name", taken)) from None
    return collection


def _read(locations: Sequence[str], key: str) -> Registered:
    try:
        with _scratch() as scratch:
            return register(
                locations,
                key=key,
                roots=settings.SOURCE_ROOTS,
                scratch=scratch,
                remote=remote_sources(),
            )
    except SourceError as error:
        path = "key" if error.code.startswith("key") else "locations"
        raise InvalidRequest(FieldError(path, str(error))) from error


def _measured(source: Source, schema: Schema) -> Schema:
    if not vector_paths(schema):
        return schema
    remote = remote_sources()
    try:
        state = snapshot(source, remote)
        with (
            _scratch() as scratch,
            fetched(source, state, remote, scratch / "source") as near,
        ):
            return measure_vectors(near, schema, scratch=scratch)
    except VectorRefused as error:
        raise InvalidRequest(FieldError(f"marks.{error.path}", str(error))) from error
    except SourceError as error:
        raise InvalidRequest(FieldError("locations", str(error))) from error


def _with_files(source: Source, schema: Schema, wanted: str) -> Source:
    """The source with the folder of the files that its documents name."""
    named = [path for path in schema.paths() if schema.find(path)[-1].role is Role.FILE]
    if not wanted and named:
        message = f"Say in which folder the files lie that {named[0]!r} names."
        raise InvalidRequest(FieldError("file_root", message))
    if not wanted:
        return source
    root = _folder(wanted)
    if root is None or not is_allowed(root):
        message = "There is no such folder inside the folders that the operator allows."
        raise InvalidRequest(FieldError("file_root", message))
    return replace(source, file_root=root)


def _folder(wanted: str) -> str | None:
    """The real path of a folder, if there is one; in S3 there are none, only names that end so."""
    if is_remote(wanted):
        return f"{wanted.rstrip('/')}/"
    found = (settings.SOURCE_ROOTS[0] / wanted).resolve()
    return str(found) if found.is_dir() else None


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = settings.SCRATCH_DIR / f"register-{uuid4().hex}"
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _marked(namespace: Namespace, schema: Schema, marks: Mapping[str, Mapping[str, Any]]) -> Schema:
    for path, mark in marks.items():
        try:
            schema = schema.mark(path, **_changes(namespace, schema, path, mark))
        except Invalid as error:
            raise InvalidRequest(FieldError(f"marks.{path}", error.message)) from error
    return schema


def _changes(
    namespace: Namespace, schema: Schema, path: str, mark: Mapping[str, Any]
) -> dict[str, Any]:
    changes: dict[str, Any] = {"optional": bool(mark.get("optional", False))}
    if "role" in mark:
        role = Role(mark["role"])
        _check_role(schema, path, role)
        changes["role"] = role
        if role is Role.REFERENCE:
            changes["target"] = _target(namespace, mark.get("target", "")).uid
    return changes


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
    found = namespace.collections.filter(name=name).first()
    if found is None:
        raise Invalid("target", f"There is no collection {name!r} to refer to. Register it first.")
    return found


def _check_access(schema: Schema, access: str | Sequence[str] | None) -> None:
    if access is None or access == "public":
        return
    if isinstance(access, str):
        raise InvalidRequest(FieldError("access", "Say 'public', or give a list of paths."))
    for path in access:
        try:
            node = schema.find(path)[-1]
        except Invalid as error:
            raise InvalidRequest(FieldError("access", error.message)) from error
        inner = node.element if node.kind is Kind.LIST else node
        if inner.kind is not Kind.TEXT:
            raise InvalidRequest(
                FieldError(
                    "access", f"{path!r} holds no identities: it is neither text nor a list."
                )
            )
