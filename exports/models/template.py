"""A request under a name, to be sent again."""

from __future__ import annotations

from django.db import models

from exports.models.collection import Collection
from exports.models.ids import template_uid
from exports.models.namespace import Namespace
from exports.models.principal import Principal
from exports.models.user import User


class Template(models.Model):
    """``request`` holds the other fields of a request, those that ask for anything.

    It is not frozen: what it makes is checked against the collection as it is then.
    """

    uid = models.CharField(max_length=32, unique=True, default=template_uid, editable=False)
    namespace = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="templates")
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="templates")
    principal = models.ForeignKey(
        Principal, null=True, on_delete=models.PROTECT, related_name="templates"
    )
    request = models.JSONField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="templates")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["namespace", "name"], name="one_template_per_name")
        ]

    def __str__(self) -> str:
        return self.name
