"""What a caller can be told no for. The text of each is the sentence that he reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; ``path`` is dotted: ``where.AND.0.value``."""

    path: str
    message: str


class DomainError(Exception):
    """A request that is refused; nothing has been changed."""

    status = 400
    code = "refused"

    def __init__(self, message: str, *, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.errors = errors


class NotFound(DomainError):
    """There is no such thing, or it is not the caller's: he cannot tell which."""

    status = 404
    code = "not_found"

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what} here.")


EXPIRED = "The files of this export have expired. Run the export again."
DELETED = "This export was deleted. Its line in the history remains."


class Gone(DomainError):
    """It was here, and was deleted or has expired."""

    status = 410
    code = "gone"


class Conflict(DomainError):
    """The state of the thing forbids it."""

    status = 409
    code = "conflict"


class QuotaExceeded(DomainError):
    """The workspace's results take up as much room as they may."""

    status = 409
    code = "quota_exceeded"


class NotReady(DomainError):
    """A collection that is being prepared or is broken cannot be exported."""

    status = 409
    code = "collection_not_ready"


class PastTheEnd(DomainError):
    """The lines asked for begin behind the last one.

    :ivar lines: how many there are. :ivar bytes: those of the text, before compression.
    """

    status = 416
    code = "past_the_end"

    def __init__(self, lines: int, bytes_: int) -> None:
        super().__init__(
            f"The result has {lines:,} lines, numbered from 0, in {bytes_:,} bytes of text. "
            "Ask for a line or an offset before its end."
        )
        self.lines = lines
        self.bytes = bytes_


class Forbidden(DomainError):
    """The caller is known, but may not do this."""

    status = 403
    code = "forbidden"


class InvalidRequest(DomainError):
    """One or more fields cannot be accepted; ``errors`` names each."""

    status = 422
    code = "invalid"

    def __init__(self, *errors: FieldError) -> None:
        message = errors[0].message if len(errors) == 1 else f"{len(errors)} fields are not valid."
        super().__init__(message, errors=errors)


class IdempotencyMismatch(DomainError):
    """The same Idempotency-Key came with another body."""

    status = 422
    code = "idempotency_mismatch"
