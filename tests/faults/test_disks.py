"""A disk that is full, or cannot be written to."""

from __future__ import annotations

from tests.faults.programs import run


def test_a_disk_that_is_full_or_cannot_be_written_to_fails_the_export_with_its_reason() -> None:
    outcome = run("disks", seconds=200, within=["unshare", "--map-root-user", "--mount"])

    assert outcome.well, outcome.figures
