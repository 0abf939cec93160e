"""What a Django project does by itself: a queryset's ``.iterator()`` and the ``csv`` module.

The table mirrors the scalar fields of the documents, in SQLite. ``python -m
bench.peers.django_iterator DATABASE PARQUET COUNT`` makes it from the first documents of a file.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import ClassVar

import django
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection, models

from bench.work import WORKS, Task

if not settings.configured:
    settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3"}}, USE_TZ=True)
    django.setup()


class Document(models.Model):
    """The scalar fields of a document."""

    document_id = models.CharField(max_length=20, primary_key=True)
    title = models.TextField()
    body = models.TextField(null=True)  # noqa: DJ001 - as in the documents
    status = models.CharField(max_length=20)
    language = models.CharField(max_length=2, null=True)  # noqa: DJ001 - as above
    score = models.FloatField()
    pages = models.IntegerField()
    views = models.BigIntegerField()
    price = models.DecimalField(max_digits=12, decimal_places=2)
    is_public = models.BooleanField()
    published_on = models.DateField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Document]] = models.Manager()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return self.document_id


def export(task: Task) -> Path:
    """Write the whole table, each row as a tuple: the faster of the two usual ways."""
    connection.settings_dict["NAME"] = task.database
    path = task.out / "documents.csv"
    fields = task.asked.fields
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(fields)
        writer.writerows(Document.objects.values_list(*fields).iterator(chunk_size=2000))
    return path


def prepare(database: Path, parquet: Path, count: int) -> None:
    """Make the table from the first ``count`` documents of a file, unless it is there."""
    if database.exists():
        return
    database.parent.mkdir(parents=True, exist_ok=True)
    unfinished = database.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    connection.settings_dict["NAME"] = str(unfinished)
    with connection.schema_editor() as editor:
        editor.create_model(Document)
    rows = pq.read_table(parquet, columns=list(WORKS["scalars"].fields)).slice(0, count).to_pylist()
    Document.objects.bulk_create((Document(**row) for row in rows), batch_size=1000)
    connection.close()
    unfinished.rename(database)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
