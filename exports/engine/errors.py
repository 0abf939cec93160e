"""Why a run ended without a result: one class per reason, with the sentence that the user reads."""

from __future__ import annotations


class EngineError(Exception):
    """A run ended without a result.

    ``code`` names the reason for programs; ``retried`` says that another attempt may do better.
    The engine's own words are in ``__cause__``, for the operator's log only.
    """

    code = "engine_failed"
    retried = False
    text = "The export failed for a reason that we do not know. The operator's log has more."

    def __init__(self, text: str = "") -> None:
        super().__init__(text or self.text)


class EngineFailed(EngineError):
    """Nothing that was foreseen."""


class Cancelled(EngineError):
    """Somebody asked for the end."""

    code = "cancelled"
    text = "The export was cancelled."


class SourceChanged(EngineError):
    """What was read is not one snapshot."""

    code = "source_changed"
    retried = True
    text = "The source was changed while it was read, so that nothing was published."


class SourceInvalid(EngineError):
    """The source is damaged, or holds what its schema rules out."""

    code = "source_invalid"
    text = "The source could not be read: a file is missing or damaged."


class SourceUnavailable(EngineError):
    """The machine on which the source lies does not answer."""

    code = "store_unavailable"
    retried = True
    text = "The source could not be reached. Try again in a moment."


class SchemaChanged(EngineError):
    """The files hold other properties than the collection's schema says."""

    code = "schema_changed"
    text = (
        "The source has other properties than when it was last looked at. "
        "Refresh the collection, then export again."
    )


class DocumentMissing(EngineError):
    """The one document whose elements were asked for is not there."""

    code = "document_missing"
    text = (
        "There is no document with the key that 'prefix' names, or it may not be read. "
        "Check the key, then export again."
    )


class TooSlow(EngineError):
    """A preview was not done in its time."""

    code = "too_slow"
    text = (
        "The preview takes too long. Narrow the filter, or leave 'order_by' or 'expand' out; "
        "the export itself may take its time."
    )


class OutOfMemory(EngineError):
    """The work does not fit into the memory that a run may take."""

    code = "out_of_memory"
    text = "The export needs more memory than it may take. Ask for fewer fields or documents."


class StorageFull(EngineError):
    """The disk is full, that of the results or that of the scratch folder."""

    code = "storage_full"
    text = "There is not enough room for the result. Delete old exports, or ask for less."


class QuotaExceeded(EngineError):
    """The result would take up more bytes than it may."""

    code = "quota_exceeded"
    text = "The result would take up more room than is left to it. Delete exports, or ask for less."


class StorageFailed(EngineError):
    """The store did not take the result."""

    code = "store_unavailable"
    retried = True
    text = "The result could not be stored."


class OrderBroken(EngineError):
    """The documents did not come in the order that was promised."""

    code = "order_broken"
    retried = True
    text = "The documents came out of order, so that nothing was published."
