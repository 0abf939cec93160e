"""A proxy before an HTTP server that breaks what passes through it, as a test has it say.

A script is asked for each call, in the order in which they come, and names the harm to do. It
keeps a list of the calls, so that a test can say which one is hit.
"""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECE = 1 << 16  # bytes
NOT_PASSED_ON = {"connection", "keep-alive", "transfer-encoding", "content-length", "expect"}


@dataclass(frozen=True, slots=True)
class Call:
    """One request: ``number`` counts from 1; ``path`` has the query with it."""

    number: int
    method: str
    path: str

    @property
    def operation(self) -> str:
        """What S3 calls it, as far as tests need to tell calls apart."""
        path, _, query = self.path.partition("?")
        if "partNumber=" in query:
            return "part"
        if "uploadId=" in query:
            return "complete" if self.method == "POST" else "abort"
        if "uploads" in query:
            return "begin" if self.method == "POST" else "uploads"
        return "list" if path.count("/") < 2 or path.endswith("/") else self.method.lower()


@dataclass(frozen=True, slots=True)
class Harm:
    """What happens to a call.

    :ivar drop: the connection is cut before the server hears of it.
    :ivar lose: the server does it, and its answer is lost.
    :ivar delay: seconds before it is passed on.
    :ivar status: this answer instead of the server's, which hears nothing.
    :ivar cut: the connection is reset after so many bytes of the body of the answer.
    :ivar flip_sent: the bit at this place of the body is turned over on the way to the server.
    :ivar flip_got: the bit at this place of the body is turned over on the way back.
    """

    drop: bool = False
    lose: bool = False
    delay: float = 0
    status: int = 0
    code: str = "InternalError"
    cut: int | None = None
    flip_sent: int | None = None
    flip_got: int | None = None


NONE = Harm()


def harmless(_call: Call) -> Harm:
    return NONE


class Proxy:
    """What a test holds of the proxy: its address, the script, and what was called."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.url = ""
        self.calls: list[Call] = []
        self.script: Callable[[Call], Harm] = harmless
        self.without = ""  # a header that the server is not told
        self._lock = threading.Lock()

    def reset(self) -> None:
        """No harm any more, and no calls yet."""
        self.calls, self.script, self.without = [], harmless, ""

    def begins(self, method: str, path: str) -> Harm:
        with self._lock:
            call = Call(len(self.calls) + 1, method, path)
            self.calls.append(call)
            return self.script(call)

    def hit(self, harm: Harm, *operations: str, times: int = 1) -> None:
        """Do this harm to the next calls, of these operations only if any are named."""
        left = [times]

        def script(call: Call) -> Harm:
            if left[0] > 0 and (not operations or call.operation in operations):
                left[0] -= 1
                return harm
            return NONE

        self.script = script


@contextmanager
def proxied(upstream: str) -> Iterator[Proxy]:
    """A proxy on a port of its own before a server at ``host:port``."""
    proxy = Proxy(upstream)
    handler = type("Handler", (_Handler,), {"proxy": proxy})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    proxy: Proxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _pass(self) -> None:
        harm = self.proxy.begins(self.command, self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(harm.delay)
        if harm.drop:
            self._reset()
        elif harm.status:
            self._answer_itself(harm)
        else:
            self._answer(flipped(body, harm.flip_sent), harm)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass  # noqa: N815

    def _answer(self, body: bytes, harm: Harm) -> None:
        upstream = http.client.HTTPConnection(self.proxy.upstream, timeout=120)
        try:
            upstream.request(self.command, self.path, body or None, self._headers(body))
            answer = upstream.getresponse()
            got = flipped(answer.read(), harm.flip_got)
        finally:
            upstream.close()
        if harm.lose:
            self._reset()
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in NOT_PASSED_ON:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else len(got)
        self.send_header("Content-Length", str(length or 0))
        self.end_headers()
        self.wfile.write(got[: harm.cut])
        if harm.cut is not None:
            self.wfile.flush()
            time.sleep(0.05)  # a reset overtakes what was written just before it
            self._reset()

    def _answer_itself(self, harm: Harm) -> None:
        text = f"<Error><Code>{harm.code}</Code><Message>as the test says</Message></Error>"
        self.send_response(harm.status)
        self.send_header("Content-Length", "0" if self.command == "HEAD" else str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    def _headers(self, body: bytes) -> dict[str, str]:
        left = {*NOT_PASSED_ON, self.proxy.without.lower()}
        kept = {name: value for name, value in self.headers.items() if name.lower() not in left}
        return {**kept, "Content-Length": str(len(body))}

    def _reset(self) -> None:
        """The other side sees a connection reset, not an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def finish(self) -> None:
        if self.connection.fileno() != -1:
            super().finish()

    def log_message(self, *_: object) -> None:
        """Tests print their own figures."""


def flipped(data: bytes, bit: int | None) -> bytes:
    """The bytes with one bit turned over; its place counts from the first, round and round."""
    if bit is None or not data:
        return data
    place, shift = divmod(bit % (8 * len(data)), 8)
    turned = bytearray(data)
    turned[place] ^= 1 << shift
    return bytes(turned)
