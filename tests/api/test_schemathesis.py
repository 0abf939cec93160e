"""Schemathesis sends what the description allows, and what it does not, and checks each answer."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.middleware.csrf import get_token
from schemathesis import openapi
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.transport.wsgi import WSGITransport

from tests.api.asking import arguments
from tests.api.conftest import key_for, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.backends.base.base import BaseDatabaseWrapper
    from pytest_django.fixtures import Settings
    from schemathesis import Case

    from exports.models import Export, User

# All checks, less two of their expectations:
CHECKS: dict[str, Any] = {
    # Fields name things of the data: whether a path, a filter or a principal is there is no matter
    # of types (422), nor whether a file is there still (410) or so many bytes of it (416).
    "positive_data_acceptance": {
        "expected-statuses": [
            *("2xx", "3xx", "401", "403", "404", "409", "410", "416", "422", "429")
        ]
    },
    # And who asks for what is gone, or is not his, is told that, whatever else is wrong.
    "negative_data_rejection": {
        "expected-statuses": ["400", "401", "403", "404", "405", "409", "410", "415", "422", "429"]
    },
}
# A file that a document named may itself be called "link", so that there is a download there too.
_LINK = {
    "include-path-regex": "/files/.*/link$",
    "checks": {"allow_header_conformance": {"enabled": False}},
}
# The id in a path, by what comes before it, and what an address with such an id is called.
_PLACES = {
    "exports": ("uid", "export"),
    "templates": ("uid", "template"),
    "members": ("uid", "member"),
    "keys": ("uid", "key"),
    "collections": ("reference", "collection"),
    "principals": ("reference", "principal"),
}


class Service:
    """The service, which counts what it answers; Schemathesis calls it in threads of its own."""

    def __init__(self) -> None:
        self._handler = WSGIHandler()
        self._lock = Lock()
        self.answers: Counter[int] = Counter()
        self._connections: set[BaseDatabaseWrapper] = set()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        def started(status: str, *rest: Any) -> Any:
            with self._lock:
                self.answers[int(status[:3])] += 1
            return start_response(status, *rest)

        answer = self._handler(environ, started)
        try:
            return [b"".join(answer)]
        finally:
            answer.close()
            self._connections.add(connections[DEFAULT_DB_ALIAS])

    def close(self) -> None:
        """End the connections of its callers' threads, which keep them from one to the next."""
        for each in self._connections:
            each.inc_thread_sharing()
            each.close()


@pytest.fixture(autouse=True)
def _applications_have_no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some checks of Schemathesis 4.32 hand the settings of sockets on to an application."""
    send = WSGITransport.send

    def without(self: WSGITransport, case: Case[Any], **settings: Any) -> Any:
        for name in ("max_redirects", "verify", "cert", "proxies"):
            settings.pop(name, None)
        return send(self, case, **settings)

    monkeypatch.setattr(WSGITransport, "send", without)


@pytest.fixture
def there(
    finished: Export, make_export: Callable[..., Export], run_exports: Callable[[], None]
) -> dict[str, list[str]]:
    """Ids that are there, by the dictionary that holds them; of exports one with rows too."""
    with_rows = make_export(format="jsonl", paths=["document_id", "delay"], sample_size=20)
    run_exports()
    found = arguments(finished)
    return {
        **{place: [found[kind][0]] for place, (_, kind) in _PLACES.items()},
        "exports": [finished.uid, with_rows.uid],
        "deliveries": [found["delivery-retry"][1]],
        "files": ["data.csv", "data.jsonl", "manifest.json"],
        "workspace": ["demo"],
        "trips": ["trips"],
    }


def bound(dictionary: str) -> dict[str, Any]:
    """Four of five values come out of the dictionary; the others are made up."""
    return {"dictionary": dictionary, "probability": 0.8}


def session_of(user: User) -> dict[str, str]:
    """The headers of somebody who has signed in."""
    client = signed_in(user).client
    token = get_token(client.get("/demo/exports").wsgi_request)
    held = {
        django_settings.SESSION_COOKIE_NAME: client.cookies["sessionid"].value,
        django_settings.CSRF_COOKIE_NAME: token,
    }
    cookies = "; ".join(f"{name}={value}" for name, value in held.items())
    return {"Authorization": "none", "Cookie": cookies, "X-CSRFToken": token}


def configured(
    there: dict[str, list[str]], asker: User, namespace: Any, *, most: int, seed: int
) -> SchemathesisConfig:
    """:param most: cases of each operation and phase."""
    by_place = [
        {
            "include-path-regex": f"^/api/v1/{place}/",
            "parameters": {f"path.{name}": bound(place)},
        }
        for place, (name, _) in _PLACES.items()
    ]
    by_session = {
        "include-path-regex": "^/api/v1/(keys|webhook-secret)",
        "headers": session_of(asker),
    }
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "workers": 1,
            "headers": {"Authorization": f"Bearer {key_for(namespace, asker)}"},
            "continue-on-failure": True,
            "dictionaries": {name: {"values": values} for name, values in there.items()},
            "parameters": {
                "header.X-Namespace": bound("workspace"),
                "query.namespace": bound("workspace"),
                "path.name": bound("files"),
                "path.delivery": bound("deliveries"),
                "body.collection": bound("trips"),
            },
            "operations": [_LINK, by_session, *by_place],
            "generation": {"max-examples": most, "database": "none", "no-shrink": True},
            "checks": CHECKS,
            # It enumerates what is at the limits of each parameter: two thousand cases.
            "phases": {"coverage": {"enabled": most > 100}},
        }
    )


def surprises(config: SchemathesisConfig, service: Service) -> list[str]:
    """What it found; nothing when each answer is as the description says."""
    found = []
    schema = openapi.from_wsgi("/api/v1/openapi.json", service, config=config)
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.append(str(event.value if hasattr(event, "value") else event.exception))
        if isinstance(event, events.ScenarioFinished):
            checks = [each for checks in event.recorder.checks.values() for each in checks]
            failed = [(each.name, each.failure_info) for each in checks]
            found.extend(f"{name}: {f.failure.message}\n{f.code_sample}" for name, f in failed if f)
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("most", "cases"), [(8, 500), pytest.param(400, 20_000, marks=pytest.mark.soak)]
)
def test_no_answer_surprises(
    most: int, cases: int, there: dict[str, list[str]], finished: Export, settings: Settings
) -> None:
    if most < 100 and connection.vendor != "postgresql":
        pytest.skip("once is enough, on the database that takes less")
    settings.RATE_LIMIT = 0
    service = Service()
    config = configured(there, finished.created_by, finished.namespace, most=most, seed=1)

    try:
        found = surprises(config, service)
    finally:
        service.close()

    print(f"{service.answers.total()} answers: {dict(sorted(service.answers.items()))}")
    assert found == []
    assert service.answers.total() >= cases
