"""Processes that deliver are killed at random; nothing is lost, and little is doubled."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from config.env import BASE_DIR
from exports.domain.claims import export_claim
from exports.domain.exports import export_create
from exports.domain.requests import request_parse
from exports.domain.runs import run_publish
from exports.models import Delivery, ScriptRun
from exports.outbound.rules import Rules
from tests.receivers import certificate, receiver

if TYPE_CHECKING:
    from pathlib import Path

    from exports.domain.access import Caller
    from exports.models import Collection

EXPORTS, KILLS = 60, 8

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]


def test_killed_deliverers_lose_nothing(
    admin: Caller, trips: Collection, tmp_path: Path, service_env: dict[str, str], settings: Any
) -> None:
    settings.SCRIPTS = True
    pem = certificate(tmp_path, "localhost")
    env = {
        **service_env,
        "WAYBILL_WEBHOOK_ALLOW": "localhost",
        "WAYBILL_WEBHOOK_CA": str(pem),
        "WAYBILL_DELIVERY_LEASE": "2",
        "WAYBILL_DELIVER_EVERY": "0.05",
        "WAYBILL_SCRIPTS": "1",
    }
    settings.WEBHOOK_RULES = Rules.of(["localhost"])
    with receiver(pem) as there:
        for number in range(EXPORTS):
            asked: dict[str, Any] = {"notify": [{"webhook": there.url()}]}
            if number % 10 == 0:
                asked["after_script"] = "log('ran')"
            export_create(admin, request_parse({"collection": "trips", **asked}))
            claim = export_claim(worker="w")
            assert claim
            run_publish(claim, files=[], rows=0, snapshot={}, notices={})
        for kill in range(KILLS + 1):
            process = subprocess.Popen(
                [sys.executable, "manage.py", "deliver"], cwd=BASE_DIR, env=env
            )
            try:
                _wait_until_done(3 + random.random() if kill < KILLS else 60)
            finally:
                process.kill()
                process.wait()
    times = Counter(each.headers["Webhook-Id"] for each in there.got)
    uids = set(Delivery.objects.values_list("uid", flat=True))
    doubled = sum(times.values()) - len(times)
    print(f"told {len(times)} of {EXPORTS}, doubled {doubled} in {KILLS} kills")

    assert set(times) == uids
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    # No more than were on their way when a process was killed.
    assert doubled <= 2 * KILLS
    ran = Counter(ScriptRun.objects.values_list("outcome", flat=True))
    # What was being run when its process was killed is given up when its lease is over.
    assert (ran["waiting"], ran["done"] + ran["running"]) == (0, EXPORTS // 10)


def _wait_until_done(seconds: float) -> None:
    until = time.monotonic() + seconds
    messages = Delivery.objects.filter(state="waiting")
    scripts = ScriptRun.objects.filter(outcome="waiting")
    while time.monotonic() < until and (messages.exists() or scripts.exists()):
        time.sleep(0.1)
