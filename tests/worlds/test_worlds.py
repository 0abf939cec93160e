"""Random requests of random worlds: what the engine writes is what slow Python computes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.worlds.comparing import FORMATS, compare

BATCH = 10  # worlds in one test, which one process runs


@pytest.mark.parametrize("first", range(0, 100, BATCH))
def test_a_random_request_yields_what_it_must(first: int) -> None:
    for seed in range(first, first + BATCH):
        with tempfile.TemporaryDirectory() as folder:
            compare(seed, Path(folder), [FORMATS[seed % len(FORMATS)]])


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 1_500, BATCH))
def test_it_does_in_every_format(first: int) -> None:
    for seed in range(first, first + BATCH):
        with tempfile.TemporaryDirectory() as folder:
            compare(seed, Path(folder), FORMATS)
