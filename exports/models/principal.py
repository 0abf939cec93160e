"""An identity that the data knows."""

from __future__ import annotations

from django.db import models

from exports.models.ids import principal_uid
from exports.models.namespace import Namespace


class Principal(models.Model):
    """A name, and the strings that the access lists of documents hold for it.

    A deleted one stays as a record, since exports, members and keys point to it.
    """

    uid = models.CharField(max_length=32, unique=True, default=principal_uid, editable=False)
    namespace = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="principals")
    name = models.CharField(max_length=100)
    identities = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    disabled_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "name"],
                condition=models.Q(deleted_at=None),
                name="one_principal_per_name",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_valid(self) -> bool:
        """Whether anything may run as it."""
        return self.disabled_at is None and self.deleted_at is None
