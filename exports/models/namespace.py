"""A tenant."""

from __future__ import annotations

from datetime import timedelta

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models

from exports.models.ids import namespace_uid


class Namespace(models.Model):
    """Everything belongs to one namespace. On pages it is called a workspace."""

    uid = models.CharField(max_length=32, unique=True, default=namespace_uid, editable=False)
    slug = models.SlugField(
        max_length=50,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9][a-z0-9-]*$", "Use a-z, 0-9 and hyphens."),
            # A workspace's slug comes first in the address of its pages.
            RegexValidator(
                r"^(account|api|static|health|metrics|compat)$",
                "This word is taken by an address of the service. Choose another.",
                inverse_match=True,
            ),
        ],
    )
    name = models.CharField(max_length=100)
    max_running = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    retention = models.DurationField(default=timedelta(days=7))
    # How many bytes its results may take up together; null is as many as the store holds.
    quota = models.BigIntegerField(null=True, blank=True, validators=[MinValueValidator(0)])
    # Whoever signs in here shows a second factor.
    requires_second_factor = models.BooleanField(default=False)
    # Signs its webhooks, sealed with the store's master key; empty until the first of them.
    webhook_secret = models.TextField(blank=True, editable=False)
    # The one before, sealed likewise, and until when it signs beside the new one.
    webhook_secret_before = models.TextField(blank=True, editable=False)
    webhook_secret_before_until = models.DateTimeField(null=True, editable=False)
    # Whose turn it is among the namespaces: the one that was served longest ago comes first.
    served_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
