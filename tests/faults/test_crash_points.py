"""Wherever a run ends, one result comes of the export, and nothing else stays behind."""

from __future__ import annotations

import pytest

from tests.faults.programs import run


def test_a_run_may_end_at_any_step() -> None:
    """Every twenty-third step of each format, each time other ones."""
    outcome = run("sweep", "--every", "23", seconds=300)

    assert outcome.well, outcome.figures
    assert outcome.figures["steps"] > 15


def test_a_run_into_s3_may_end_at_any_step() -> None:
    outcome = run("sweep", "--store", "s3", "--formats", "jsonl", "--every", "7", seconds=300)

    assert outcome.well, outcome.figures
    assert outcome.figures["steps"] > 7


@pytest.mark.soak
@pytest.mark.parametrize("archive", ["none", "zip"])
@pytest.mark.parametrize("format_", ["parquet", "jsonl", "json", "csv"])
@pytest.mark.parametrize(
    ("database", "store"), [("sqlite", "local"), ("postgres", "local"), ("sqlite", "s3")]
)
def test_a_run_of_each_format_may_end_at_every_step(
    database: str, store: str, format_: str, archive: str
) -> None:
    where = ("--database", database, "--store", store)
    outcome = run("sweep", *where, "--formats", format_, "--archive", archive, seconds=900)

    assert outcome.well, outcome.figures
