"""A server that answers as it is told: too late, too little, from elsewhere."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ENOUGH = 1 << 30


@dataclass
class Reply:
    """One answer.

    :ivar whole: bytes after which the connection breaks. :ivar status: 0: it breaks at once.
    """

    status: int = 200
    body: bytes | dict[str, Any] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    whole: int = ENOUGH

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Asked:
    """One request that came."""

    line: str
    headers: Mapping[str, str]


class Crooked(ThreadingHTTPServer):
    """Gives its replies one after the other, and keeps what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: list[Reply] = []
        self.asked: list[Asked] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Crooked
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(Asked(f"{self.command} {self.path}", dict(self.headers)))
        reply = self.server.replies.pop(0)
        self.close_connection = True
        if not reply.status:
            return
        self.send_response(reply.status)
        headers = {"Content-Type": "application/json", "Connection": "close", **reply.headers}
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.content[: reply.whole])

    do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - their names

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def crooked() -> Iterator[Crooked]:
    """One that runs as long as it is entered."""
    with Crooked() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
