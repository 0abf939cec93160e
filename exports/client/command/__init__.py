"""The ``waybill`` command: what the client does, for a shell."""

from __future__ import annotations

import io
import sys

import click

from exports.client.command.app import waybill
from exports.client.command.endings import Ending, ending_of, tell
from exports.client.command.session import Session
from exports.client.errors import WaybillError


def main() -> None:
    """Run the command. Ends the process with a code of :class:`Ending`."""
    session = Session()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        ended = waybill.main(prog_name="waybill", standalone_mode=False, obj=session)
    except click.Abort:
        click.echo("Stopped. What was asked of the service goes on.", err=True)
        sys.exit(Ending.INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (WaybillError, OSError) as error:
        tell(error, as_json=session.as_json)
        sys.exit(ending_of(error))
    finally:
        session.close()
    sys.exit(ended if isinstance(ended, int) else Ending.DONE)
