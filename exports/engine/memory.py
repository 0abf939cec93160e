"""Gives memory back to the system, so that what is left over from many batches does not add up."""

from __future__ import annotations

import ctypes
from contextlib import suppress

import pyarrow as pa

M_MMAP_THRESHOLD = -3  # glibc's name for it
LARGE = 1 << 20  # bytes

_libc = ctypes.CDLL(None)


def return_large() -> None:
    """Have the C library return large blocks as soon as they are free, in this process.

    By itself it comes to keep them, once it has seen a few.
    """
    with suppress(AttributeError):  # only glibc has this
        _libc.mallopt(M_MMAP_THRESHOLD, LARGE)


def release() -> None:
    """Let go of what neither Arrow nor the C library has in use; costs a few milliseconds."""
    pa.default_memory_pool().release_unused()
    with suppress(AttributeError):  # only glibc keeps much, and only it has this
        _libc.malloc_trim(0)
