"""Messages reach a real https server, within their time, and go no further than it."""

from __future__ import annotations

import time
from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest

from exports.outbound.errors import NotReached
from exports.outbound.post import Sender
from exports.outbound.rules import Rules
from exports.outbound.target import target_parse
from tests.receivers import OK, answer, certificate, drip, receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.receivers import Receiver

HERE = Rules.of(["localhost"])


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.fixture
def there(pem: Path) -> Iterator[Receiver]:
    with receiver(pem) as made:
        yield made


@pytest.fixture
def post(pem: Path, there: Receiver) -> Callable[..., int]:
    def send(url: str = "", seconds: float = 5, body: bytes = b"{}") -> int:
        sender = Sender(HERE, authorities=str(pem), seconds=seconds)
        return sender.post(target_parse(url or there.url(), HERE), body, {"Webhook-Id": "dlv_1"})

    return send


def test_a_message_arrives_as_it_is(there: Receiver, post: Callable[..., int]) -> None:
    body = b"x" * 300_000

    assert post(there.url("/a/b?c=%41&d"), body=body) == 204

    [got] = there.got
    assert (got.path, got.body) == ("/a/b?c=%41&d", body)
    assert got.headers == {
        "Host": f"localhost:{there.port}",
        "User-Agent": "Waybill",
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Content-Length": "300000",
        "Webhook-Id": "dlv_1",
        "Connection": "close",
    }


def test_a_redirect_is_an_answer_and_nothing_more(
    there: Receiver, post: Callable[..., int], pem: Path
) -> None:
    with receiver(pem) as canary:
        there.says = lambda _: iter([answer(307, f"Location: {canary.url()}")])

        assert post() == 307

        assert (there.connections, canary.connections) == (1, 0)


def test_what_comes_before_the_answer_is_passed_over(
    there: Receiver, post: Callable[..., int]
) -> None:
    there.says = lambda _: iter([answer(103).replace(b"Content-Length: 0\r\n", b""), OK])

    assert post() == 204


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        b"HTTP/1.1 2000 High\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nnever: ending",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000,
    ],
)
def test_what_is_no_answer_is_none(said: bytes, there: Receiver, post: Callable[..., int]) -> None:
    there.says = lambda _: iter([said])

    with pytest.raises(NotReached, match="What it answered"):
        post()


def silence(seconds: float) -> Iterator[bytes]:
    time.sleep(seconds)
    yield OK


@pytest.mark.parametrize("what", ["silence", "drip", "endless"])
def test_there_is_one_deadline_for_all_of_it(
    what: str, there: Receiver, post: Callable[..., int]
) -> None:
    waits: dict[str, Callable[[int], Iterator[bytes]]] = {
        "silence": lambda _: silence(0.8),
        "drip": lambda _: drip(0.05, 20),
        "endless": lambda _: chain([b""], repeat(b"HTTP/1.1 102 Wait\r\n\r\n", 2), drip(0.05, 20)),
    }
    there.says = waits[what]
    begun = time.monotonic()

    with pytest.raises(NotReached, match=r"within 0\.4 seconds"):
        post(seconds=0.4)

    assert time.monotonic() - begun < 0.75


def test_a_resolver_that_hangs_is_not_waited_for(pem: Path) -> None:
    def hang(_host: str, _port: int) -> list[str]:
        time.sleep(1)
        return ["127.0.0.1"]

    begun = time.monotonic()
    with pytest.raises(NotReached, match="within"):
        Sender(HERE, seconds=0.2, resolver=hang).post(
            target_parse("https://localhost/", HERE), b"", {}
        )
    assert time.monotonic() - begun < 0.8


def test_a_certificate_has_to_be_trusted_and_of_that_name(
    there: Receiver, pem: Path, tmp_path: Path
) -> None:
    target = target_parse(there.url(), HERE)
    with pytest.raises(NotReached, match="certificate is not valid"):
        Sender(HERE).post(target, b"", {})

    other = certificate(tmp_path, "other.example.org")
    with receiver(other) as elsewhere, pytest.raises(NotReached, match="certificate is not valid"):
        Sender(HERE, authorities=str(other)).post(target_parse(elsewhere.url(), HERE), b"", {})
    assert there.got == elsewhere.got == []


def test_no_proxy_of_the_environment_is_asked(
    there: Receiver, post: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert post() == 204


def test_where_nobody_listens_it_is_not_reached(pem: Path) -> None:
    with pytest.raises(NotReached, match="could not be reached"):
        Sender(HERE).post(target_parse("https://localhost:1/", HERE), b"", {})
