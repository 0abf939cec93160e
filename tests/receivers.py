"""Real receivers of messages: an https server with a certificate of its own, and a mail server."""

from __future__ import annotations

import io
import socket
import ssl
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from threading import Thread
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def answer(status: int, *headers: str) -> bytes:
    """A whole answer without a body."""
    return "\r\n".join([f"HTTP/1.1 {status} Word", *headers, "Content-Length: 0", "", ""]).encode()


def certificate(folder: Path, *names: str) -> Path:
    """A certificate and its key in one file, signed by itself, for these names or addresses."""
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([_name(each) for each in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    path = folder / "receiver.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return path


def _name(text: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ip_address(text))
    return x509.DNSName(text)


@dataclass
class Received:
    """A message as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """An https server that keeps what it gets.

    :ivar says: gives the answer to each message, in pieces; with how many came before.
    """

    port: int
    says: Callable[[int], Iterator[bytes]]
    got: list[Received] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/hook") -> str:
        return f"https://localhost:{self.port}{path}"


@contextmanager
def receiver(pem: Path) -> Iterator[Receiver]:
    """It listens on 127.0.0.1 and answers 204 until it is told otherwise."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with _listening() as listener:
        made = Receiver(listener.getsockname()[1], lambda _: iter([OK]))

        def serve(plain: socket.socket) -> None:
            made.connections += 1
            with suppress(OSError), context.wrap_socket(plain, server_side=True) as secure:
                made.got.append(_received(secure))
                for piece in made.says(len(made.got) - 1):
                    secure.sendall(piece)

        with _served(listener, serve):
            yield made


def _received(connection: ssl.SSLSocket) -> Received:
    with connection.makefile("rb") as stream:
        path = stream.readline().decode().split()[1]
        headers = {}
        while (line := stream.readline().decode().rstrip()) and ": " in line:
            name, _, value = line.partition(": ")
            headers[name] = value
        return Received(path, headers, stream.read(int(headers["Content-Length"])))


@dataclass
class Mailbox:
    """A mail server that keeps what it gets: who it is for, and the whole letter."""

    port: int
    got: list[tuple[list[str], str]] = field(default_factory=list)


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Speaks as much SMTP as a client needs to hand over a letter."""
    with _listening() as listener:
        made = Mailbox(listener.getsockname()[1])

        def serve(plain: socket.socket) -> None:
            with plain, plain.makefile("rwb") as stream:
                _take_letters(stream, made)

        with _served(listener, serve):
            yield made


def _take_letters(stream: io.BufferedRWPair, box: Mailbox) -> None:
    def say(text: str) -> None:
        stream.write(f"{text}\r\n".encode())
        stream.flush()

    to: list[str] = []
    say("220 here")
    while line := stream.readline().decode().rstrip():
        word = line[:4].upper()
        if word == "RCPT":
            to.append(line.partition("<")[2].rstrip(">"))
        if word == "DATA":
            say("354 go on")
            lines = iter(lambda: stream.readline().decode().rstrip("\r\n"), ".")
            box.got.append((to, "\n".join(lines)))
            to = []
        say("221 bye" if word == "QUIT" else "250 fine")


@contextmanager
def _listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener


@contextmanager
def _served(listener: socket.socket, serve: Callable[[socket.socket], None]) -> Iterator[None]:
    """Each connection in a thread of its own, all of which have ended afterwards."""
    threads: list[Thread] = []

    def run() -> None:
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                threads.append(Thread(target=serve, args=(plain,)))
                threads[-1].start()

    accepting = Thread(target=run)
    accepting.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()
        for each in threads:
            each.join(5)


def drip(every: float, pieces: int) -> Iterator[bytes]:
    """An answer that comes byte by byte."""
    for _ in range(pieces):
        yield b"H"
        time.sleep(every)
