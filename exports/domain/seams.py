"""What the tests take out of the domain, to see that they would notice."""

from __future__ import annotations

FENCED = True  # only the attempt that holds an export writes to it
