"""What a start checks before it starts anything, and what it makes of an earlier one."""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from exports.domain.access import Caller
from exports.management.commands.up import FIRST, first_export
from exports.management.group import Group
from exports.management.service import CannotStart, check_port, web_answers
from exports.management.setup import Ready
from exports.models import Collection, Export, State
from tests.services import free_port

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart) as caught:
            check_port(port)

    assert f"Port {port} on 127.0.0.1 is taken" in str(caught.value)
    assert f"PORT={port + 1}" in str(caught.value)


@pytest.mark.parametrize("port", [0, -1, 65536, 80000])
def test_a_port_that_cannot_be_is_named(port: int) -> None:
    with pytest.raises(CannotStart, match=f"There is no port {port}"):
        check_port(port)


def test_a_free_port_is_fine() -> None:
    check_port(free_port())


@pytest.mark.parametrize(("status", "up"), [(200, True), (301, True), (400, True), (503, False)])
def test_a_server_is_up_although_it_knows_other_names_or_wants_tls(status: int, up: bool) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        assert web_answers(server.server_port) is up
        thread.join()


def test_nothing_is_up_where_nobody_listens() -> None:
    assert web_answers(free_port()) is False


@pytest.fixture
def stopped() -> Group:
    """A group that was asked to end, so that nobody waits for the export."""
    group = Group()
    group.stop.set()
    return group


@pytest.fixture
def ready(admin: Caller, trips: Collection, monkeypatch: pytest.MonkeyPatch) -> Ready:
    monkeypatch.setitem(FIRST, "collection", "trips")
    monkeypatch.setitem(FIRST, "where", {})
    return Ready(admin.namespace, admin.user, "")


def test_a_first_export_that_failed_is_made_again(
    ready: Ready, stopped: Group, make_export: Callable[..., Export]
) -> None:
    failed = make_export()
    Export.objects.update(state=State.ERROR, reason="worker_lost")

    assert first_export(ready, stopped) != failed


def test_a_first_export_that_is_ready_is_kept(
    ready: Ready, stopped: Group, make_export: Callable[..., Export]
) -> None:
    made = make_export()
    Export.objects.update(state=State.READY)

    assert first_export(ready, stopped) == made
