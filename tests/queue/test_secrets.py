"""Secrets are planted wherever one can come from; none is found where things are kept."""

from __future__ import annotations

import base64
import io
import logging
import os
import secrets
import signal
import subprocess
import sys
import time
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core import signing
from django.db import connection
from django.test import Client
from redis import Redis
from rq import SimpleWorker

from config.env import BASE_DIR
from exports.domain.audit import SYSTEM
from exports.domain.keys import key_create
from exports.logs import LineFormatter
from exports.models import AuditEvent, Export, State
from exports.queue.worker import ExportWorker
from exports.wakeups import wake
from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from exports.models import Namespace, User


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that this process logs, down to the last detail, as its handlers write it."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(LineFormatter())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.stream
    root.setLevel(level)
    root.removeHandler(handler)


def made(prefix: str = "planted") -> str:
    return f"{prefix}-{secrets.token_urlsafe(24)}"


def database() -> str:
    """Every row of every table."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)


def redis() -> str:
    """Every value of every key; what RQ has packed is unpacked."""
    server: Any = Redis.from_url(settings.REDIS_URL)
    kinds: dict[bytes, Callable[[Any], Any]] = {
        b"string": lambda key: [server.get(key)],
        b"hash": lambda key: server.hgetall(key).values(),
        b"set": server.smembers,
        b"list": lambda key: server.lrange(key, 0, -1),
        b"zset": lambda key: server.zrange(key, 0, -1),
        b"stream": lambda key: [each for _, entry in server.xrange(key) for each in entry.values()],
    }
    return "\n".join(
        f"{key!r} {unpacked(value)!r}"
        for key in server.scan_iter()
        for value in kinds[server.type(key)](key)
    )


def unpacked(value: bytes) -> bytes:
    for unpack in (zlib.decompress, lambda packed: zlib.decompress(base64.b64decode(packed))):
        with suppress(zlib.error, ValueError):
            return unpack(value)
    return value


def asked_of_the_web(user: User, namespace: Namespace) -> dict[str, str]:
    """Secrets that people and scripts send, where they belong and where they do not."""
    browser, script = Client(), Client(raise_request_exception=False)
    wrong, new, otp, typed = made(), made(), made(), made()
    login = {"login": user.email, "password": wrong, "otp": otp}
    browser.post("/account/login/", login)
    browser.post("/account/login/", {**login, "password": PASSWORD})
    browser.post(
        "/account/password/change/", {"oldpassword": typed, "password1": new, "password2": new}
    )
    _, key = key_create(
        namespace=namespace, owner=user, label="planted", scopes=["admin"], actor=SYSTEM
    )
    _, misplaced = key_create(
        namespace=namespace, owner=user, label="misplaced", scopes=["admin"], actor=SYSTEM
    )
    basic, token, forged, signature = made(), made(), made("abcdefgh"), secrets.token_hex(32)
    link, body = signing.dumps({"user": user.pk}, salt="exports.link"), made()
    script.get("/api/v1/exports", headers={"Authorization": f"Bearer {key}"})
    script.get("/metrics", REMOTE_ADDR="203.0.113.9", headers={"Authorization": f"Bearer {token}"})
    basic_header = base64.b64encode(f"ada:{basic}".encode()).decode()
    script.get("/api/v1/exports", headers={"Authorization": f"Basic {basic_header}"})
    script.get(f"/nothing-here/{misplaced}?key={misplaced}")
    script.get(f"/nothing-here/links/{link}")
    script.get("/nothing-here", {"X-Amz-Signature": signature})
    script.get("/demo", headers={"Cookie": f"sessionid={forged}"})
    script.post("/api/v1/exports", f'{{"password": "{body}"', content_type="application/json")
    return {
        "a password": PASSWORD,
        "a wrong password": wrong,
        "a new password": new,
        "an old password": typed,
        "a one-time code": otp,
        "the id of a session": browser.cookies["sessionid"].value,
        "the token of a form": browser.cookies["csrftoken"].value,
        "a key": key,
        "a key in an address": misplaced,
        "a password in a header": basic,
        "a header with a password": basic_header,
        "a token of metrics": token,
        "a forged session": forged,
        "a signed link": link,
        "a signature of S3": signature,
        "a password in a body": body,
    }


def planted_in(env: dict[str, str], store: Path) -> dict[str, str]:
    """Secrets that an operator gives to a process of ours."""
    found = {
        "WAYBILL_SECRET_KEY": made(),
        "WAYBILL_METRICS_TOKEN": made(),
        "WAYBILL_MASTER_KEY": base64.b64encode(os.urandom(32)).decode(),
        "AWS_SECRET_ACCESS_KEY": made(),
        "AWS_SESSION_TOKEN": made(),
    }
    to_redis, to_database = made(), made()
    env |= {**found, "WAYBILL_STORE": str(store), "WAYBILL_LOG_LEVEL": "DEBUG"}
    env["REDIS_URL"] = f"{settings.REDIS_URL}?username=default&password={to_redis}"
    if connection.vendor == "postgresql":
        env["DATABASE_URL"] = env["DATABASE_URL"].replace("@", f":{to_database}@", 1)
    else:
        env["PGPASSWORD"] = to_database
    return {**found, "the password of Redis": to_redis, "that of the database": to_database}


def run_one(export: Export, env: dict[str, str]) -> str:
    """A worker of its own makes the export; gives what it logged."""
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        cwd=BASE_DIR,
        env=env,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    try:
        while export.is_active and time.monotonic() < deadline:
            time.sleep(0.1)
            export.refresh_from_db()
    finally:
        worker.send_signal(signal.SIGTERM)
        told = worker.communicate(timeout=20)[1]
    assert export.state == State.READY, told
    return told


def test_no_planted_secret_is_kept_anywhere(
    log: io.StringIO,
    transactional_db: None,
    demo: Namespace,
    ada: User,
    make_export: Callable[..., Export],
    service_env: dict[str, str],
    tmp_path: Path,
) -> None:
    Redis.from_url(settings.REDIS_URL).flushall()
    planted = asked_of_the_web(ada, demo) | planted_in(service_env, tmp_path)
    export = make_export()
    told = run_one(export, service_env)

    places = {"logs": log.getvalue() + told, "database": database(), "Redis": redis()}

    found = [
        (name, place)
        for name, secret in planted.items()
        for place, text in places.items()
        if secret in text
    ]
    print(f"{len(planted)} secrets planted, found: {len(found)}")
    assert found == []
    # What is no secret is there, so that nothing was looked for in vain.
    assert export.uid in told
    assert "/nothing-here/" in places["logs"]
    assert AuditEvent.objects.filter(action="person.sign_in_failed").exists()
    assert export.uid in places["database"]
    assert "rq:" in places["Redis"]


class InThisProcess(SimpleWorker, ExportWorker):
    """Runs a wake-up without a fork."""


def test_what_went_wrong_is_told_in_the_log_and_not_in_redis(
    log: io.StringIO, transactional_db: None, demo: Namespace
) -> None:
    Redis.from_url(settings.REDIS_URL).flushall()
    assert wake()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE exports_export RENAME TO away")
    try:
        InThisProcess().work(burst=True, logging_level="WARNING")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO exports_export")

    assert "exports_export" in log.getvalue()
    told = redis()
    assert "The worker's log says more." in told
    assert "exports_export" not in told
