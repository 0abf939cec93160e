"""``manage.py exports verify``: reads the whole store and compares it with the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from exports.domain.storage import result_store
from exports.domain.verifying import files_to_verify, files_verify, keys_unknown
from exports.models import Export, Namespace

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "verify: read every stored file, and compare its bytes and its checksum."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["verify"])
        parser.add_argument(
            "--namespace", default="", help="only those of this workspace: its slug"
        )
        parser.add_argument("--export", default="", help="only those of this export: its id")

    def handle(self, *args: Any, **options: Any) -> None:
        namespace = _named(Namespace, slug=options["namespace"])
        export = _named(Export, uid=options["export"])
        store, count, size, wrong = result_store(), 0, 0, 0
        for each in files_verify(store, files_to_verify(namespace, export)):
            count, size = count + 1, size + each.file.bytes
            if each.wrong:
                wrong += 1
                file = each.file
                name = f"{file.export.namespace.slug}  {file.export.uid}  {file.name}"
                self.stdout.write(f"{name}: {each.wrong}")
        if not (namespace or export):
            for key in keys_unknown(store):
                self.stdout.write(f"Unknown: {key}")
        self.stdout.write(f"{count:,} files of {size:,} bytes were read.")
        if wrong:
            raise CommandError(f"{wrong:,} of them are not as they should be.")


def _named(model: type[Any], **by: str) -> Any:
    """The record that was named; None when none was."""
    if not all(by.values()):
        return None
    found = model.objects.filter(**by).first()
    if found is None:
        raise CommandError(f"There is no {model.__name__.lower()} {', '.join(by.values())!r}.")
    return found
