"""Templates: a request under a name in the namespace, sent again whenever it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from exports.domain.audit import audit_append
from exports.domain.errors import Conflict, FieldError, Forbidden, InvalidRequest, NotFound
from exports.domain.exports import export_check, export_create, template_hold
from exports.domain.requests import is_storable, request_parse
from exports.models import Scope, Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from exports.domain.access import Caller
    from exports.domain.requests import ExportRequest
    from exports.models import Collection, Export

# What a record of its own says: these can be renamed, and are named in the request.
_NAMED = {"collection", "objects", "principal"}


def template_create(
    caller: Caller, *, name: str, request: Mapping[str, Any], description: str = ""
) -> Template:
    """Keep a request under a name. It is checked as if it were sent now, and nothing is run.

    :param request: as ``POST /exports`` takes it.
    :raises InvalidRequest: names the field that is wrong; those of the request below ``request``.
    :raises Conflict: the name is taken.
    :raises NotFound, NotReady, Forbidden: as ``export_create``.
    """
    caller.require(Scope.EXPORTS_WRITE)
    made = Template(namespace=caller.namespace, created_by=caller.user)
    _set(made, caller, name, description, request)
    _save(made, caller, "template.created")
    return made


def template_change(
    caller: Caller,
    template: Template,
    *,
    name: str | None = None,
    description: str | None = None,
    request: Mapping[str, Any] | None = None,
) -> Template:
    """Change what is given; exports that it made stay as they were asked for.

    :raises Forbidden: it is somebody else's, and the caller no admin.
    :raises InvalidRequest, Conflict, NotFound, NotReady: as :func:`template_create`.
    """
    template_check(caller, template)
    _set(
        template,
        caller,
        template.name if name is None else name,
        template.description if description is None else description,
        request,
    )
    _save(template, caller, "template.changed")
    return template


def template_delete(caller: Caller, template: Template) -> None:
    """What it made stays. :raises Forbidden: it is somebody else's, and the caller no admin.

    :raises NotFound: somebody else deleted it meanwhile.
    """
    template_check(caller, template)
    with transaction.atomic():
        if not _deleted(caller, Template.objects.filter(pk=template.pk)):
            raise NotFound("template")


def templates_drop(caller: Caller, collection: Collection) -> None:
    """Those of a collection that is deleted: they could not be run, and would keep their names.

    In the transaction of what becomes of the collection.
    """
    _deleted(caller, Template.objects.filter(collection=collection))


def template_run(
    caller: Caller, template: Template, *, idempotency_key: str = ""
) -> tuple[Export, bool]:
    """An export of the request, checked as if it were sent now.

    :returns: the export, and whether it is a replay of an earlier call with the same key.
    :raises NotFound, NotReady, InvalidRequest, IdempotencyMismatch, Forbidden, QuotaExceeded: as
        ``export_create``.
    """
    asked = template_request(template)
    if caller.bound_to:
        asked.pop("principal", None)  # Who is bound runs as his own, and names none.
    return export_create(
        caller, request_parse(asked), idempotency_key=idempotency_key, template=template
    )


def template_request(template: Template) -> dict[str, Any]:
    """The request as ``POST /exports`` takes it; what asks for nothing is left out."""
    asked = {"collection": template.collection.name, **template.request}
    return {**asked, "principal": template.principal.name} if template.principal else asked


def template_may_change(caller: Caller, template: Template) -> bool:
    """Whether it is the caller's to change and delete: he made it, or is an admin."""
    is_his = template.created_by == caller.user or caller.may(Scope.ADMIN)
    return is_his and caller.may(Scope.EXPORTS_WRITE)


def _deleted(caller: Caller, templates: QuerySet[Template]) -> bool:
    """Deletes them; whether there were any. Their exports let go of them, before any event."""
    # Held first: an export that names one meanwhile is there before, or finds it gone.
    gone = list(templates.select_for_update().order_by("pk"))
    Template.objects.filter(pk__in=[each.pk for each in gone]).delete()
    for each in gone:
        audit_append(
            caller.namespace,
            "template.deleted",
            actor=caller.actor,
            subject=each.uid,
            name=each.name,
        )
    return bool(gone)


def template_check(caller: Caller, template: Template) -> None:
    """:raises Forbidden: it is somebody else's, and the caller no admin."""
    caller.require(Scope.EXPORTS_WRITE)
    if not template_may_change(caller, template):
        raise Forbidden("This template is somebody else's. Ask him or an admin, or save your own.")


def _set(
    template: Template,
    caller: Caller,
    name: str,
    description: str,
    request: Mapping[str, Any] | None,
) -> None:
    errors = [
        FieldError(field, "Take out the characters that are no text: NUL or a lone surrogate.")
        for field, text in (("name", name), ("description", description))
        if not is_storable(text)
    ]
    if not 0 < len(name.strip()) <= 100:
        errors.append(FieldError("name", "Give it a name of at most 100 characters."))
    if request is not None:
        try:
            _ask(template, caller, request_parse(request))
        except InvalidRequest as refusal:
            errors += [FieldError(f"request.{e.path}", e.message) for e in refusal.errors]
    if errors:
        raise InvalidRequest(*errors)
    template.name, template.description = name.strip(), description.strip()


def _ask(template: Template, caller: Caller, request: ExportRequest) -> None:
    asked = export_check(caller, request)
    template.collection = asked.collection
    # Whoever is bound does not bind others: it runs as the principal of who runs it.
    template.principal = None if caller.bound_to else asked.principal
    template.request = request.model_dump(mode="json", exclude_defaults=True, exclude=_NAMED)


def _save(template: Template, caller: Caller, action: str) -> None:
    try:
        with transaction.atomic():
            if template.pk:
                template_hold(template)
            template.save()
            audit_append(
                caller.namespace,
                action,
                actor=caller.actor,
                subject=template.uid,
                name=template.name,
                request=template_request(template),
            )
    except IntegrityError:
        taken = caller.namespace.templates.filter(name=template.name).exclude(pk=template.pk)
        if not taken.exists():
            raise
        raise Conflict(
            f"There is a template {template.name!r} already. Choose another name."
        ) from None
