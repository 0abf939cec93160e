"""What REST refuses by itself, before or after the domain is asked."""

from __future__ import annotations

from exports.domain.errors import DomainError


class Unreadable(DomainError):
    """The body is not JSON."""

    status = 400
    code = "unreadable"


class Unauthenticated(DomainError):
    """Nobody, or nobody whom we know."""

    status = 401
    code = "unauthenticated"

    def __init__(self) -> None:
        super().__init__(
            "Send a valid key as 'Authorization: Bearer sk_…', or sign in with the browser."
        )


class CsrfMissing(DomainError):
    """A browser session would change something, without the token of one of our pages."""

    status = 403
    code = "csrf"

    def __init__(self) -> None:
        super().__init__("Send the session's token as X-CSRFToken, or use an API key.")


class BodyTooLarge(DomainError):
    """The body is larger than a request may be."""

    status = 413
    code = "too_large"


class WrongType(DomainError):
    """The body is of another type than JSON."""

    status = 415
    code = "wrong_type"


class TooManyRequests(DomainError):
    """The key has sent as many requests as it may.

    :ivar retry_after: seconds until it may send again.
    """

    status = 429
    code = "rate_limited"

    def __init__(self, limit: int, *, retry_after: int) -> None:
        super().__init__(
            f"This key may send {limit:,} requests a minute. Wait {retry_after} seconds."
        )
        self.retry_after = retry_after


class StoreAway(DomainError):
    """The store does not answer; the same request may succeed in a moment."""

    status = 503
    code = "store_unavailable"
