"""The parts of the service in plain words, as the operators' page says how each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exports.domain.health import DOWN, LATE, NONE, OK, UNKNOWN
from exports.web.tags import plural

if TYPE_CHECKING:
    from exports.domain.health import Health


@dataclass(frozen=True, slots=True)
class Part:
    """:ivar mark: the state whose colour and drawing it takes: ``ready``, ``error``, ``pending``.
    :ivar word: how it is, in a word. :ivar says: what that means, and what to do.
    """

    name: str
    mark: str
    word: str
    says: str


_MARKS = {OK: "ready", DOWN: "error", NONE: "error", LATE: "error", UNKNOWN: "pending"}
_WORDS = {
    OK: "Well",
    DOWN: "Does not answer",
    NONE: "None",
    LATE: "Late",
    UNKNOWN: "Not known",
}
_NAMES = {
    "database": "Database",
    "redis": "Redis",
    "workers": "Workers",
    "store": "Store",
    "reconciler": "Reconciler",
    "deliverer": "Deliverer",
}
_SAYS = {
    ("database", OK): "It holds every request, every state and the history.",
    ("database", DOWN): "Nothing can be asked for or looked at until it is back.",
    ("redis", OK): "It wakes workers when something waits.",
    ("redis", DOWN): "Exports are still accepted, and wait. They start by themselves once Redis "
    "is back. Nothing is lost: what waits is in the database.",
    ("workers", NONE): "Nothing runs until one is started: manage.py worker.",
    ("workers", UNKNOWN): "Redis knows them, and does not answer. What runs goes on running.",
    ("store", OK): "Results can be written and downloaded.",
    ("store", DOWN): "Results can neither be written nor downloaded until it is back.",
    ("reconciler", OK): "It wakes what was forgotten, and clears away what has expired.",
    ("reconciler", LATE): "It has not made its round for more than a minute. Lost runs and expired "
    "results wait for it: manage.py reconcile.",
    ("reconciler", NONE): "It has never made its round: start manage.py reconcile.",
    ("reconciler", UNKNOWN): "The database would know.",
    ("deliverer", OK): "It sends webhooks and e-mail, and runs scripts.",
    ("deliverer", LATE): "It has not made its round for more than a minute. Messages and scripts "
    "wait for it: manage.py deliver.",
    ("deliverer", NONE): "It has never made its round. Messages and scripts wait until one is "
    "started: manage.py deliver.",
    ("deliverer", UNKNOWN): "The database would know.",
}


def parts_of(health: Health) -> list[Part]:
    return [_part(name, health.parts[name], health) for name in _NAMES]


def _part(name: str, state: str, health: Health) -> Part:
    if name == "workers" and health.workers:
        says = f"{plural(len(health.workers), 'worker is,workers are')} there."
    else:
        says = _SAYS[name, state]
    return Part(_NAMES[name], _MARKS[state], _WORDS[state], says)
