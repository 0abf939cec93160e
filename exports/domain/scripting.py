"""Scripts of administrators: each is run once, or said not to have been, and what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from exports.domain.access import caller_in
from exports.domain.after import may_script, webhook_refusal
from exports.domain.audit import SYSTEM, audit_append
from exports.domain.clock import database_now
from exports.domain.deliveries import webhook_delivery
from exports.domain.keys import key_holds
from exports.models import Delivery, Export, ScriptRun

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from exports.scripts.run import Ran

Outcome = ScriptRun.Outcome

# Besides a script's own time: that of its process to start and to end, and some to spare.
_LEASE = timedelta(minutes=2)
_LOST = "The process that ran it was lost. It may have run in part, and is not run again."
_NOT_ALLOWED = "It was not run: who asked for it may not have scripts run any more."


def script_claim() -> ScriptRun | None:
    """The script that has waited for longest, for the caller to run. It is never claimed again."""
    if not ScriptRun.objects.filter(outcome=Outcome.WAITING).exists():
        return None
    with transaction.atomic():
        waiting = ScriptRun.objects.filter(outcome=Outcome.WAITING).select_for_update(
            skip_locked=True, of=("self",), no_key=True
        )
        found = _with_export(waiting).order_by("pk").first()
        if found is None:
            return None
        found.outcome, found.started_at = Outcome.RUNNING, database_now()
        found.save(update_fields=["outcome", "started_at"])
    return found


def script_refusal(export: Export) -> str:
    """Why the script of an export is not run after all; empty when it is."""
    key = export.api_key
    caller = caller_in(export.namespace, export.created_by, key=key)
    holds = caller is not None and may_script(caller) and (key is None or key_holds(key))
    return "" if holds else _NOT_ALLOWED


def script_end(run: ScriptRun, ran: Ran) -> bool:
    """Write down what came of a script, and the messages that it wants sent if it ended well.

    :returns: False when it had been given up as lost; nothing was written, and nothing is sent.
    """
    now = database_now()
    calls = ran.calls if ran.outcome == Outcome.DONE else ()
    refusals = {url: webhook_refusal(url) for url, _ in calls}
    refused = [f"webhook(…) to {url}: {said}" for url, said in refusals.items() if said]
    output = "\n".join(filter(None, [ran.output.rstrip("\n"), *refused]))
    with transaction.atomic():
        if not _end(run, ran.outcome, output, now):
            return False
        Delivery.objects.bulk_create(
            _delivery(run.export, url, body, now) for url, body in calls if not refusals[url]
        )
    return True


def scripts_reap() -> int:
    """Give up those whose process was lost. Returns how many."""
    since = database_now() - settings.SCRIPT_SECONDS - _LEASE
    lost = ScriptRun.objects.filter(outcome=Outcome.RUNNING, started_at__lt=since)
    return sum(_reap(each) for each in _with_export(lost))


def _reap(run: ScriptRun) -> bool:
    with transaction.atomic():
        return _end(run, Outcome.FAILED, _LOST, database_now())


def _with_export(runs: QuerySet[ScriptRun]) -> QuerySet[ScriptRun]:
    return runs.select_related("export__namespace", "export__collection", "export__created_by")


def _end(run: ScriptRun, outcome: str, output: str, now: datetime) -> bool:
    running = ScriptRun.objects.filter(pk=run.pk, outcome=Outcome.RUNNING)
    if not running.update(outcome=outcome, output=output, ended_at=now):
        return False
    audit_append(
        run.export.namespace,
        "script.ended",
        actor=SYSTEM,
        subject=run.export.uid,
        outcome=outcome,
    )
    return True


def _delivery(export: Export, url: str, body: str, now: datetime) -> Delivery:
    made = webhook_delivery(export, url, now)
    made.body = body
    return made
