"""``manage.py audit``: walks the chains of the history, prints their heads, erases particulars."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from exports.domain.chains import Broken, Head, chains_verify, details_erase, heads
from exports.domain.clock import database_now
from exports.management.command import WaybillCommand
from exports.management.operator import operator
from exports.models import Namespace

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(WaybillCommand):
    help = "The history: whether it is as it was written, its heads, and erasure."

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        verify = does.add_parser("verify", help="walk every chain; ends with 1 when one is broken")
        verify.add_argument("--heads", help="a file that 'audit head' wrote: none may be missing")
        head = does.add_parser("head", help="print the head of each chain, to be kept elsewhere")
        erase = does.add_parser("erase", help="erase the particulars of old events")
        erase.add_argument("--before", required=True, help="a day such as 2026-03-31, in UTC")
        for each in (verify, head, erase):
            each.add_argument("--namespace", default="", help="only this workspace: its slug")

    def handle(self, *args: Any, **options: Any) -> None:
        namespace = _namespace(options["namespace"])
        if options["does"] == "head":
            for each in heads(namespace):
                self.stdout.write(f"{each.uid} {each.hash} {each.slug}")
        elif options["does"] == "verify":
            self._verify(namespace, _kept(options["heads"], namespace))
        else:
            self._erase(namespace, _day(options["before"]))

    def _verify(self, namespace: Namespace | None, kept: list[Head]) -> None:
        walk = chains_verify(namespace, kept)
        self.stdout.write(
            f"{walk.events:,} events were walked; the particulars of {walk.erased:,} are erased."
        )
        if walk.broken:
            raise CommandError("\n".join(_told(each) for each in walk.broken))
        self.stdout.write("Every chain holds.")

    def _erase(self, namespace: Namespace | None, before: datetime) -> None:
        count = details_erase(before, actor=operator(), namespace=namespace)
        self.stdout.write(f"The particulars of {count:,} events before {before:%Y-%m-%d} are gone.")


def _told(broken: Broken) -> str:
    if broken.event is None:
        return f"{broken.chain}: {broken.why}."
    event = broken.event
    where = f"{event.action} by {event.actor or 'nobody'} at {event.at.isoformat()}"
    return f"{broken.chain}: event {event.pk}, {where}: {broken.why}."


def _namespace(slug: str) -> Namespace | None:
    if not slug:
        return None
    found = Namespace.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no workspace {slug!r}.")
    return found


def _kept(path: str | None, namespace: Namespace | None) -> list[Head]:
    if not path:
        return []
    try:
        lines = Path(path).read_text().splitlines()
        found = [Head(uid, text, slug) for uid, text, slug in (line.split() for line in lines)]
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} is no file that 'audit head' wrote.") from error
    return [each for each in found if not namespace or each.uid == namespace.uid]


def _day(text: str) -> datetime:
    try:
        found = datetime.combine(datetime.fromisoformat(text).date(), time.min, tzinfo=UTC)
    except ValueError as error:
        raise CommandError("Name a day such as 2026-03-31.") from error
    if found > database_now():
        raise CommandError("That day has not come yet. Name one that has.")
    return found
