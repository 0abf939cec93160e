"""``manage.py manifest verify FOLDER``: tells whether a downloaded result is ours, and whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from exports.client.verify import NotVerified, keys_of, manifests, verify
from exports.domain.signing import signing_keys
from exports.management.command import WaybillCommand

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = "Check the signature of each manifest in a folder, and the files that it names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["verify"])
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--key",
            type=Path,
            metavar="FILE",
            help="the public keys to trust, as GET /signing-keys answers (those of the database)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        keys = keys_of(_listed(options["key"]))
        try:
            missing = sum(self._verify(each, keys) for each in manifests(options["folder"]))
        except (NotVerified, OSError) as error:
            raise CommandError(str(error)) from error
        if missing:
            raise CommandError(f"{missing} of the files are not there, or were altered.")

    def _verify(self, manifest: Path, keys: dict[str, bytes]) -> int:
        try:
            verified = verify(manifest, keys)
        except NotVerified as error:
            raise CommandError(f"{manifest.name}: {error}") from error
        self.stdout.write(f"{manifest.name}: signed with {verified.key}")
        for name, file in verified.found.items():
            self.stdout.write(f"  {name}: {file.relative_to(manifest.parent)}, OK")
        for name in verified.missing:
            self.stdout.write(f"  {name}: not there, or altered")
        return len(verified.missing)


def _listed(file: Path | None) -> list[dict[str, Any]]:
    if file is None:
        return [{"id": each.uid, "public": each.public} for each in signing_keys()]
    try:
        listed: list[dict[str, Any]] = json.loads(file.read_bytes())["items"]
        keys_of(listed)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise CommandError(f"{file} holds no keys as GET /signing-keys answers them.") from error
    return listed
