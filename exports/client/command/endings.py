"""With which code the command ends, and what it says then."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import IntEnum

import click

from exports.client.errors import (
    Busy,
    Damaged,
    Forbidden,
    Invalid,
    NoName,
    NoService,
    NotConfigured,
    NotFound,
    Refused,
    TimedOut,
    Unauthorised,
    Unreachable,
)
from exports.client.terminal import plain
from exports.client.verify import NotVerified


class Ending(IntEnum):
    """The codes. They do not change."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    NOT_FOUND = 4
    UNREACHABLE = 5
    TIMED_OUT = 6
    NOT_VERIFIED = 7
    INTERRUPTED = 130


MEANINGS = {
    Ending.DONE: "done",
    Ending.FAILED: "the export failed or was cancelled, or its state forbids what was asked",
    Ending.USAGE: "the command or a field of the request is wrong, or address or key is missing",
    Ending.REFUSED: "a key that is not valid, or one that may not do this",
    Ending.NOT_FOUND: "there is no such thing, or it is not yours to see",
    Ending.UNREACHABLE: "the service does not answer, or is busy, still after several tries",
    Ending.TIMED_OUT: "the export has not ended within --timeout; it goes on",
    Ending.NOT_VERIFIED: "what came is not what the signed manifest names",
    Ending.INTERRUPTED: "Ctrl-C",
}
HELP = "\b\nExit codes:\n" + "\n".join(f"  {code:<4} {text}" for code, text in MEANINGS.items())

_ENDINGS: dict[type[Exception], Ending] = {
    Invalid: Ending.USAGE,
    NotConfigured: Ending.USAGE,
    NoName: Ending.USAGE,
    Unauthorised: Ending.REFUSED,
    Forbidden: Ending.REFUSED,
    NotFound: Ending.NOT_FOUND,
    Unreachable: Ending.UNREACHABLE,
    NoService: Ending.UNREACHABLE,
    Busy: Ending.UNREACHABLE,
    TimedOut: Ending.TIMED_OUT,
    NotVerified: Ending.NOT_VERIFIED,
    Damaged: Ending.NOT_VERIFIED,
}


def ending_of(error: Exception) -> Ending:
    """The code for what went wrong."""
    found = (ending for kind, ending in _ENDINGS.items() if isinstance(error, kind))
    return next(found, Ending.FAILED)


def tell(error: Exception, *, as_json: bool) -> None:
    """Say on the error stream what went wrong: in words, or as an object of JSON."""
    if not as_json:
        click.echo(f"Error: {plain(str(error))}", err=True)
        return
    told: dict[str, object] = {
        "detail": str(error),
        "code": getattr(error, "code", ""),
        "errors": [],
    }
    if isinstance(error, Refused):
        told |= {"status": error.status, "errors": [asdict(each) for each in error.errors]}
    click.echo(json.dumps(told), err=True)
