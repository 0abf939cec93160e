"""The operator's page, and the units, say what is so."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.test import Client

from config.env import BASE_DIR
from exports.domain.reasons import REASONS
from exports.models import Namespace

PAGE = (BASE_DIR / "docs" / "operations.md").read_text()
UNITS = sorted((BASE_DIR / "deploy").glob("*.service"))


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_reason_is_told_and_whether_it_is_tried_again() -> None:
    told = re.findall(r"^\| `(\w+)` \| (yes|no) \|", section("Why an export failed"), re.MULTILINE)

    assert dict(told) == {
        code: "yes" if reason.retried else "no" for code, reason in REASONS.items()
    }
    assert len(told) == len(REASONS)


def test_every_setting_is_told() -> None:
    reads = r"\b(?:text|flag|number|seconds|pauses|names|choice|folder|secret)\(\s*\"([A-Z0-9_]+)\""
    files = (BASE_DIR / "config").rglob("*.py")
    read = {name for file in files for name in re.findall(reads, file.read_text())}

    assert {name for name in read if f"`{name}`" not in PAGE} == set()
    assert len(read) > 20


def test_every_metric_is_told(demo: Namespace) -> None:
    Namespace.objects.update(quota=1)
    text = Client().get("/metrics").content.decode()
    given = set(re.findall(r"^# HELP (\w+)", text, re.MULTILINE))

    told = set(re.findall(r"\bwaybill_[a-z_]+", section("What to watch")))

    # Nobody has made a round yet, so that it does not tell when; the token's file is no metric.
    rounds = {"waybill_reconciled_seconds", "waybill_delivered_seconds"}
    assert told - rounds - {"waybill_token"} == given


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_what_there_is_and_ends_it_gently(unit: Path) -> None:
    found = ConfigParser(interpolation=None, strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(unit)
    service = found["Service"]

    program, *arguments = service["ExecStart"].split()
    assert service["KillMode"] == "mixed"
    assert service["TimeoutStopSec"]
    if program.endswith("/python"):
        assert arguments[0] == "manage.py"
        assert arguments[1] in get_commands()
    else:
        assert arguments[0] == "config.wsgi:application"


def test_there_is_a_unit_for_each_kind_of_process() -> None:
    assert [unit.name for unit in UNITS] == [
        "waybill-deliver.service",
        "waybill-reconcile.service",
        "waybill-web.service",
        "waybill-worker@.service",
    ]


def test_the_example_of_the_settings_names_those_that_there_are() -> None:
    lines = (BASE_DIR / "deploy" / "waybill.env").read_text().splitlines()
    named = {line.partition("=")[0] for line in lines if not line.startswith("#")}

    assert {name for name in named if f"`{name}`" not in PAGE} == set()
