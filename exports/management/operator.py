"""Who does what is done on the command line."""

from __future__ import annotations

import getpass
import socket

from exports.domain.audit import Actor


def operator() -> Actor:
    """The person at the machine, as the history shows him."""
    return Actor(name=f"{getpass.getuser()} on {socket.gethostname()}", uid="command")
