"""Runs one of the programs beside it in a process, with a folder and servers, of its own.

``python -m tests.faults.run storm --database postgres …``; the last line that it prints is what
it found, as JSON, and its code is 0 when that is as it should be.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

import django

from tests import services

# Short, so that whatever is lost is soon noticed.
SHORT = {
    "WAYBILL_LEASE": "1.5",
    "WAYBILL_PULSE": "0.1",
    "WAYBILL_RECONCILE_EVERY": "0.5",
    # Many, so that none fails for good however often it is struck.
    "WAYBILL_RETRY_PAUSES": ",".join(["0.2"] * 30),
    "WAYBILL_LOG_LEVEL": "WARNING",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    asked, rest = parser.parse_known_args()
    folder = Path(tempfile.mkdtemp(prefix="waybill-fault-"))
    # PostgreSQL runs as another user, who must be able to pass through to its own folder.
    folder.chmod(0o711)
    with ExitStack() as servers:
        servers.callback(shutil.rmtree, folder, ignore_errors=True)
        os.environ |= {**SHORT, "WAYBILL_VAR": str(folder), "WAYBILL_SOURCE_ROOTS": str(folder)}
        os.environ["REDIS_URL"] = servers.enter_context(services.valkey(folder))
        os.environ.pop("DATABASE_URL", None)
        if asked.database == "postgres":
            os.environ["DATABASE_URL"] = servers.enter_context(
                services.postgres(folder / "postgres")
            )
        django.setup()
        program = import_module(f"tests.faults.{asked.program}")
        found, well = program.main(rest)
        print(json.dumps(found))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
