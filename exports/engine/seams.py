"""What the tests take out of the engine, to see that they would notice."""

from __future__ import annotations

IN_ORDER = True  # rows come in the order of the source
LEFT = "LEFT"  # rows without a partner stay
