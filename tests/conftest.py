"""The fixed cast of the tests, and a small collection for them to export.

Ada is admin of ``demo``, Eve its exporter, Ari its auditor. Olaf is admin of ``other`` and has
no business in ``demo``.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import timezone
from whitenoise.middleware import WhiteNoiseMiddleware

from exports.domain.access import Caller, caller_for
from exports.domain.audit import SYSTEM, audit_append
from exports.domain.claims import export_claim, something_waits
from exports.domain.exports import export_create
from exports.domain.keys import key_create
from exports.domain.members import member_add
from exports.domain.people import namespace_create
from exports.domain.principals import principal_create
from exports.domain.requests import request_parse
from exports.domain.runs import run_publish
from exports.domain.storage import result_store, store_check
from exports.models import Collection, Export, ExportFile, Namespace, Principal, State, User
from exports.models.triggers import triggers_install, triggers_remove
from exports.sources.register import register
from tests.plugin import VAR
from tests.services import write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from exports.domain.claims import Claim
    from exports.models import ApiKey
    from exports.sources.register import Registered

PASSWORD = "correct horse battery"
WEEK = timedelta(days=7)


@pytest.fixture(scope="session", autouse=True)
def _passwords_are_cheap() -> None:
    """Half a second for each person of the cast would be most of the time that the tests take."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def _the_store_is_begun() -> None:
    """As the first process does that starts: the next ones find whose store it is."""
    store_check()


@pytest.fixture(scope="session", autouse=True)
def _tables_can_be_emptied() -> None:
    """Tests that commit flush their tables afterwards, which the audit's triggers refuse.

    Django would then write every permission anew, which nobody here asks for.
    """

    def teardown(self: TransactionTestCase) -> None:
        triggers_remove(connection)
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
        triggers_install(connection)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_looked_up_once() -> None:
    """Every client of Django's loads the middleware anew, which then looks at every static file."""
    look_up = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, Any] = {}

    def add(self: WhiteNoiseMiddleware) -> None:
        if not found:
            look_up(self)
            found.update(self.files)
        self.files.update(found)

    WhiteNoiseMiddleware.add_files_from_finders = add


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


@pytest.fixture(scope="session")
def trips_found(trips_file: Path) -> Registered:
    """What registering the trips finds; opening DuckDB for it takes longer than most tests do."""
    return register(
        [str(trips_file)], key="document_id", roots=[trips_file.parent], scratch=VAR / "register"
    )


@pytest.fixture
def planes(trips: Collection) -> Collection:
    """Another collection, of the same documents."""
    fields = ("namespace", "source", "key", "schema_tree", "schema_version", "documents")
    return Collection.objects.create(
        name="planes", **{field: getattr(trips, field) for field in fields}
    )


@pytest.fixture
def ua(demo: Namespace) -> Principal:
    return principal_create(namespace=demo, name="UA", identities=["UA"], actor=SYSTEM)


@pytest.fixture
def aa(demo: Namespace) -> Principal:
    return principal_create(namespace=demo, name="AA", identities=["AA"], actor=SYSTEM)


@pytest.fixture
def trips(demo: Namespace, trips_found: Registered) -> Collection:
    return registered(demo, "trips", trips_found, access=["carrier"])


@pytest.fixture
def make_export(admin: Caller, trips: Collection) -> Callable[..., Export]:
    """An export of the trips, as Ada asked for it; fields of the request as arguments."""

    def make(**fields: Any) -> Export:
        export, _ = export_create(admin, request_parse({"collection": "trips", **fields}))
        return export

    return make


@pytest.fixture
def finished(make_export: Callable[..., Export]) -> Export:
    """An export of the trips as CSV, published as a run does it; its two rows are at hand."""
    export = make_export(format="csv", label="All trips")
    claim = export_claim(worker="w")
    assert claim
    manifest = json.dumps({"export": {"id": export.uid}}).encode()
    files = [
        _stored(claim, b"document_id\r\ntrip-0001\r\ntrip-0002\r\n", name="data.csv", rows=2),
        _stored(claim, manifest, name="manifest.json", kind="manifest"),
    ]
    run_publish(claim, files=files, rows=2, snapshot={}, notices={})
    export.refresh_from_db()
    return export


def _stored(claim: Claim, content: bytes, **fields: Any) -> ExportFile:
    file = ExportFile(
        export=claim.export,
        attempt=claim.attempt,
        key=f"{claim.prefix}/{fields['name']}",
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        **fields,
    )
    writer = result_store().create(file.key)
    writer.write(content)
    writer.close()
    return file


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


def made_key(
    namespace: Namespace,
    owner: User,
    *scopes: str,
    principal: Principal | None = None,
    collections: Sequence[Collection] | None = None,
) -> tuple[ApiKey, str]:
    """A key and its text; of an admin unless scopes are named."""
    return key_create(
        namespace=namespace,
        owner=owner,
        label="test",
        scopes=scopes or ["admin"],
        principal=principal,
        collections=collections,
        actor=SYSTEM,
    )


def give(user: User, namespace: Namespace, principal: str = "", **rights: str) -> None:
    """Make somebody an exporter with these rights, and no others."""
    member_add(
        namespace=namespace,
        user=user,
        role="exporter",
        principal=principal,
        rights=rights,
        actor=SYSTEM,
    )


def published(export: Export, *, identities: list[str] | None = None) -> Export:
    """As a run would leave it, with one file; the store holds nothing of it."""
    Export.objects.filter(pk=export.pk).update(
        state=State.READY, attempt=1, identities=identities, expires_at=timezone.now() + WEEK
    )
    ExportFile.objects.create(
        export=export, attempt=1, name="data.csv", key="nowhere", rows=3, bytes=9, sha256="0f" * 32
    )
    export.refresh_from_db()
    return export


def registered(namespace: Namespace, name: str, found: Registered, **fields: Any) -> Collection:
    """The collection that registering made, without its files being read once more."""
    with transaction.atomic():
        collection = Collection.objects.create(
            namespace=namespace,
            name=name,
            source=found.source.to_json(),
            key=found.schema.key,
            schema_tree=found.schema.to_json(),
            schema_version=found.schema.version,
            documents=found.documents,
            **fields,
        )
        audit_append(namespace, "collection.registered", actor=SYSTEM, subject=collection.uid)
    return collection


def person(email: str, namespace: Namespace, role: str) -> User:
    user = User.objects.create_user(email, PASSWORD)
    member_add(namespace=namespace, user=user, role=role, actor=SYSTEM)
    return user
