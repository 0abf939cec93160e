"""What the tests of REST share: a client that sends JSON, and a key for each of the cast."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from django.test import Client

from exports.models import Scope
from tests.api.asking import arguments, path_of
from tests.conftest import made_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.models import Export, Namespace, User

V1 = "/api/v1"


class Answer(Protocol):
    """What Django's test client gives back."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any: ...

    def getvalue(self) -> bytes: ...


class Rest:
    """Sends requests as one caller; addresses are below ``/api/v1``."""

    def __init__(self, key: str = "", **headers: str) -> None:
        authorization = {"Authorization": f"Bearer {key}"} if key else {}
        self.client = Client(
            headers={**authorization, **headers},
            enforce_csrf_checks=True,
            raise_request_exception=False,
        )

    def get(self, path: str, **query: Any) -> Answer:
        return self.client.get(V1 + path, query)  # type: ignore[return-value]

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.send("POST", path, json.dumps(body).encode(), **headers)

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        kind: str = "application/json",
        **headers: str,
    ) -> Answer:
        """:param headers: with underscores for hyphens."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.client.generic(method, V1 + path, body, kind, headers=named)  # type: ignore[return-value]


def key_for(namespace: Namespace, owner: User, *scopes: str) -> str:
    return made_key(namespace, owner, *scopes)[1]


def signed_in(user: User, **headers: str) -> Rest:
    rest = Rest(**headers)
    rest.client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return rest


def paths_of(answer: Answer) -> list[str]:
    """The fields that a problem names."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    return [each["path"] for each in answer.json()["errors"]]


@pytest.fixture
def rest(ada: User, demo: Namespace) -> Rest:
    """Ada's key in ``demo``, which may do everything."""
    return Rest(key_for(demo, ada))


@pytest.fixture
def outside(olaf: User, other: Namespace) -> Rest:
    """The key of the other namespace's admin."""
    return Rest(key_for(other, olaf))


@pytest.fixture
def auditing(ari: User, demo: Namespace) -> Rest:
    return Rest(key_for(demo, ari))


@pytest.fixture
def reading(ada: User, demo: Namespace) -> Rest:
    """A key of Ada's that may look at exports and no more."""
    return Rest(key_for(demo, ada, Scope.EXPORTS_READ))


@pytest.fixture
def there(finished: Export) -> dict[str, list[str]]:
    """The ids in each address, by what the address is called; all of them of ``demo``."""
    return arguments(finished)


@pytest.fixture
def address(there: dict[str, list[str]]) -> Callable[[str], str]:
    return lambda name: path_of(name, there)
