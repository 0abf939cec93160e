"""Delivers messages and runs scripts, side by side, while exports go on without waiting for it."""

from __future__ import annotations

import logging
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from smtplib import SMTPException
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection

from exports.domain.after import email_refusal
from exports.domain.deliveries import Outcome, delivery_claim, delivery_end
from exports.domain.messages import email_parts, export_told
from exports.domain.rounds import Round, round_note
from exports.domain.scripting import script_claim, script_end, script_refusal, scripts_reap
from exports.domain.webhooks import webhook_secrets
from exports.models import Delivery
from exports.outbound.errors import AddressRefused, NotReached
from exports.outbound.post import Sender
from exports.outbound.signature import signed_headers
from exports.outbound.target import target_parse
from exports.scripts.run import Ran, script_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.models import ScriptRun
    from exports.stopping import Stop

T = TypeVar("T")

logger = logging.getLogger(__name__)

# Of one workspace at a time, so that one whose receivers are slow does not hold up the others.
_SHARE = 2
_GONE = 410
_BUSY = 0.05  # seconds between two looks while something is on its way
_NOTED_EVERY = 10.0  # seconds; it looks more often than that


def deliver_once() -> int:
    """Deliver and run what is due, one after the other. Returns how much was."""
    done = scripts_reap()
    while delivery := delivery_claim():
        _deliver(delivery)
        done += 1
    while run := script_claim():
        _script(run)
        done += 1
    round_note(Round.DELIVERER)
    return done


def deliver_forever(stop: Stop) -> None:
    """Look for what is due every second until ``stop`` is set. A failed round is tried again."""
    desk = _Desk()
    while not stop.is_set():
        try:
            desk.round()
        except Exception:
            # Whatever it was: nobody else delivers.
            logger.exception("A round of the deliverer failed; the next one tries again.")
            connection.close()
        stop.wait(_BUSY if desk.is_busy else settings.DELIVER_EVERY.total_seconds())
    desk.close()
    connection.close()


class _Desk:
    """The threads that deliver, and the one that runs scripts. All of it is for one thread."""

    def __init__(self) -> None:
        self._messages = ThreadPoolExecutor(settings.DELIVERY_THREADS, "deliver")
        self._scripts = ThreadPoolExecutor(1, "script")
        self._on_their_way: dict[Future[None], int] = {}
        self._running: Future[None] | None = None
        self._noted = -_NOTED_EVERY

    @property
    def is_busy(self) -> bool:
        return bool(self._on_their_way or self._running)

    def round(self) -> None:
        """Set out with what is due, as far as there are threads."""
        scripts_reap()
        self._on_their_way = {
            each: whose for each, whose in self._on_their_way.items() if not each.done()
        }
        if self._running and self._running.done():
            self._running = None
        while len(self._on_their_way) < settings.DELIVERY_THREADS:
            delivery = delivery_claim(self._served)
            if delivery is None:
                break
            sent = self._messages.submit(_apart, _deliver, delivery)
            self._on_their_way[sent] = delivery.export.namespace_id
        if self._running is None and (run := script_claim()):
            self._running = self._scripts.submit(_apart, _script, run)
        self._note()

    def _note(self) -> None:
        if time.monotonic() - self._noted >= _NOTED_EVERY:
            round_note(Round.DELIVERER)
            self._noted = time.monotonic()

    def close(self) -> None:
        """Let what is on its way arrive: it is a matter of seconds."""
        self._messages.shutdown()
        self._scripts.shutdown()

    @property
    def _served(self) -> list[int]:
        """The namespaces that have their share."""
        counts = Counter(self._on_their_way.values())
        return [whose for whose, count in counts.items() if count >= _SHARE]


def _apart(do: Callable[[T], None], what: T) -> None:
    try:
        do(what)
    except Exception:
        # When its lease is over, it is tried again.
        logger.exception("A message or a script could not be ended.")
    finally:
        connection.close()  # that of the thread which runs this


def _deliver(delivery: Delivery) -> None:
    send = _webhook if delivery.channel == Delivery.Channel.WEBHOOK else _email
    deleted = delivery.export.deleted_at is not None
    outcome = Outcome("The export was deleted.", final=True) if deleted else send(delivery)
    delivery_end(delivery, outcome)
    logger.info("%s: %s: %s", delivery.export.uid, delivery.uid, outcome.text)


def _webhook(delivery: Delivery) -> Outcome:
    rules = settings.WEBHOOK_RULES
    body = delivery.body.encode()
    secrets = webhook_secrets(delivery.export.namespace)
    headers = signed_headers(secrets, delivery.uid, int(time.time()), body)
    sender = Sender(rules=rules, authorities=settings.WEBHOOK_CA)
    try:
        status = sender.post(target_parse(delivery.target, rules), body, headers)
    except AddressRefused as refusal:
        return Outcome(str(refusal), final=True)
    except NotReached as failure:
        return Outcome(str(failure))
    return _answered(status)


def _answered(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(f"It answered {status}.", delivered=True, status=status)
    if status == _GONE:
        return Outcome("It answered 410: it wants no more.", status=status, final=True)
    if 300 <= status < 400:
        return Outcome(f"It answered {status}: redirects are not followed.", status=status)
    return Outcome(f"It answered {status}.", status=status)


def _email(delivery: Delivery) -> Outcome:
    if refusal := email_refusal(delivery.export.namespace, delivery.target):
        return Outcome(refusal, final=True)
    subject, text = email_parts(delivery.body)
    try:
        EmailMessage(subject, text, to=[delivery.target]).send()
    except (SMTPException, OSError) as error:
        logger.warning("%s: %s: %s", delivery.uid, type(error).__name__, error)
        return Outcome("The mail server did not take it.")
    return Outcome("The mail server took it.", delivered=True)


def _script(run: ScriptRun) -> None:
    export = run.export
    if refusal := script_refusal(export):
        script_end(run, Ran("failed", refusal))
        return
    seconds = settings.SCRIPT_SECONDS.total_seconds()
    ran = script_run(export.after_script, export_told(export), seconds=seconds)
    script_end(run, ran)
    logger.info("%s: its script: %s", export.uid, ran.outcome)
