"""From an error of DuckDB, Arrow or the disk to the reason that a user can read."""

from __future__ import annotations

import errno

import duckdb

from exports.engine.errors import (
    Cancelled,
    EngineError,
    EngineFailed,
    OrderBroken,
    OutOfMemory,
    SourceInvalid,
    StorageFailed,
    StorageFull,
)

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
OURS = (  # what only a mistake in our own SQL can bring about
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.InternalException,
    duckdb.NotImplementedException,
    duckdb.ParserException,
)
MISFIT = "The source holds a value that does not fit its type, or is too large for it."

# A reader of Arrow batches may raise what DuckDB says as a plain OSError: only its words are left.
WORDS: tuple[tuple[str, type[EngineError], str], ...] = (
    ("INTERRUPT Error", Cancelled, ""),
    ("No space left on device", StorageFull, ""),
    ("Out of Memory Error", OutOfMemory, ""),
    ("Conversion Error", SourceInvalid, MISFIT),
    ("Out of Range Error", SourceInvalid, MISFIT),
    (f"Invalid Input Error: {OrderBroken.code}", OrderBroken, ""),
    ("IO Error", SourceInvalid, ""),
    ("Invalid Input Error", SourceInvalid, ""),
)


def explain_read(error: BaseException) -> EngineError:
    """The reason why reading the source ended."""
    if isinstance(error, MemoryError):
        return OutOfMemory()
    for words, reason, text in WORDS:
        if words in str(error):
            return reason(text)
    # Damage in a file comes under many names, the plain duckdb.Error among them.
    damaged = isinstance(error, duckdb.Error) and not isinstance(error, OURS)
    return SourceInvalid() if damaged else EngineFailed()


def explain_write(error: OSError) -> EngineError:
    """The reason why storing the result ended."""
    return StorageFull() if error.errno in FULL else StorageFailed()


def explain_any(error: BaseException) -> EngineError:
    """The reason for an error from whatever part of a run."""
    return OutOfMemory() if isinstance(error, MemoryError) else EngineFailed()
