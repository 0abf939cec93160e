"""Changes a collection: what is said of it, its files read anew, its end."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from exports.domain.audit import audit_append
from exports.domain.clock import database_now
from exports.domain.collections import description_check, name_check, name_taken
from exports.domain.errors import Conflict, NotFound
from exports.domain.marks import access_check, access_listed, marks_apply, marks_of
from exports.domain.preparing import CHANGE, CREATE, REFRESH, preparation_ask
from exports.domain.sources import upload_folder
from exports.domain.taking import file_root_check
from exports.domain.templates import templates_drop
from exports.models import ACTIVE, Collection, Export, Scope
from exports.query.schema import Role
from exports.wakeups import wake

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.domain.marks import Access, Marks
    from exports.query.schema import Schema

_READING = "Its files are being read just now. Wait until that is done, then try again."
UNCHANGED: Any = object()


def collection_change(
    caller: Caller,
    collection: Collection,
    *,
    name: str | None = None,
    description: str | None = None,
    key: str | None = None,
    marks: Marks | None = None,
    access: Access = UNCHANGED,
    file_root: str | None = None,
) -> Collection:
    """Change what is given.

    Another key, and what is said to be a vector, have to be found true: the files are read again,
    and until then, or if they are not, a collection that is ready stays as it was. Exports that
    wait were accepted for the fields as they were; they end with ``schema_changed``.

    :param marks: of those properties that are named; the others keep theirs.
    :raises InvalidRequest: names the field that is wrong.
    :raises Conflict: its files are being read.
    """
    caller.require(Scope.COLLECTIONS_WRITE)
    deep = {
        "key": key,
        "marks": marks,
        "file_root": file_root,
        **({} if access is UNCHANGED else {"access": access_listed(access)}),
    }
    deep = {each: value for each, value in deep.items() if value is not None or each == "access"}
    try:
        with transaction.atomic():
            row = _locked(collection)
            before = _told(row)
            _rename(row, name, description)
            if deep:
                _deepen(row, deep)
            after = _told(row)
            changed = [each for each in after if after[each] != before[each]]
            if changed or row.is_moving:
                row.save()
                _tell(caller, row, "collection.changed", before=_only(before, changed), wanted=deep)
                if row.is_moving:
                    transaction.on_commit(wake, robust=True)
    except IntegrityError:
        raise name_taken(name or collection.name) from None
    return row


def collection_refresh(caller: Caller, collection: Collection) -> Collection:
    """Let its files be read anew: the fields, the count, whether the key still names each document.

    Until then a collection that is ready stays as it is. What was said of its fields stays where
    it still fits.

    :raises Conflict: they are being read.
    """
    caller.require(Scope.COLLECTIONS_WRITE)
    with transaction.atomic():
        row = _locked(collection)
        if row.is_moving:
            raise Conflict(_READING)
        _ask_again(row)
        row.save()
        _tell(caller, row, "collection.refresh_asked")
        transaction.on_commit(wake, robust=True)
    return row


def collection_delete(caller: Caller, collection: Collection) -> None:
    """It is gone for everybody, and its name is free. Exports that were made of it stay.

    Files that were uploaded are removed; what it was registered from is not touched. Templates
    that ask for it go.

    :raises Conflict: an export that reads it waits or runs, or another collection refers to it.
    """
    caller.require(Scope.COLLECTIONS_WRITE)
    with transaction.atomic():
        row = _locked(collection)
        _check_unused(row)
        templates_drop(caller, row)
        row.deleted_at = database_now()
        row.due_at, row.wanted = None, {}
        row.save()
        _tell(caller, row, "collection.deleted", documents=row.documents)
        if row.uploaded:
            folder = upload_folder(row)
            # Should it fail, the reconciler finds a folder that belongs to nobody.
            transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))


def exports_in_the_way(collection: Collection) -> int:
    """How many exports that read it wait or run."""
    reads = {"frozen__collections__has_key": collection.uid}
    found = Export.objects.filter(namespace=collection.namespace_id, state__in=ACTIVE)
    return found.filter(deleted_at=None, **reads).count()


def referring(collection: Collection) -> list[str]:
    """The names of the other collections whose documents refer to it."""
    others = Collection.objects.filter(namespace=collection.namespace_id, deleted_at=None)
    return [
        each.name
        for each in others.exclude(pk=collection.pk).order_by("name")
        if any(target == collection.uid for *_, target in marks_of(each.schema))
    ]


def _locked(collection: Collection) -> Collection:
    rows = Collection.objects.select_for_update(no_key=True)
    row = rows.filter(pk=collection.pk, deleted_at=None).first()
    if row is None:
        raise NotFound("collection")
    return row


def _check_unused(row: Collection) -> None:
    if waiting := exports_in_the_way(row):
        many = (
            "1 export that reads it waits or runs"
            if waiting == 1
            else (f"{waiting:,} exports that read it wait or run")
        )
        raise Conflict(f"{many}. Cancel them, or wait until they have ended.")
    if names := referring(row):
        raise Conflict(
            f"Fields of {', '.join(names)} refer to it. Say there first that they are no "
            "references, or delete what refers to it."
        )


def _rename(row: Collection, name: str | None, description: str | None) -> None:
    if name is not None and name != row.name:
        name_check(name)
        live = row.namespace.collections.filter(deleted_at=None, name=name)
        if live.exists():
            raise name_taken(name)
        row.name = name
    if description is not None:
        description_check(description)
        row.description = description


def _deepen(row: Collection, given: dict[str, Any]) -> None:
    """What depends on the fields: at once where that is possible, by the queue where it is not."""
    if row.is_moving:
        raise Conflict(_READING)
    if not row.was_read:
        wanted = {**row.wanted["as"], **given}
        row.key, row.access = wanted["key"], wanted["access"]
        preparation_ask(row, CREATE, **wanted)
        return
    wanted = {**_standing(row), **given}
    schema = marks_apply(row.namespace, row.schema, wanted["marks"])
    access_check(schema, wanted["access"])
    root = file_root_check(schema, wanted["file_root"])
    if wanted["key"] != row.key or _unmeasured(schema):
        wanted["marks"] = _marks(schema)
        preparation_ask(row, CHANGE, **wanted)
        return
    if schema.version != row.schema_version:
        row.statistics = None
    row.schema_tree, row.schema_version = schema.to_json(), schema.version
    row.access, row.source = wanted["access"], {**row.source, "file_root": root}
    row.marks_lost = []
    if row.state == Collection.State.READY:
        row.error = row.error_field = ""


def _ask_again(row: Collection) -> None:
    if row.was_read:
        preparation_ask(row, REFRESH)
    else:
        preparation_ask(row, CREATE, **row.wanted["as"])


def _standing(row: Collection) -> dict[str, Any]:
    return {
        "key": row.key,
        "marks": {},
        "access": row.access,
        "file_root": row.source.get("file_root", ""),
    }


def _marks(schema: Schema) -> dict[str, dict[str, Any]]:
    """Every mark of a schema, so that it can be put on what is read anew."""
    return {
        path: {"optional": optional, **({"role": role, "target": target} if role else {})}
        for path, optional, role, target in marks_of(schema)
        if optional or role
    }


def _unmeasured(schema: Schema) -> bool:
    found = (schema.find(path)[-1] for path in schema.paths())
    return any(each.role is Role.VECTOR and not each.length for each in found)


def _told(row: Collection) -> dict[str, Any]:
    return {
        "name": row.name,
        "description": row.description,
        "key": row.key,
        "access": row.access,
        "file_root": row.source.get("file_root", ""),
        "schema_version": row.schema_version,
    }


def _only(told: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: told[name] for name in names}


def _tell(caller: Caller, row: Collection, action: str, **detail: Any) -> None:
    audit_append(
        caller.namespace,
        action,
        actor=caller.actor,
        subject=row.uid,
        **{"name": row.name, **{each: value for each, value in detail.items() if value}},
    )
