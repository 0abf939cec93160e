"""A set of documents that can be exported."""

from __future__ import annotations

from django.db import models

from exports.models.ids import collection_uid
from exports.models.namespace import Namespace
from exports.query.schema import Schema


class Collection(models.Model):
    """A name, a source, a unique key, a schema and an access rule.

    ``source`` is ``{"kind": "parquet", "files": [...]}``. ``access`` is ``"public"``, a list
    of paths that hold the identities which may read a document, or null: no principal may.
    """

    class State(models.TextChoices):
        READY = "ready", "Ready"
        PREPARING = "preparing", "Preparing"
        ERROR = "error", "Error"

    uid = models.CharField(max_length=32, unique=True, default=collection_uid, editable=False)
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="collections")
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    # Why it is an error, or why the last change to it was not made; and the field it is about.
    error = models.TextField(blank=True)
    error_field = models.TextField(blank=True)
    # What was named: files and folders; of what was uploaded, the names that the files had.
    locations = models.JSONField(default=list)
    source = models.JSONField()
    key = models.CharField(max_length=200)
    schema_tree = models.JSONField()
    schema_version = models.CharField(max_length=16)
    documents = models.BigIntegerField(null=True)
    access = models.JSONField(null=True)
    # Its files were uploaded, lie under a folder of ours, and go when it is deleted.
    uploaded = models.BooleanField(default=False)
    # What its documents hold, property by property; null until somebody looked.
    statistics = models.JSONField(null=True)
    # What is to become of it once its files have been read; kept until that has come about.
    wanted = models.JSONField(default=dict)
    # From this moment on somebody may read its files; null when nobody has to. While somebody
    # does, it is moved on.
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # The marks, and paths of the access rule, that the last refresh found nothing for.
    marks_lost = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # The exports of it, and the history, still name it.
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "name"],
                condition=models.Q(deleted_at=None),
                name="one_collection_per_name",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def was_read(self) -> bool:
        """Whether its files have been read once, so that its fields are known."""
        return self.documents is not None

    @property
    def is_moving(self) -> bool:
        """Whether its files wait to be read, or are read."""
        return self.due_at is not None

    @property
    def schema(self) -> Schema:
        return Schema.from_json(self.schema_tree)
