"""Who belongs to a namespace, and what he may do there."""

from __future__ import annotations

from django.db import models

from exports.models.collection import Collection
from exports.models.ids import member_uid
from exports.models.namespace import Namespace
from exports.models.principal import Principal
from exports.models.user import User


class Role(models.TextChoices):
    ADMIN = "admin", "Admin"
    EXPORTER = "exporter", "Exporter"
    AUDITOR = "auditor", "Auditor"


class Right(models.TextChoices):
    """What a member may do with a collection. Each brings along the ones before it."""

    SEE = "see", "See"
    PREVIEW = "preview", "Preview"
    EXPORT = "export", "Export"

    @property
    def granted_by(self) -> list[str]:
        """The rights that bring this one along, itself among them."""
        return Right.values[Right.values.index(self) :]


class Membership(models.Model):
    """A person's role in a namespace.

    With a ``principal``, whatever he asks runs as that principal.
    """

    uid = models.CharField(max_length=32, unique=True, default=member_uid, editable=False)
    namespace = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    principal = models.ForeignKey(
        Principal, null=True, on_delete=models.PROTECT, related_name="memberships"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["namespace", "user"], name="one_role_per_namespace"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.namespace}"


class CollectionRight(models.Model):
    """What an exporter may do with a collection that he was given: the furthest of his rights.

    Admins need none, and auditors have no use for one.
    """

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="rights")
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="rights")
    right = models.CharField(max_length=10, choices=Right.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "collection"], name="one_right_per_collection"
            ),
            models.CheckConstraint(condition=models.Q(right__in=Right.values), name="known_right"),
        ]

    def __str__(self) -> str:
        return f"{self.membership.user}: {self.right} {self.collection}"
