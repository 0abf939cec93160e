"""Requests to a service, sent again where that is safe.

A request that changes something is sent again only where the service takes the second for the
first (an ``Idempotency-Key``) or says itself that it did nothing (429, 503).
"""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from exports.client.errors import Busy, NoName, NoService, Unreachable, refusal

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from io import FileIO

    File = tuple[str, tuple[str, FileIO]]

BUSY = (429, 503)  # it did nothing
AWAY = (502, 504)  # what stands before the service does not know what it did
SAFE = ("GET", "HEAD")
_LONGEST = 60.0  # seconds, whatever Retry-After says


@dataclass(frozen=True, slots=True)
class Retries:
    """How often to send again, and how long to wait in between: twice as long each time.

    :ivar most: tries after the first. :ivar first: seconds before the second one.
    """

    most: int = 5
    first: float = 0.5

    def pause(self, number: int, asked: str | None = None) -> float:
        """Seconds before try ``number``, from 1.

        :param asked: the service's ``Retry-After``, which counts more: seconds, or a date.
        """
        told = seconds_asked(asked)
        if told is not None:
            return min(told, _LONGEST)
        # Not the same for all who lost the service at once.
        return min(self.first * 2.0 ** (number - 1), _LONGEST) * random.uniform(0.5, 1)  # noqa: S311


@dataclass(slots=True)
class Transport:
    """One service, and a connection to it that is kept.

    :ivar base: its address, without ``/api/v1``.
    :ivar timeout: seconds without a byte after which an answer is given up.
    """

    base: str
    key: str = field(repr=False)
    namespace: str | None = None
    timeout: float = 60.0
    retries: Retries = field(default_factory=Retries)
    http: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        headers = {"Accept": "application/json", "User-Agent": "waybill-client"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        if self.namespace:
            headers["X-Namespace"] = self.namespace
        self.http = httpx.Client(
            base_url=f"{self.base}/api/v1", headers=headers, timeout=self.timeout
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        files: Sequence[File] | None = None,
    ) -> httpx.Response:
        """The whole answer.

        :param body: sent as JSON unless it is None; with files as the fields of a form.
        :param files: the name of the field of each, that of the file, and what it is read from
            as it is sent.
        :raises Refused: it answered with an error. :raises Unreachable: it did not answer.
        """
        again = method in SAFE or "Idempotency-Key" in (headers or {})
        request = self._request(method, path, body, query, headers, files)
        for number in range(1, self.retries.most + 2):
            last = number > self.retries.most
            try:
                answer = self.http.send(request)
            except httpx.TransportError as error:
                # What was never sent did nothing.
                if last or not (again or isinstance(error, httpx.ConnectError)):
                    raise Unreachable(self.base, _words(error)) from error
                time.sleep(self.retries.pause(number))
                continue
            may = BUSY + AWAY if again else BUSY
            if answer.status_code not in may or last:
                return self._checked(answer)
            time.sleep(self.retries.pause(number, answer.headers.get("Retry-After")))
        raise AssertionError  # pragma: no cover - the last round returns or raises

    def json(self, method: str, path: str, **asked: Any) -> Any:
        """The answer's JSON; None when it has no body. Arguments as of :meth:`send`."""
        answer = self.send(method, path, **asked)
        return self.read(answer) if answer.content else None

    def read(self, answer: httpx.Response) -> Any:
        """:raises NoService: it is not JSON."""
        try:
            return answer.json()
        except ValueError:
            kind = answer.headers.get("Content-Type", "nothing")
            raise NoService(self.base, f"it sent {kind} instead of JSON") from None

    @contextmanager
    def stream(
        self,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Generator[httpx.Response, None, None]:
        """An answer whose bytes have not been read yet. It is asked for once only.

        Where the store hands out the file itself, that is followed, without the key.

        :raises Refused: it answered with an error. :raises httpx.TransportError: it broke off.
        """
        # What comes must be the very bytes that the checksum is of.
        asked = {"Accept": "*/*", "Accept-Encoding": "identity", **(headers or {})}
        with self.http.stream("GET", path, params=query, headers=asked) as answer:
            if not answer.is_redirect:
                if answer.is_error:
                    answer.read()
                yield self._checked(answer)
                return
        only_range = {"Accept-Encoding": "identity"}
        if part := asked.get("Range"):
            only_range["Range"] = part
        elsewhere = answer.next_request
        if elsewhere is None:
            raise NoService(self.base, "it leads nowhere")
        with httpx.stream("GET", elsewhere.url, headers=only_range, timeout=self.timeout) as answer:
            if answer.is_error:
                answer.read()
            yield self._checked(answer)

    def _request(
        self,
        method: str,
        path: str,
        body: Any,
        query: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
        files: Sequence[File] | None,
    ) -> httpx.Request:
        given = {name: value for name, value in (query or {}).items() if value is not None}
        content = {"data": body, "files": files} if files else {"json": body}
        try:
            return self.http.build_request(
                method, path, params=given, headers=headers or {}, **content
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            raise Unreachable(self.base, _words(error)) from error

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_redirect:
            place = answer.headers.get("Location", "")
            raise NoService(self.base, f"it leads to {place}. Give that address instead")
        if not answer.is_error:
            return answer
        try:
            problem = answer.json()
        except ValueError:
            problem = None
        if not isinstance(problem, dict):
            # Whatever stands before the service, or instead of it.
            if answer.status_code in (404, 405):
                raise NoService(self.base, f"it answered {answer.status_code} without a reason")
            problem = {"detail": f"{self.base} answered {answer.status_code}."}
        refused = refusal(answer.status_code, problem)
        if isinstance(refused, Busy):
            refused.retry_after = answer.headers.get("Retry-After")
        raise refused


def named(reference: str) -> str:
    """An id or a name as a part of a path.

    :raises NoName: it is none, and would make another path of it.
    """
    if reference in ("", ".", ".."):
        raise NoName(reference)
    return quote(reference, safe="")


def seconds_asked(text: str | None) -> float | None:
    """What a ``Retry-After`` says, which may be a date; None when it says nothing."""
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def _words(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "it took too long to answer"
    return str(error).rstrip(".")
