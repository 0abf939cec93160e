"""The production profile: clean when all is set, refused with a sentence when it is not."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from config.env import BASE_DIR
from config.production import production_faults

if TYPE_CHECKING:
    from pathlib import Path

SAFE: dict[str, Any] = {
    "debug": False,
    "https": True,
    "hosts": ["waybill.example.org"],
    "secret_key": "0123456789" * 5,
    "redis_url": "unix:///run/waybill/valkey.sock",
    "metrics_token": "",
    "oidc_url": "https://id.example.org",
}


def check(var: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """``manage.py check --deploy`` with no settings but these."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [
            *(sys.executable, "-W", "error", "manage.py"),
            *("check", "--deploy", "--fail-level", "WARNING"),
        ],
        cwd=BASE_DIR,
        env={**kept, "WAYBILL_VAR": str(var), "WAYBILL_PROFILE": "production", **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_check_for_deployment_is_clean(tmp_path: Path) -> None:
    done = check(tmp_path, WAYBILL_HOSTS="waybill.example.org")

    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "System check identified no issues (0 silenced).\n",
        "",
    )


def test_it_does_not_start_with_what_is_not_safe(tmp_path: Path) -> None:
    done = check(tmp_path, WAYBILL_HTTPS="0", REDIS_URL="redis://cache:6379/0")

    assert done.returncode == 1
    for name in ("WAYBILL_HTTPS", "WAYBILL_HOSTS", "REDIS_URL"):
        assert f"{name} must" in done.stderr


def test_safe_settings_have_no_fault() -> None:
    assert list(production_faults(**SAFE)) == []


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("debug", True, "WAYBILL_DEBUG"),
        ("https", False, "WAYBILL_HTTPS"),
        ("hosts", [], "WAYBILL_HOSTS"),
        ("hosts", ["waybill.example.org", "*"], "WAYBILL_HOSTS"),
        ("secret_key", "short", "WAYBILL_SECRET_KEY"),
        ("secret_key", "ab" * 40, "WAYBILL_SECRET_KEY"),
        ("redis_url", "redis://127.0.0.1:6379/0", "REDIS_URL"),
        ("redis_url", "rediss://cache/0", "REDIS_URL"),
        ("metrics_token", "1234", "WAYBILL_METRICS_TOKEN"),
        ("oidc_url", "http://id.example.org", "WAYBILL_OIDC_URL"),
    ],
)
def test_each_fault_is_named(setting: str, value: object, named: str) -> None:
    [fault] = production_faults(**{**SAFE, setting: value})

    assert fault.startswith(f"{named} must")


@pytest.mark.parametrize("url", ["redis://:pass@cache/0", "rediss://cache/0?password=pass"])
def test_redis_with_a_password_is_fine(url: str) -> None:
    assert list(production_faults(**{**SAFE, "redis_url": url})) == []
