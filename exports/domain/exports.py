"""An export's life as people steer it: create, cancel, delete."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from exports.domain.after import after_wrong
from exports.domain.asking import asked_for
from exports.domain.audit import audit_append
from exports.domain.clock import database_now
from exports.domain.errors import Conflict, IdempotencyMismatch, InvalidRequest, NotFound
from exports.domain.plans import FIELDS, after_told, plan_freeze, request_told
from exports.domain.quota import quota_check
from exports.domain.requests import default_label, request_parse
from exports.models import ACTIVE, Export, IdempotencyKey, Right, Scope, State, Template
from exports.wakeups import wake

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.domain.asking import Asked
    from exports.domain.requests import ExportRequest


def export_create(
    caller: Caller,
    request: ExportRequest,
    *,
    idempotency_key: str = "",
    retry_of: Export | None = None,
    template: Template | None = None,
) -> tuple[Export, bool]:
    """Accept an export: it is in the database before this returns.

    Reads nothing of the source. The queue is woken after the commit; when it cannot be, the
    reconciler finds what waits.

    :param idempotency_key: the caller's own id of the request; sent again, it gets the same.
    :param retry_of: the earlier one that asked for the same. :param template: what asks for it.
    :returns: the export, and whether it is a replay of an earlier request.
    :raises NotFound, NotReady, InvalidRequest, IdempotencyMismatch, Forbidden, QuotaExceeded:
    """
    caller.require(Scope.EXPORTS_WRITE)
    body_hash = _body_hash(request, template)
    if idempotency_key and (earlier := _replay(caller, idempotency_key, body_hash)):
        return earlier, True
    export = _draft(caller, request, template)
    caller.check_reach(export)
    quota_check(caller.namespace)
    export.retry_of, export.template = retry_of, template
    try:
        with transaction.atomic():
            if template:
                template_hold(template)
            export.save(force_insert=True)
            if idempotency_key:
                _remember(caller, idempotency_key, body_hash, export)
            audit_append(
                caller.namespace,
                "export.created",
                actor=caller.actor,
                subject=export.uid,
                **_told(export),
                **({"retry_of": retry_of.uid} if retry_of else {}),
                **({"template": template.uid} if template else {}),
            )
            transaction.on_commit(wake, robust=True)
    except IntegrityError:
        winner = idempotency_key and _replay(caller, idempotency_key, body_hash)
        if not winner:
            raise
        return winner, True
    return export, False


def export_retry(caller: Caller, export: Export) -> Export:
    """A new export of the same request, checked as if it were asked for now.

    :raises Conflict: the earlier one has not ended.
    :raises NotFound, NotReady, InvalidRequest, Forbidden, QuotaExceeded: as ``export_create``.
    """
    caller.require(Scope.EXPORTS_WRITE)
    if export.is_active:
        raise Conflict(f"This export cannot be run again yet: it is {_word(export)}.")
    return export_create(caller, request_of(caller, export), retry_of=export)[0]


def export_cancel(caller: Caller, export: Export) -> Export:
    """Final at once: whatever still runs of it publishes nothing.

    :raises Conflict: it has ended already.
    """
    caller.require(Scope.EXPORTS_WRITE)
    with transaction.atomic():
        if not _cancel(caller, export):
            export.refresh_from_db()
            raise Conflict(f"This export cannot be cancelled: it is {_word(export)}.")
    export.refresh_from_db()
    return export


def export_delete(caller: Caller, export: Export) -> None:
    """Cancel it if need be, and let the reconciler remove its files. The history stays.

    :raises Conflict: it is held.
    """
    caller.require(Scope.EXPORTS_WRITE)
    with transaction.atomic():
        _cancel(caller, export)
        there = Export.objects.filter(pk=export.pk, deleted_at=None)
        if not there.filter(hold_reason="").update(deleted_at=database_now()):
            if there.exists():
                raise Conflict("This export is held. An admin has to release it first.")
            raise NotFound("export")
        audit_append(
            caller.namespace,
            "export.deleted",
            actor=caller.actor,
            subject=export.uid,
            label=export.label,
        )


def _cancel(caller: Caller, export: Export) -> bool:
    """One UPDATE decides between this and a worker that starts or ends the export."""
    changed = Export.objects.filter(pk=export.pk, state__in=ACTIVE, deleted_at=None).update(
        state=State.CANCELLED, slot=None, step="", waits_until=None, ended_at=database_now()
    )
    if changed:
        audit_append(caller.namespace, "export.cancelled", actor=caller.actor, subject=export.uid)
        # Its slot is free: what waits behind it may start at once.
        transaction.on_commit(wake, robust=True)
    return bool(changed)


def template_hold(template: Template) -> None:
    """Nobody deletes it until the transaction ends. :raises NotFound: somebody has."""
    rows = Template.objects.select_for_update(no_key=True)
    if rows.filter(pk=template.pk).first() is None:
        raise NotFound("template")


def export_check(caller: Caller, request: ExportRequest) -> Asked:
    """What would be done if the request were sent; nothing is kept.

    :raises NotFound, NotReady, InvalidRequest, Forbidden: as ``export_create`` does.
    """
    asked = asked_for(caller, request, Right.EXPORT)
    if wrong := list(after_wrong(caller, request)):
        raise InvalidRequest(*wrong)
    return asked


def _draft(caller: Caller, request: ExportRequest, template: Template | None) -> Export:
    whole = export_check(caller, request)
    asked = request.model_dump(include=set(FIELDS))
    return Export(
        namespace=caller.namespace,
        collection=whole.collection,
        created_by=caller.user,
        api_key=caller.key,
        label=request.label.strip() or default_label(template or whole.collection),
        description=request.description,
        frozen=plan_freeze(whole.plan),
        format=whole.plan.request.format,
        where=_as_object(request.where),
        principal=whole.principal,
        file_name=request.file_name,
        csv=request.csv.model_dump(exclude_defaults=True),
        sample_seed=request.sample_seed or 0,
        notify=[
            each.model_dump(exclude_defaults=True) | {"on": each.on} for each in request.notify
        ],
        after_script=request.after_script if request.after_script.strip() else "",
        **{**asked, "compression": request.compression or ""},
    )


def request_of(caller: Caller, export: Export) -> ExportRequest:
    """What an export asked for, to be asked again."""
    random = export.sample_method == "random"
    # Who is bound runs as his own principal, and names none.
    principal = export.principal.uid if export.principal and not caller.bound_to else ""
    return request_parse(
        {
            **{name: getattr(export, name) for name in FIELDS},
            "collection": export.collection.uid,
            "label": export.label,
            "description": export.description,
            "format": export.format,
            "where": export.where,
            "principal": principal,
            "compression": export.compression or None,
            "sample_seed": export.sample_seed if random else None,
            "csv": export.csv,
            "file_name": export.file_name,
            "notify": export.notify,
            "after_script": export.after_script,
        }
    )


def _as_object(where: dict[str, Any] | str | None) -> dict[str, Any] | None:
    """The filter as it was asked, also when it came as text; it has been checked already."""
    if not isinstance(where, str):
        return where
    found: dict[str, Any] | None = json.loads(where) if where.strip() else None
    return found


def _told(export: Export) -> dict[str, Any]:
    """What the history says of a request."""
    return {
        "label": export.label,
        "collection": export.collection.name,
        **request_told(export),
        **after_told(export),
    }


def _owner(caller: Caller) -> str:
    return caller.key.uid if caller.key else f"user:{caller.user.pk}"


def _body_hash(request: ExportRequest, template: Template | None) -> str:
    body = request.model_dump(mode="json")
    asked = {**body, "template": template.uid} if template else body
    text = json.dumps(asked, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _remember(caller: Caller, key: str, body_hash: str, export: Export) -> None:
    IdempotencyKey.objects.create(
        namespace=caller.namespace,
        owner=_owner(caller),
        key=key,
        body_hash=body_hash,
        export=export,
    )


def _replay(caller: Caller, key: str, body_hash: str) -> Export | None:
    earlier = (
        IdempotencyKey.objects.filter(namespace=caller.namespace, owner=_owner(caller), key=key)
        .select_related(
            "export__collection",
            "export__created_by",
            "export__principal",
            "export__retry_of",
            "export__template",
        )
        .first()
    )
    if earlier is None:
        return None
    if earlier.body_hash != body_hash:
        raise IdempotencyMismatch(
            "This Idempotency-Key was used with another request. Take a new one."
        )
    # What he made he was told of then, and is told of again.
    if not caller.exports_within.filter(pk=earlier.export_id).exists():
        raise NotFound("export")
    return earlier.export


def _word(export: Export) -> str:
    return "deleted" if export.deleted_at else export.get_state_display().lower()
