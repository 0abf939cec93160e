"""Asking before what cannot be undone."""

from __future__ import annotations

import sys

import click

YES = click.option("--yes", is_flag=True, help="Do not ask.")


def be_sure(question: str) -> None:
    """Go on only after a yes.

    :raises click.UsageError: nobody is there to say it. :raises click.Abort: it was a no.
    """
    try:
        click.confirm(question, abort=True, err=True)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise click.UsageError("Nobody said yes. Give --yes where nobody can be asked.") from None
