"""Records as the answers show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.encoding import escape_uri_path

from exports.api.collection_schemas import (
    CollectionFull,
    CollectionOut,
    PropertyOut,
)
from exports.api.export_schemas import DeliveryOut, ExportOut, FailureOut, FileOut, ScriptRunOut
from exports.api.people_schemas import MemberOut, PrincipalOut
from exports.api.schemas import NamedOut, ProblemField, TemplateOut
from exports.domain.members import standing
from exports.domain.places import queue_places
from exports.domain.plans import FIELDS
from exports.domain.preparing import error_told, locations_told
from exports.domain.reasons import reason_for
from exports.domain.templates import template_request
from exports.engine.files import FOLDER
from exports.engine.request import Format
from exports.models import Scope, State, Step
from exports.query.schema import Kind, fields

if TYPE_CHECKING:
    from collections.abc import Sequence, Set
    from datetime import datetime

    from exports.domain.access import Caller
    from exports.models import (
        Collection,
        Delivery,
        Export,
        ExportFile,
        Membership,
        Principal,
        ScriptRun,
        Template,
    )
    from exports.query.schema import Property

CONTENT_TYPES = {
    "gz": "application/gzip",
    "zst": "application/zstd",
    "zip": "application/zip",
    "json": "application/json",
    "sig": "application/json",
    "jsonl": "application/x-ndjson",
}
_REQUEST = (
    "label",
    "description",
    "format",
    "where",
    "file_name",
    "csv",
    "notify",
    "after_script",
    "notices",
    *FIELDS,
)
_LIFE = (
    "state",
    "waits_until",
    "created_at",
    "started_at",
    "ended_at",
    "expires_at",
    "hold_reason",
)
_PROGRESS = ("rows_done", "rows_total", "bytes_done", "percent")
_DELIVERY = (
    *("channel", "target", "state", "tries", "status", "outcome"),
    *("next_at", "created_at", "ended_at"),
)
_COLLECTION = (
    "name",
    "description",
    "state",
    "key",
    "documents",
    "schema_version",
    "created_at",
    "updated_at",
)


def export_out(export: Export, now: datetime) -> ExportOut:
    """:param now: by the database's clock, for the speed."""
    return exports_out([export], now)[0]


def exports_out(exports: Sequence[Export], now: datetime) -> list[ExportOut]:
    """Several of one namespace, in as many queries as one takes."""
    places = queue_places(exports)
    return [_export(each, places.get(each.pk), now) for each in exports]


def _export(export: Export, place: int | None, now: datetime) -> ExportOut:
    speed = _speed(export, now)
    return ExportOut(
        id=export.uid,
        collection=NamedOut(id=export.collection.uid, name=export.collection.name),
        created_by=export.created_by.email,
        principal=_named(export.principal),
        step=Step(export.step) if export.step else None,
        attempts=export.attempt,
        queue_place=place,
        retry_of=export.retry_of.uid if export.retry_of else None,
        template=export.template.uid if export.template else None,
        rows_per_second=speed,
        eta_seconds=_eta(export, speed),
        error=_failure(export),
        sample_seed=export.sample_seed if export.sample_method == "random" else None,
        files=_files_out(export, now),
        **_taken(export, (*_REQUEST, *_LIFE, *_PROGRESS)),
    )


def content_type(export: Export, file: ExportFile) -> str:
    if file.name.startswith(FOLDER):
        return "application/octet-stream"  # whatever its name says: it is anybody's file
    by_ending = CONTENT_TYPES.get(file.name.rpartition(".")[2])
    return by_ending or Format(export.format).content_type


def collection_out(collection: Collection, caller: Caller) -> CollectionOut:
    return CollectionOut(**_collection(collection, writes=caller.may(Scope.COLLECTIONS_WRITE)))


def collection_full(collection: Collection, caller: Caller) -> CollectionFull:
    """What the caller may know of it: other collections that he may not see stay unsaid."""
    visible = set(caller.collections.values_list("uid", flat=True))
    writes = caller.may(Scope.COLLECTIONS_WRITE)
    return CollectionFull(
        properties=[_property(each, each.name, visible) for each in collection.schema.properties],
        locations=list(locations_told(collection)) if writes else [],
        file_root=collection.source.get("file_root", "") if writes else "",
        **_collection(collection, writes=writes),
        **_taken(collection, ("access", "uploaded", "marks_lost")),
    )


def _collection(collection: Collection, *, writes: bool) -> dict[str, Any]:
    message = error_told(collection, writes=writes)
    error = ProblemField(path=collection.error_field, message=message)
    return {
        "id": collection.uid,
        "refreshing": collection.is_moving,
        "error": error if message else None,
        **_taken(collection, _COLLECTION),
    }


def principal_out(principal: Principal) -> PrincipalOut:
    return PrincipalOut(
        id=principal.uid,
        disabled=principal.disabled_at is not None,
        **_taken(principal, ("name", "identities", "created_at")),
    )


def member_out(membership: Membership) -> MemberOut:
    return MemberOut(
        id=membership.uid,
        principal=_named(membership.principal),
        collections=standing(membership)["collections"],
        **_taken(membership.user, ("email", "name")),
        **_taken(membership, ("role", "created_at")),
    )


def template_out(template: Template) -> TemplateOut:
    return TemplateOut(
        id=template.uid,
        request=template_request(template),
        created_by=template.created_by.email,
        **_taken(template, ("name", "description", "created_at", "updated_at")),
    )


def delivery_out(delivery: Delivery) -> DeliveryOut:
    return DeliveryOut(id=delivery.uid, **_taken(delivery, _DELIVERY))


def script_out(run: ScriptRun) -> ScriptRunOut:
    return ScriptRunOut(**_taken(run, ("outcome", "output", "started_at", "ended_at")))


def _named(principal: Principal | None) -> NamedOut | None:
    return NamedOut(id=principal.uid, name=principal.name) if principal else None


def _taken(record: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def _files_out(export: Export, now: datetime) -> list[FileOut]:
    """Nothing is there for who asks too late."""
    if export.state != State.READY or export.is_over(now):
        return []
    # Looked up once for all of them: a page of a list shows hundreds.
    folder = f"{reverse('api:export', args=[export.uid])}/files"
    return [
        FileOut(
            content_type=content_type(export, each),
            url=f"{folder}/{escape_uri_path(each.name)}",
            **_taken(each, ("name", "kind", "rows", "bytes", "sha256")),
        )
        for each in export.listed_files
    ]


def _speed(export: Export, now: datetime) -> float | None:
    seconds = export.seconds_run(now)
    return round(export.rows_done / seconds, 1) if seconds else None


def _eta(export: Export, speed: float | None) -> int | None:
    if export.state != State.RUNNING or not export.rows_total or not speed:
        return None
    return max(0, round((export.rows_total - export.rows_done) / speed))


def _failure(export: Export) -> FailureOut | None:
    if export.state != State.ERROR:
        return None
    reason = reason_for(export.reason)
    return FailureOut(
        code=export.reason, what=reason.what, remedy=reason.remedy, detail=export.reason_detail
    )


def _property(node: Property, path: str | None, visible: Set[str]) -> PropertyOut:
    named = fields(node)
    # A list of structs is stepped through: its element has no path, the fields of that have.
    inner = node.element.children if node.kind is Kind.LIST and named else node.children
    return PropertyOut(
        name=node.name,
        path=path,
        type=node.kind.value,
        sql=node.sql,
        optional=node.optional,
        role=node.role.value if node.role else None,
        target=node.target if node.target in visible else None,
        children=[
            _property(each, f"{path}.{each.name}" if named else None, visible) for each in inner
        ],
    )
