"""The fixed cast of the tests, and a small collection for them to export.

Ada is admin of ``demo``, Eve its exporter, Ari its auditor. Olaf is admin of ``other`` and has
no business in ``demo``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from exports.domain.access import Caller, caller_for
from exports.domain.audit import SYSTEM
from exports.domain.claims import something_waits
from exports.domain.collections import collection_register
from exports.domain.exports import export_create
from exports.domain.people import member_add, namespace_create
from exports.domain.requests import request_parse
from exports.models import Collection, Export, Namespace, User
from exports.models.triggers import triggers_install, triggers_remove
from tests.plugin import VAR
from tests.services import write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PASSWORD = "correct horse battery"


@pytest.fixture(scope="session", autouse=True)
def _passwords_are_cheap() -> None:
    """Half a second for each person of the cast would be most of the time that the tests take."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def _tables_can_be_emptied() -> None:
    """Tests that commit flush their tables afterwards, which the audit's triggers refuse."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(self: TransactionTestCase) -> None:
        triggers_remove(connection)
        flush(self)
        triggers_install(connection)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """Each process has its own SQLite file already; on PostgreSQL it needs its own database."""
    if connection.vendor == "postgresql":
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture
def demo(db: None) -> Namespace:
    return namespace_create(slug="demo", name="Demo", actor=SYSTEM)


@pytest.fixture
def other(db: None) -> Namespace:
    return namespace_create(slug="other", name="Other", actor=SYSTEM)


@pytest.fixture
def ada(demo: Namespace) -> User:
    return person("ada@example.org", demo, "admin")


@pytest.fixture
def eve(demo: Namespace) -> User:
    return person("eve@example.org", demo, "exporter")


@pytest.fixture
def ari(demo: Namespace) -> User:
    return person("ari@example.org", demo, "auditor")


@pytest.fixture
def olaf(other: Namespace) -> User:
    return person("olaf@example.org", other, "admin")


@pytest.fixture
def admin(ada: User) -> Caller:
    return caller_for(ada, "demo")


@pytest.fixture
def outsider(olaf: User) -> Caller:
    return caller_for(olaf, "other")


@pytest.fixture(scope="session")
def trips_file() -> Path:
    """A thousand documents with nested values, in ten row groups."""
    return write_parquet(
        VAR / "sources" / "trips.parquet",
        """
        SELECT 'trip-' || lpad(i::VARCHAR, 4, '0') AS document_id,
               ['AA', 'UA', 'B6'][i % 3 + 1] AS carrier,
               CASE WHEN i % 7 = 0 THEN NULL ELSE i % 100 END::SMALLINT AS delay,
               {'lat': i / 10.0, 'lon': -i / 10.0} AS place,
               ['t' || (i % 2), 't' || (i % 5)] AS tags,
               TIMESTAMPTZ '2013-01-01 00:00:00+00' + INTERVAL 1 HOUR * i AS at
        FROM range(1000) r(i) ORDER BY i
        """,
        row_group_size=100,
    )


@pytest.fixture
def trips(demo: Namespace, trips_file: Path) -> Collection:
    return collection_register(
        namespace=demo,
        name="trips",
        locations=[str(trips_file)],
        key="document_id",
        actor=SYSTEM,
        access=["carrier"],
    )


@pytest.fixture
def make_export(admin: Caller, trips: Collection) -> Callable[..., Export]:
    """An export of the trips, as Ada asked for it; fields of the request as arguments."""

    def make(**fields: Any) -> Export:
        export, _ = export_create(admin, request_parse({"collection": "trips", **fields}))
        return export

    return make


@pytest.fixture
def run_exports(transactional_db: None) -> Callable[[], None]:
    """Runs what waits, as a worker's horse does, in this process."""
    from exports.queue.horse import run_claimed

    def run() -> None:
        while something_waits():
            run_claimed()

    return run


@pytest.fixture
def service_env() -> dict[str, str]:
    """The environment for a process of ours that shares this test's database and Redis."""
    env = dict(os.environ, DJANGO_SETTINGS_MODULE="config.settings", PYTHONWARNINGS="default")
    if connection.vendor == "postgresql":
        base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
        env["DATABASE_URL"] = f"{base}/{connection.settings_dict['NAME']}"
    assert str(settings.VAR_DIR) == env["WAYBILL_VAR"]
    return env


def person(email: str, namespace: Namespace, role: str) -> User:
    user = User.objects.create_user(email, PASSWORD)
    member_add(namespace=namespace, user=user, role=role, actor=SYSTEM)
    return user
