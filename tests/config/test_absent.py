"""What nobody needs is not loaded, though it is installed for the examples of the docs."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import version

import pyarrow as pa
import pytest


def test_pyarrow_does_without_pandas() -> None:
    assert version("pandas")

    assert pa.array(["a"]).to_pylist() == ["a"]
    assert "pandas" not in sys.modules
    with pytest.raises(ModuleNotFoundError, match="pandas"):
        import_module("pandas")
