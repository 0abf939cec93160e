"""``manage.py exports verify``: reads the whole store and compares it with the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from exports.domain.storage import result_store
from exports.domain.verifying import files_to_verify, files_verify, keys_unknown
from exports.management.command import WaybillCommand
from exports.management.ready import check_store
from exports.models import Export, Namespace
from exports.stores.errors import StoreError

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from exports.stores.base import Store


class Command(WaybillCommand):
    help = "verify: read every stored file, and compare its bytes and its checksum."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["verify"])
        parser.add_argument(
            "--namespace", default="", help="only those of this workspace: its slug"
        )
        parser.add_argument("--export", default="", help="only those of this export: its id")

    def handle(self, *args: Any, **options: Any) -> None:
        check_store()
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
            self._tell_unknown(store)
        self.stdout.write(f"{count:,} files of {size:,} bytes were read.")
        if wrong:
            raise CommandError(f"{wrong:,} of them are not as they should be.")

    def _tell_unknown(self, store: Store) -> None:
        try:
            for key in keys_unknown(store):
                self.stdout.write(f"Unknown: {key}")
        except (OSError, StoreError) as error:
            raise CommandError(f"What else the store holds cannot be listed: {error}") from error


def _named(model: type[Any], **by: str) -> Any:
    """The record that was named; None when none was."""
    if not all(by.values()):
        return None
    found = model.objects.filter(**by).first()
    if found is None:
        raise CommandError(f"There is no {model.__name__.lower()} {', '.join(by.values())!r}.")
    return found
