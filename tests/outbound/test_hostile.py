"""Addresses that should lead to this machine, its network or nowhere: none is connected to."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from exports.outbound.errors import AddressRefused, NotReached
from exports.outbound.post import Sender, resolve
from exports.outbound.rules import Rules, address_of
from exports.outbound.target import target_parse

if TYPE_CHECKING:
    from collections.abc import Iterator

STRICT = Rules()

FOLDER = Path(__file__).parent
# As they are typed, what is not ASCII escaped; what a name may lead to; and what is fine.
WRITTEN = [
    each.encode().decode("unicode_escape")
    for each in (FOLDER / "written.txt").read_text().splitlines()
]
LED_TO = (FOLDER / "led_to.txt").read_text().split()
PUBLIC = (FOLDER / "public.txt").read_text().split()


class Canary:
    """Listens where nobody may come; notes who does."""

    def __init__(self, *addresses: str) -> None:
        self.visits: list[str] = []
        self.port = 0
        self._stack = ExitStack()
        for each in addresses:
            family = socket.AF_INET6 if ":" in each else socket.AF_INET
            listener = socket.create_server((each, self.port), family=family)
            self._stack.enter_context(listener)
            self.port = listener.getsockname()[1]
            thread = Thread(target=self._listen, args=(listener, each), daemon=True)
            thread.start()

    def _listen(self, listener: socket.socket, address: str) -> None:
        while True:
            try:
                visitor, _ = listener.accept()
            except OSError:
                return
            self.visits.append(address)
            visitor.close()

    def close(self) -> None:
        self._stack.close()


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    has_six = socket.has_ipv6 and any(
        each[0] == socket.AF_INET6 for each in socket.getaddrinfo("localhost", 1)
    )
    made = Canary("127.0.0.1", *(["::1"] if has_six else []))
    yield made
    made.close()


def attempt(url: str, sender: Sender) -> str:
    """Everything that happens to a webhook, from its text on. Returns how it ended."""
    try:
        sender.post(target_parse(url, sender.rules), b"{}", {})
    except AddressRefused:
        return "refused"
    except NotReached:
        return "not reached"
    return "sent"


def test_the_canary_sings(canary: Canary) -> None:
    socket.create_connection(("127.0.0.1", canary.port)).close()
    while not canary.visits:
        pass
    canary.visits.clear()


def test_no_way_of_writing_it_leads_here(canary: Canary) -> None:
    assert len(WRITTEN) >= 60
    urls = [each.replace("PORT", str(canary.port)) for each in WRITTEN]

    assert [(each, attempt(each, Sender(STRICT))) for each in urls] == [
        (each, "refused") for each in urls
    ]
    # The same on the ports that are allowed, where it is the address that must be refused.
    for each in WRITTEN:
        assert attempt(each.replace("PORT", "8443"), Sender(STRICT)) == "refused"
    assert canary.visits == []


@pytest.mark.parametrize("port", [443, 8443])
def test_no_name_leads_to_what_is_not_public(port: int, canary: Canary) -> None:
    for each in LED_TO:
        sender = Sender(STRICT, resolver=lambda *_, each=each: [each])
        assert (each, attempt(f"https://a.example.org:{port}/", sender)) == (each, "refused")
        # One of several is one too many.
        mixed = Sender(STRICT, resolver=lambda *_, each=each: ["8.8.8.8", each])
        assert (each, attempt(f"https://a.example.org:{port}/", mixed)) == (each, "refused")
    assert canary.visits == []


def test_what_is_public_is_allowed() -> None:
    allowed = [STRICT.allow("a.example.org", 443, address_of(each)) for each in PUBLIC]
    assert allowed == [True] * len(PUBLIC)
    assert not STRICT.allow("a.example.org", 22, address_of("8.8.8.8"))


def test_a_name_that_changes_its_answer_leads_nowhere_else(canary: Canary) -> None:
    """It is asked once, and nothing but its answer is connected to."""
    asked = count()
    # Reserved for documentation, and allowed here: nobody answers there.
    rules = Rules.of(["192.0.2.0/24"])

    def resolver(_host: str, _port: int) -> list[str]:
        return ["192.0.2.1"] if next(asked) == 0 else ["127.0.0.1"]

    url = f"https://rebind.example.org:{canary.port}/"
    sender = Sender(rules, seconds=0.3, resolver=resolver)
    assert attempt(url, sender) == "not reached"
    assert next(asked) == 1
    assert attempt(url, sender) == "refused"
    assert canary.visits == []


def test_a_name_that_leads_nowhere_is_not_reached() -> None:
    assert attempt("https://nobody.invalid/", Sender(STRICT, seconds=5)) == "not reached"
    assert resolve("127.0.0.1", 443) == ["127.0.0.1"]


@pytest.mark.parametrize("words", [["10.0.0.0/33"], ["1.2.3"], ["::zz"]])
def test_an_operators_word_that_is_no_network_is_named(words: list[str]) -> None:
    with pytest.raises(ValueError, match=words[0].partition("/")[0]):
        Rules.of(words)


def test_an_operator_may_allow_hosts_and_networks() -> None:
    rules = Rules.of(["Hooks.corp.example", "10.1.0.0/16", "fd00::/8", "127.0.0.1"])

    def allowed(host: str, address: str, port: int = 9000) -> bool:
        return rules.allow(host, port, address_of(address))

    assert allowed("hooks.corp.example", "192.168.0.1")
    assert not allowed("other.corp.example", "192.168.0.1")
    assert allowed("other.corp.example", "10.1.2.3")
    assert not allowed("other.corp.example", "10.2.2.3")
    assert allowed("other.corp.example", "fd00::1")
    assert not allowed("other.corp.example", "8.8.8.8")
    assert allowed("other.corp.example", "8.8.8.8", 443)
    assert target_parse("https://hooks.corp.example:9000/x?y=1", rules).authority == (
        "hooks.corp.example:9000"
    )
