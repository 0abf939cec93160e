"""Posts a message over https, to an address that was checked and to no other, within its time.

The name is resolved once; the connection goes to what came out, so that a name which answers
otherwise the next time leads nowhere else. Redirects are not followed, and no proxy is used.
"""

from __future__ import annotations

import re
import socket
import ssl
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass
from functools import lru_cache
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

from exports.outbound.errors import AddressRefused, NotReached
from exports.outbound.rules import NOT_PUBLIC, address_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from exports.outbound.rules import Rules
    from exports.outbound.target import Target

SECONDS = 10.0
ANSWER = 64 * 1024  # bytes of an answer that are read

_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?: [^\r\n]*)?\r?\n")
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_TOO_SLOW = "There was no answer within {:g} seconds."


def resolve(host: str, port: int) -> list[str]:
    """The addresses that a name leads to, by this machine's resolver.

    :raises OSError: it leads nowhere.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@dataclass(frozen=True, slots=True)
class Sender:
    """How messages are sent.

    :ivar rules: where they may go.
    :ivar authorities: a file of certificates that are trusted besides the system's.
    :ivar seconds: for all of it, from the first look at the name to the status.
    :ivar resolver: turns a name and a port into addresses.
    """

    rules: Rules
    authorities: str = ""
    seconds: float = SECONDS
    resolver: Callable[[str, int], Sequence[str]] = resolve

    def post(self, target: Target, body: bytes, headers: Mapping[str, str]) -> int:
        """Post a body of JSON. Returns the status that was answered.

        :raises AddressRefused: the name leads to where nothing may go; nothing was connected to.
        :raises NotReached: there was no answer, or none that can be read.
        """
        until = monotonic() + self.seconds
        addresses = self._checked(target, until)
        try:
            with self._connected(target, addresses, until) as connection:
                _send(connection, _message(target, body, headers), until)
                return _status(connection, until)
        except TimeoutError:
            raise NotReached(_TOO_SLOW.format(self.seconds)) from None
        except ssl.SSLCertVerificationError as error:
            raise NotReached(f"Its certificate is not valid: {error.verify_message}.") from None
        except ssl.SSLError:
            raise NotReached("No encrypted connection came about.") from None
        except OSError:
            raise NotReached("It could not be reached.") from None

    def _checked(self, target: Target, until: float) -> Sequence[str]:
        """Where the name leads to. All of it is checked before anything is connected to."""
        found: Future[Sequence[str]] = Future()
        Thread(target=self._resolve, args=(target, found), daemon=True).start()
        try:
            addresses = found.result(max(0.0, until - monotonic()))
        except NotInTime:
            raise NotReached(_TOO_SLOW.format(self.seconds)) from None
        except (OSError, UnicodeError):
            raise NotReached("The name of the host leads nowhere.") from None
        allowed = [
            self.rules.allow(target.host, target.port, address_of(each)) for each in addresses
        ]
        if not allowed or not all(allowed):
            raise AddressRefused(NOT_PUBLIC)
        return addresses

    def _resolve(self, target: Target, found: Future[Sequence[str]]) -> None:
        # In a thread of its own: a resolver knows no deadline.
        try:
            found.set_result(self.resolver(target.host, target.port))
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            found.set_exception(error)

    def _connected(self, target: Target, addresses: Sequence[str], until: float) -> ssl.SSLSocket:
        plain = _connect(addresses, target.port, until)
        try:
            plain.settimeout(_left(until))
            return _context(self.authorities).wrap_socket(plain, server_hostname=target.host)
        except BaseException:
            plain.close()
            raise


def _connect(addresses: Sequence[str], port: int, until: float) -> socket.socket:
    """A connection to the first of them that takes one."""
    refusal: OSError = OSError("no address")
    for each in addresses:
        family = socket.AF_INET6 if ":" in each else socket.AF_INET
        found = socket.socket(family, socket.SOCK_STREAM)
        try:
            found.settimeout(_left(until))
            found.connect((each, port))
        except OSError as error:
            found.close()
            refusal = error
        else:
            return found
    raise refusal


@lru_cache(4)
def _context(authorities: str) -> ssl.SSLContext:
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities:
        made.load_verify_locations(cafile=authorities)
    return made


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _message(target: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"POST {target.path} HTTP/1.1",
        f"Host: {target.authority}",
        "User-Agent: Waybill",
        "Accept: */*",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _send(connection: ssl.SSLSocket, message: bytes, until: float) -> None:
    left = memoryview(message)
    while left:
        connection.settimeout(_left(until))
        left = left[connection.send(left) :]


def _status(connection: ssl.SSLSocket, until: float) -> int:
    """The status of the answer, read to the end of its head; what says "wait" is passed over."""
    head, room = b"", ANSWER
    while room:
        while ends := _HEAD_ENDS.search(head):
            status = _STATUS.match(head)
            if status is None:
                raise NotReached("What it answered is not HTTP.")
            if not status[1].startswith(b"1"):
                return int(status[1])
            head = head[ends.end() :]
        connection.settimeout(_left(until))
        more = connection.recv(min(4096, room))
        if not more:
            break
        head, room = head + more, room - len(more)
    raise NotReached("What it answered cannot be read.")
