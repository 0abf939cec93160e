"""Libraries that are kept out of our processes, though they may be installed beside us."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from typing import Any

# pyarrow loads pandas wherever it finds it, to ask whether it was given some of its objects. We
# never give it any, and each process would start a third of a second later, and 40 MB larger.
ABSENT = {"pandas"}


class _Absent(MetaPathFinder):
    def find_spec(self, fullname: str, *_: Any) -> None:
        if fullname in ABSENT:
            message = f"{fullname} is kept out of Waybill's processes: config/absent.py says why"
            raise ModuleNotFoundError(message, name=fullname)


def keep_out() -> None:
    """From now on they cannot be imported; to be called before pyarrow is."""
    sys.meta_path.insert(0, _Absent())
