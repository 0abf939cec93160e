"""Loaded before Django's settings: gives each test process a state folder and servers of its own.

``WAYBILL_TEST_DATABASE=postgres`` runs the tests on PostgreSQL; otherwise on a SQLite file.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from base64 import b64encode
from contextlib import ExitStack
from pathlib import Path

from tests import services
from tests.s3.servers import KEY_ID, SECRET

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(tempfile.mkdtemp(prefix="waybill-test-"))
# PostgreSQL runs as another user, who must be able to pass through to its own folder.
VAR.chmod(0o711)

_running = ExitStack()


def _clean_up() -> None:
    _running.close()
    shutil.rmtree(VAR, ignore_errors=True)


def _prepare() -> None:
    atexit.register(_clean_up)
    (VAR / "sources").mkdir()
    os.environ["WAYBILL_VAR"] = str(VAR)
    os.environ["WAYBILL_SOURCE_ROOTS"] = f"{VAR}/sources"
    (VAR / "master_key").write_text(b64encode(os.urandom(32)).decode())
    os.environ["WAYBILL_PULSE"] = "0.1"
    os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"] = KEY_ID, SECRET
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright runs an event loop
    os.environ["REDIS_URL"] = _running.enter_context(services.valkey(VAR))
    in_worker = "PYTEST_XDIST_WORKER" in os.environ
    if os.environ.get("WAYBILL_TEST_DATABASE") == "postgres" and not in_worker:
        os.environ["DATABASE_URL"] = _running.enter_context(services.postgres(VAR / "postgres"))


_prepare()
