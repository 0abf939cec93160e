"""What happened how often, of what leaves no other trace: for the metrics."""

from __future__ import annotations

from django.db import models


class Tally(models.Model):
    """A counter that all processes share, such as ``fenced_writes``; it only rises."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
