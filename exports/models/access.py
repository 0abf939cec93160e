"""API keys: what a script shows instead of a password."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from exports.models.ids import key_uid
from exports.models.namespace import Namespace
from exports.models.principal import Principal
from exports.models.user import User


class Scope(models.TextChoices):
    EXPORTS_READ = "exports:read"
    EXPORTS_WRITE = "exports:write"
    DOWNLOADS_READ = "downloads:read"
    COLLECTIONS_WRITE = "collections:write"
    AUDIT_READ = "audit:read"
    SCRIPTS_WRITE = "scripts:write"
    ADMIN = "admin"


def a_year_from_now() -> datetime:
    return timezone.now() + timedelta(days=365)


class ApiKey(models.Model):
    """``sk_<prefix>_<secret>``; only a digest of the secret is kept.

    With a ``principal``, whatever it asks runs as that principal. ``collections`` are the ids of
    those that it is bound to; null: all that its owner has. They are no rows of a join, so that
    a key does not become free when the last of its collections goes.
    """

    uid = models.CharField(max_length=32, unique=True, default=key_uid, editable=False)
    namespace = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="keys")
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="keys")
    label = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(default=list)
    principal = models.ForeignKey(
        Principal, null=True, on_delete=models.PROTECT, related_name="keys"
    )
    collections = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=a_year_from_now)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.label} (sk_{self.prefix}…)"
