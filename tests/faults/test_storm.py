"""Nothing is lost, doubled, cut short or out of order, whatever is killed or stopped meanwhile."""

from __future__ import annotations

import pytest

from tests.faults.programs import run

SHORT = ("--exports", "16", "--namespaces", "4")
SHORTEST = ("--exports", "12", "--namespaces", "4", "--seconds", "10")
FULL = ("--exports", "200", "--namespaces", "8", "--seconds", "900")
DATABASES = ("sqlite", "postgres")


@pytest.mark.parametrize("database", DATABASES)
def test_it_loses_nothing_in_a_storm(database: str) -> None:
    outcome = run("storm", "--database", database, *SHORT, seconds=200)

    assert outcome.well, outcome.figures


@pytest.mark.soak
@pytest.mark.parametrize("seed", ["1", "2"])
@pytest.mark.parametrize("database", DATABASES)
def test_it_loses_nothing_in_a_long_storm(database: str, seed: str) -> None:
    outcome = run("storm", "--database", database, "--seed", seed, *FULL, seconds=1200)

    assert outcome.well, outcome.figures


def test_with_the_fence_taken_out_the_storm_shows_it() -> None:
    outcome = run("storm", "--unfenced", *SHORTEST, seconds=200)

    assert not outcome.well
    assert outcome.figures["published twice"] > 0
