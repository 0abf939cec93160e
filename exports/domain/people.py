"""Makes workspaces, and first passwords."""

from __future__ import annotations

import secrets

from django.core.exceptions import ValidationError
from django.db import transaction

from exports.domain.audit import Actor, audit_append
from exports.domain.errors import FieldError, InvalidRequest
from exports.models import Namespace


def namespace_create(*, slug: str, name: str, actor: Actor) -> Namespace:
    """:raises InvalidRequest: the slug is taken or not well-formed."""
    namespace = Namespace(slug=slug, name=name)
    try:
        namespace.full_clean()
    except ValidationError as error:
        raise InvalidRequest(
            *(FieldError(path, texts[0]) for path, texts in error.message_dict.items())
        ) from error
    with transaction.atomic():
        namespace.save()
        audit_append(namespace, "namespace.created", actor=actor, subject=namespace.uid, slug=slug)
    return namespace


def password_make() -> str:
    return secrets.token_urlsafe(12)
