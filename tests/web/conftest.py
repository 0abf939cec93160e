"""What the tests of the pages share: a browser for each of the cast, and finished exports."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone
from redis import Redis

from exports.models import Collection, Export, ExportFile, State
from exports.query.schema import Kind, Property, Role, Schema
from exports.queue.worker import ExportWorker
from exports.web.waiting import workers_lately

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.models import Namespace, User

SHA256 = "0f" * 32


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """Pages ask Redis for workers every few seconds only."""
    workers_lately.cache_clear()


@pytest.fixture
def no_worker(settings: Any) -> None:
    Redis.from_url(settings.REDIS_URL).flushall()


@pytest.fixture
def a_worker(no_worker: None) -> None:
    ExportWorker().register_birth()  # type: ignore[no-untyped-call]  # RQ's


class Browser:
    """Django's client, signed in as one of the cast; gives pages as text."""

    def __init__(self, user: User | None = None) -> None:
        self.client = Client()
        if user:
            self.client.force_login(user)

    def get(self, path: str, **query: str) -> str:
        """A page that is there."""
        response = self.client.get(path, query)
        assert response.status_code == 200, (path, response.status_code)
        return response.content.decode()

    def poll(self, path: str, **query: str) -> Any:
        """What htmx asks for."""
        return self.client.get(path, query, headers={"HX-Request": "true"})

    def status(self, path: str, **query: str) -> int:
        return self.client.get(path, query).status_code

    def post(self, path: str, **data: Any) -> Any:
        return self.client.post(path, data)


@pytest.fixture
def as_ada(ada: User) -> Browser:
    return Browser(ada)


@pytest.fixture
def as_eve(eve: User) -> Browser:
    return Browser(eve)


@pytest.fixture
def as_ari(ari: User) -> Browser:
    return Browser(ari)


@pytest.fixture
def as_olaf(olaf: User) -> Browser:
    return Browser(olaf)


@pytest.fixture
def as_nobody(db: None) -> Browser:
    return Browser()


@pytest.fixture
def running(make_export: Callable[..., Export]) -> Export:
    """A third of its rows are read."""
    return changed(
        make_export(label="Running"),
        state=State.RUNNING,
        step="reading",
        attempt=1,
        slot=0,
        worker="w",
        lease_until=timezone.now() + timedelta(hours=1),
        started_at=timezone.now(),
        rows_done=333,
        rows_total=999,
    )


@pytest.fixture
def ready(make_export: Callable[..., Export]) -> Export:
    """Published, with one file and its manifest."""
    now = timezone.now()
    export = changed(
        make_export(label="Late trips", format="csv"),
        state=State.READY,
        attempt=1,
        started_at=now,
        ended_at=now,
        expires_at=now + timedelta(days=7, minutes=1),
        rows_done=50,
        rows_total=50,
        bytes_done=2345,
    )
    for name, kind in (("data.csv", "data"), ("manifest.json", "manifest")):
        ExportFile.objects.create(
            export=export,
            attempt=1,
            name=name,
            kind=kind,
            key=name,
            rows=50 if kind == "data" else None,
            bytes=2345,
            sha256=SHA256,
        )
    return export


@pytest.fixture
def eves_export(eve: User, trips: Collection) -> Export:
    """Made when she still had a collection."""
    return Export.objects.create(
        namespace=trips.namespace,
        collection=trips,
        created_by=eve,
        label="Eve's own",
        format="csv",
        frozen={"where": {"version": 1, "node": {"all": []}}},
    )


@pytest.fixture
def makers(demo: Namespace) -> Collection:
    born = Property("born", Kind.INTEGER, "INTEGER", optional=True)
    return _collection(demo, "makers", _text("id"), _text("name"), born)


@pytest.fixture
def pictures(demo: Namespace, makers: Collection) -> Collection:
    """One with everything that a property can be; it is asked of, and never read."""
    number = Property("number", Kind.INTEGER, "INTEGER")
    page = Property("element", Kind.STRUCT, "STRUCT(number INTEGER)", (number,))
    float_ = Property("element", Kind.FLOAT, "FLOAT")
    place = (Property("lat", Kind.FLOAT, "DOUBLE"), _text("secret", optional=True))
    return _collection(
        demo,
        "pictures",
        _text("id"),
        _text("title"),
        _text("note", optional=True),
        Property("place", Kind.STRUCT, "STRUCT(lat DOUBLE, secret VARCHAR)", place),
        _text("maker", role=Role.REFERENCE, target=makers.uid),
        _text("image", role=Role.FILE),
        Property("embedding", Kind.LIST, "FLOAT[]", (float_,), role=Role.VECTOR, length=3),
        Property("pages", Kind.LIST, "STRUCT(number INTEGER)[]", (page,)),
    )


def _text(name: str, **marks: Any) -> Property:
    return Property(name, Kind.TEXT, "VARCHAR", **marks)


def _collection(namespace: Namespace, name: str, *properties: Property) -> Collection:
    schema = Schema("id", properties)
    return Collection.objects.create(
        namespace=namespace,
        name=name,
        source={"kind": "jsonl", "files": ["/nowhere/a.jsonl", "/nowhere/b.jsonl"]},
        key="id",
        schema_tree=schema.to_json(),
        schema_version=schema.version,
        documents=3,
    )


def changed(export: Export, **fields: Any) -> Export:
    Export.objects.filter(pk=export.pk).update(**fields)
    export.refresh_from_db()
    return export
