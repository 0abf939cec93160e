"""What the tests of the client share: a real service, and results that lie there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from exports.client import ExportTask, Waybill
from exports.client.transport import Retries
from tests.client.service import Service, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAST = Retries(first=0.001)
ROWS = 60_000


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with shared(folder / "service") as service:
        yield service


@pytest.fixture(scope="session")
def client(service: Service) -> Iterator[Waybill]:
    with Waybill(service.url, service.key, retries=FAST) as client:
        yield client


@pytest.fixture(scope="session")
def made(client: Waybill) -> Callable[..., ExportTask]:
    """An export of some flights that has ended; each is made once, whoever asks for it."""

    def make(format: str = "jsonl", **fields: object) -> ExportTask:  # noqa: A002
        asked = {"collection": "flights", "format": format, "sample_size": ROWS, **fields}
        name = repr(sorted(asked.items()))
        return client.exports.create(idempotency_key=name[:255], **asked).wait_till_done(60)  # type: ignore[arg-type]

    return make
