"""What happened, by whom, to what. Triggers of the database refuse every change."""

from __future__ import annotations

import json
from typing import Any

from django.db import models


class AuditEvent(models.Model):
    """One thing that happened.

    Nothing here is a foreign key: an event outlives what it is about. ``hash`` covers the event,
    the digest of its detail and the hash of the event before it in the namespace.
    """

    namespace_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    action = models.CharField(max_length=40)
    actor = models.CharField(max_length=254, blank=True)
    actor_uid = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=45, blank=True)
    subject = models.CharField(max_length=40, blank=True)
    detail_digest = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        # A history is read newest first, whatever narrows it: each of these brings that order.
        indexes = [
            models.Index(fields=["namespace_id", "at", "id"], name="audit_by_time"),
            models.Index(fields=["namespace_id", "action", "at", "id"], name="audit_by_action"),
            models.Index(fields=["namespace_id", "actor", "at", "id"], name="audit_by_actor"),
            models.Index(fields=["subject", "at", "id"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class AuditDetail(models.Model):
    """The particulars of an event, which may hold personal data: erasable, never changed.

    They are JSON kept as text, since a database that understands JSON rewrites its numbers, and
    the digest of the event would not agree any more.
    """

    event_id = models.BigIntegerField(primary_key=True)
    salt = models.CharField(max_length=32)
    detail = models.TextField()

    def __str__(self) -> str:
        return f"detail of {self.event_id}"

    @property
    def said(self) -> dict[str, Any]:
        """The particulars by their names."""
        particulars: dict[str, Any] = json.loads(self.detail)
        return particulars


class AuditChain(models.Model):
    """The head of a namespace's chain: locked last in each transaction that appends to it.

    Events that belong to no namespace (a failed sign-in) form the installation's own chain, 0.
    """

    namespace_id = models.BigIntegerField(primary_key=True)
    hash = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return self.hash
