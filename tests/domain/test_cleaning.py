"""What is left behind on a host, and when it goes."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from exports.domain.cleaning import scratch_clear

if TYPE_CHECKING:
    from pathlib import Path

HOUR = 3600


@pytest.mark.django_db
def test_what_previews_and_registrations_spilled_goes_when_it_is_old(tmp_path: Path) -> None:
    hours = {"preview-old": 1, "preview-new": 0, "register-old": 25, "register-new": 23, "else": 99}
    for name, age in hours.items():
        (tmp_path / name).mkdir()
        then = time.time() - age * HOUR
        os.utime(tmp_path / name, (then, then))

    assert scratch_clear(tmp_path) == 2
    assert {each.name for each in tmp_path.iterdir()} == {"preview-new", "register-new", "else"}
