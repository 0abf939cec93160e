"""Compares worlds with engines from which one rule was taken out, and prints which ones showed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from exports.engine import relation, seams
from exports.engine.errors import OrderBroken
from tests.worlds.comparing import FORMATS, Different, compare

MOST = 60  # worlds in which a rule that was taken out must show


def unrestricted(rows: Any, *_: object) -> Any:
    """Everybody reads everything."""
    return rows


RULES: Mapping[str, tuple[ModuleType, str, object]] = {
    "access": (relation, "restricted", unrestricted),
    "order": (seams, "IN_ORDER", False),
    "left join": (seams, "LEFT", "INNER"),
}


def shows(rule: str) -> bool:
    """Whether the comparison sees that a rule was taken out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(*RULES[rule])
        return any(_differs(seed) for seed in range(MOST))


def _differs(seed: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            compare(seed, Path(folder), [FORMATS[seed % len(FORMATS)]])
        except Different as error:
            if isinstance(error.__cause__, AssertionError):
                return True
            if not isinstance(error.__cause__, OrderBroken):  # which the engine saw by itself
                raise
    return False


if __name__ == "__main__":
    for each in RULES:
        print(f"{each}: {'shows' if shows(each) else 'does not show'}")
