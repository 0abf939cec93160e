"""One export job: the frozen request, its state, its progress, its files."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from exports.models.access import ApiKey
from exports.models.collection import Collection
from exports.models.ids import download_uid, export_uid
from exports.models.namespace import Namespace
from exports.models.principal import Principal
from exports.models.template import Template
from exports.models.user import User


class State(models.TextChoices):
    AWAITING_APPROVAL = "awaiting_approval", "Awaiting approval"
    PENDING = "pending", "Waiting"
    RUNNING = "running", "Running"
    READY = "ready", "Ready"
    ERROR = "error", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"


class Step(models.TextChoices):
    READING = "reading", "Reading"
    CHECKING = "checking", "Checking"
    PUBLISHING = "publishing", "Publishing"


class Format(models.TextChoices):
    PARQUET = "parquet", "Parquet"
    JSONL = "jsonl", "JSON lines"
    JSON = "json", "JSON"
    CSV = "csv", "CSV"


ACTIVE = (State.AWAITING_APPROVAL, State.PENDING, State.RUNNING)


class Export(models.Model):
    """What was asked is never changed; what happens to it is written by ``exports.domain``."""

    uid = models.CharField(max_length=32, unique=True, default=export_uid, editable=False)
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="exports")
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="exports")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exports")
    api_key = models.ForeignKey(ApiKey, null=True, on_delete=models.PROTECT)

    # The request, as it was asked.
    label = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    format = models.CharField(max_length=10, choices=Format.choices)
    paths = models.JSONField(default=list)
    include = models.JSONField(default=list)
    expand = models.JSONField(default=list)
    where = models.JSONField(null=True)
    order_by = models.JSONField(default=list)
    principal = models.ForeignKey(Principal, null=True, on_delete=models.PROTECT)
    prefix = models.CharField(max_length=500, blank=True)
    sample_size = models.PositiveIntegerField(null=True)
    sample_method = models.CharField(max_length=10, default="first")
    sample_seed = models.BigIntegerField(default=0)
    include_vectors = models.BooleanField(default=False)
    export_files = models.BooleanField(default=False)
    zip_files = models.BooleanField(default=False)
    archive = models.CharField(max_length=10, default="none")
    compression = models.CharField(max_length=10, blank=True)
    csv = models.JSONField(default=dict)
    file_name = models.CharField(max_length=150, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    # What follows its end: whom to tell, and the script of an administrator.
    notify = models.JSONField(default=list)
    after_script = models.TextField(blank=True)
    template = models.ForeignKey(
        Template, null=True, on_delete=models.SET_NULL, related_name="exports"
    )
    # The same, frozen: the filter as a tree, and the versions that it was understood against.
    frozen = models.JSONField()

    # Its life.
    state = models.CharField(max_length=20, choices=State.choices, default=State.PENDING)
    step = models.CharField(max_length=20, choices=Step.choices, blank=True)
    # When the attempt that runs, or ran last, began each step: RFC 3339, in UTC.
    steps = models.JSONField(default=dict)
    attempt = models.PositiveSmallIntegerField(default=0)
    slot = models.PositiveSmallIntegerField(null=True)
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    # A lost attempt goes back to the head of its queue, and waits there until this moment.
    waits_until = models.DateTimeField(null=True)
    retry_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    rows_done = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(null=True)
    bytes_done = models.BigIntegerField(default=0)
    # What its run may still bring to the store, asked for in steps: counts against the quota until
    # the files that came of it do.
    bytes_reserved = models.BigIntegerField(default=0)
    snapshot = models.JSONField(null=True)
    # Those of its principal when the run began; null while there is none or it has not begun.
    identities = models.JSONField(null=True)
    # How often something was noticed in the run, by its code.
    notices = models.JSONField(default=dict)
    reason = models.CharField(max_length=40, blank=True)
    # Where exactly it went wrong, in our own words: a file and a line, never a value.
    reason_detail = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    # Why it is kept beyond its time, until somebody lets go of it; empty while it is not.
    hold_reason = models.CharField(max_length=500, blank=True)
    deleted_at = models.DateTimeField(null=True)
    # Set by the reconciler once nothing of it is left in the store.
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # All that the list filters and counts by: the rows themselves, ten times as large, are
            # then read for one page only.
            models.Index(
                *(F("namespace"), F("id").desc(), F("state"), F("created_by"), F("collection")),
                *(F("format"), F("created_at"), F("label")),
                condition=Q(deleted_at=None),
                name="exports_newest_first",
            ),
            models.Index(
                *(F("namespace"), F("state"), F("id").desc()),
                condition=Q(deleted_at=None),
                name="exports_by_state",
            ),
            # What takes up room, and what may soon.
            models.Index(
                fields=["namespace", "id"], condition=Q(cleared_at=None), name="exports_in_store"
            ),
            models.Index(
                fields=["namespace", "bytes_reserved"],
                condition=Q(cleared_at=None, bytes_reserved__gt=0),
                name="exports_reserving",
            ),
            models.Index(fields=["namespace", "created_at"], name="exports_by_creation"),
            # All that the charts add up.
            models.Index(
                fields=["namespace", "ended_at", "state", "rows_done", "bytes_done"],
                name="exports_by_end",
            ),
            models.Index(fields=["namespace", "id"], condition=Q(state="pending"), name="waiting"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="leases"),
            models.Index(fields=["expires_at"], condition=Q(state="ready"), name="expiries"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "slot"], condition=Q(state="running"), name="one_run_per_slot"
            ),
            # A null escapes the unique index, so what runs must hold a slot.
            models.CheckConstraint(
                condition=~Q(state="running")
                | Q(slot__isnull=False, lease_until__isnull=False, attempt__gte=1),
                name="a_run_holds_a_slot",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="known_state"),
            models.CheckConstraint(condition=Q(format__in=Format.values), name="known_format"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    def is_over(self, now: datetime) -> bool:
        """Whether its time is up, also when nobody has marked it as expired yet."""
        if self.state == State.EXPIRED:
            return True
        return not self.hold_reason and self.expires_at is not None and self.expires_at <= now

    @property
    def listed_files(self) -> list[ExportFile]:
        """The files that people see, in the order in which they were published."""
        return sorted((each for each in self.files.all() if each.is_listed), key=lambda e: e.pk)

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100; 100 only when it is ready, None while nobody can tell."""
        if self.state in (State.READY, State.EXPIRED):
            return 100
        if not self.rows_total:
            return None
        return min(99, self.rows_done * 100 // self.rows_total)

    def seconds_run(self, now: datetime) -> float | None:
        """How long it has been running or ran, in seconds; None before it started."""
        if self.started_at is None:
            return None
        return max(0.0, ((self.ended_at or now) - self.started_at).total_seconds())


class ExportFile(models.Model):
    """One file of a result: what a download yields, with its checksum."""

    class Kind(models.TextChoices):
        DATA = "data", "Data"
        VECTORS = "vectors", "Vectors"
        FILES = "files", "Files"
        ARCHIVE = "archive", "Archive"
        ERRORS = "errors", "Errors"
        MANIFEST = "manifest", "Manifest"
        SIGNATURE = "signature", "Signature"
        INDEX = "index", "Index"  # where the lines of the data begin: ours alone, never listed

    export = models.ForeignKey(Export, on_delete=models.PROTECT, related_name="files")
    attempt = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.DATA)
    key = models.CharField(max_length=300)
    rows = models.BigIntegerField(null=True)
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        # The room that they take up is added up from the index alone.
        indexes = [models.Index(fields=["export", "bytes"], name="files_room")]
        constraints = [models.UniqueConstraint(fields=["export", "name"], name="one_file_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_listed(self) -> bool:
        """Whether people see it, and may download it."""
        return self.kind != self.Kind.INDEX

    @property
    def is_of_result(self) -> bool:
        """Whether it holds what was asked for, rather than tells of it."""
        return self.is_listed and self.kind not in (self.Kind.MANIFEST, self.Kind.SIGNATURE)


class Download(models.Model):
    """Somebody began to download a file. He may go on for a while, also when its time is over."""

    uid = models.CharField(max_length=32, unique=True, default=download_uid, editable=False)
    file = models.ForeignKey(ExportFile, on_delete=models.CASCADE, related_name="downloads")
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    api_key = models.ForeignKey(ApiKey, null=True, on_delete=models.CASCADE)
    started_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.uid


class IdempotencyKey(models.Model):
    """A caller's own id of a request: sent again, it gets the same export."""

    namespace = models.ForeignKey(Namespace, on_delete=models.CASCADE)
    owner = models.CharField(max_length=40)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    export = models.ForeignKey(Export, on_delete=models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "owner", "key"], name="one_export_per_idempotency_key"
            )
        ]

    def __str__(self) -> str:
        return self.key
