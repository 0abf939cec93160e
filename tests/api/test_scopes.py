"""What the description says that a key needs is what it needs: no less, and no more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from exports.api.scopes import BY_SESSION, FOR_EVERYBODY, SCOPES
from exports.models import Scope
from tests.api.asking import BODIES, Operation, operations
from tests.api.conftest import Rest, key_for, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.models import Namespace, User

ADMINS = {name for name, scopes in SCOPES.items() if Scope.ADMIN in scopes}
# Which scripts:write belongs to is shown elsewhere: no operation takes it by itself.
SINGLE = {*Scope.values} - {Scope.ADMIN, Scope.SCRIPTS_WRITE}


def status(rest: Rest, asked: Operation, path: str) -> int:
    """What it answers; nothing stays of what it did."""
    with transaction.atomic():
        body = json.dumps(BODIES[asked.name]).encode() if asked.name in BODIES else b""
        answer = rest.send(asked.method, path, body)
        answer.getvalue()  # a stream that nobody reads holds its file open
        transaction.set_rollback(True)
    return answer.status_code


def test_every_operation_is_told_of_once() -> None:
    lists = [*SCOPES, *BY_SESSION, *FOR_EVERYBODY]

    assert sorted(lists) == sorted({each.name for each in operations()})


def test_a_key_with_what_is_needed_gets_in(
    demo: Namespace, ada: User, olaf: User, address: Callable[[str], str]
) -> None:
    for scopes in set(SCOPES.values()):
        rest = Rest(key_for(demo, ada, *scopes))
        for asked in operations():
            if SCOPES.get(asked.name) == scopes:
                got = status(rest, asked, address(asked.url))
                assert (asked.name, got) in {(asked.name, n) for n in (200, 201, 202, 204, 409)}


@pytest.mark.parametrize("lacks", sorted(SINGLE))
def test_a_key_without_one_of_them_does_not(
    lacks: str, demo: Namespace, ada: User, address: Callable[[str], str]
) -> None:
    rest = Rest(key_for(demo, ada, *(SINGLE - {lacks})))

    for asked in operations():
        if lacks in SCOPES.get(asked.name, ()):
            assert (asked.name, status(rest, asked, address(asked.url))) == (asked.name, 403)


def test_only_an_admin_s_key_does_what_admins_do(
    demo: Namespace, ada: User, address: Callable[[str], str]
) -> None:
    rest = Rest(key_for(demo, ada, *SINGLE))

    for asked in operations():
        if asked.name in ADMINS:
            assert (asked.name, status(rest, asked, address(asked.url))) == (asked.name, 403)


def test_what_is_by_session_only_refuses_every_key_and_no_session(
    rest: Rest, ada: User, address: Callable[[str], str]
) -> None:
    session = signed_in(ada, **{"X-Namespace": "demo"})
    session.client.handler.enforce_csrf_checks = False

    for asked in operations():
        if asked.name in BY_SESSION:
            assert (asked.name, status(rest, asked, address(asked.url))) == (asked.name, 403)
            assert status(session, asked, address(asked.url)) in (200, 201, 204)
