"""Gives memory back to the system, so that what is left over from many batches does not add up."""

from __future__ import annotations

import ctypes
from contextlib import suppress

import pyarrow as pa

_libc = ctypes.CDLL(None)


def release() -> None:
    """Let go of what neither Arrow nor the C library has in use; costs a few milliseconds."""
    pa.default_memory_pool().release_unused()
    with suppress(AttributeError):  # only glibc keeps much, and only it has this
        _libc.malloc_trim(0)
