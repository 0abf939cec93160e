"""``manage.py collection_register``: makes a collection of files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from exports.domain.collections import collection_register
from exports.domain.errors import DomainError
from exports.management.command import WaybillCommand
from exports.management.operator import operator
from exports.models import Namespace

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = (
        "Register files of Parquet, JSONL or CSV as a collection; "
        "they must lie under WAYBILL_SOURCE_ROOTS."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the collection's name, plural: flights")
        parser.add_argument(
            "location",
            nargs="+",
            help="files, or folders of them, in S3 too, all of one kind: .parquet; .jsonl, .ndjson "
            "or .csv, also with .gz or .zst",
        )
        parser.add_argument("--namespace", required=True, help="its slug")
        parser.add_argument("--key", required=True, help="the property that is unique")
        parser.add_argument("--description", default="")
        parser.add_argument("--optional", action="append", default=[], metavar="PATH")
        parser.add_argument("--vector", action="append", default=[], metavar="PATH")
        parser.add_argument("--file", action="append", default=[], metavar="PATH")
        parser.add_argument(
            "--file-root",
            default="",
            help="the folder in which the files lie that documents name; all in it can be exported",
        )
        parser.add_argument("--reference", action="append", default=[], metavar="PATH=COLLECTION")
        parser.add_argument(
            "--access",
            action="append",
            default=[],
            metavar="PATH",
            help="a path that holds the identities that may read; or 'public'",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        namespace = Namespace.objects.filter(slug=options["namespace"]).first()
        if namespace is None:
            raise CommandError(f"There is no workspace {options['namespace']!r}.")
        try:
            made = collection_register(
                namespace=namespace,
                name=options["name"],
                locations=options["location"],
                key=options["key"],
                description=options["description"],
                marks=_marks(options),
                access="public" if options["access"] == ["public"] else options["access"] or None,
                file_root=options["file_root"],
                actor=operator(),
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{made.uid}  {made.name}  {made.documents:,} documents")


def _marks(options: dict[str, Any]) -> dict[str, dict[str, Any]]:
    marks: dict[str, dict[str, Any]] = {}
    for path in options["optional"]:
        marks.setdefault(path, {})["optional"] = True
    for role in ("vector", "file"):
        for path in options[role]:
            marks.setdefault(path, {})["role"] = role
    for text in options["reference"]:
        path, equals, target = text.partition("=")
        if not equals:
            raise CommandError(f"--reference takes PATH=COLLECTION, not {text!r}.")
        marks.setdefault(path, {}).update(role="reference", target=target)
    return marks
