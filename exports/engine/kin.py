"""Ends a process with the one that started it."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """Ask the kernel to end this process when its parent is gone, however that happens.

    The kernel counts as the parent the very thread that started this process: when that thread
    ends, so does this process.
    """
    if _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    # The parent may have died before the kernel was asked.
    if os.getppid() != parent:
        os._exit(1)
