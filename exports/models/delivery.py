"""What follows the end of an export: messages to those who asked for one, and a script's run."""

from __future__ import annotations

from django.db import models

from exports.models.export import Export
from exports.models.ids import delivery_uid


class Delivery(models.Model):
    """One message about the end of one export to one address, with every try to deliver it."""

    class Channel(models.TextChoices):
        WEBHOOK = "webhook", "Webhook"
        EMAIL = "email", "E-mail"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    uid = models.CharField(max_length=32, unique=True, default=delivery_uid, editable=False)
    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    target = models.CharField(max_length=2_000)
    # The message itself, kept so that every try sends the same bytes.
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    # Not before this moment is it tried (again); null once it has ended.
    next_at = models.DateTimeField(null=True)
    # What came of the last try: the status that the other side answered, and our own words.
    status = models.PositiveSmallIntegerField(null=True)
    outcome = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(state="waiting"), name="deliveries_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.target}"


class ScriptRun(models.Model):
    """What an administrator's script did once its export had ended."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        TIMED_OUT = "timed_out", "Took too long"
        OUT_OF_MEMORY = "out_of_memory", "Took too much memory"

    export = models.OneToOneField(Export, on_delete=models.CASCADE, related_name="script_run")
    outcome = models.CharField(max_length=20, choices=Outcome.choices, default=Outcome.WAITING)
    output = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["outcome"],
                condition=models.Q(outcome__in=["waiting", "running"]),
                name="scripts_due",
            )
        ]

    def __str__(self) -> str:
        return f"script of {self.export}: {self.outcome}"
