"""A real browser, a real web server, and real workers beside it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import sync_playwright
from redis import Redis

from config.env import BASE_DIR
from exports.query.schema import Role
from tests.e2e.chromium import ARGUMENTS, EXECUTABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page
    from pytest_django.live_server_helper import LiveServer

    from exports.models import Collection, User


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A fresh browser window; a word on its console is an error of the test."""
    context = browser.new_context(base_url=live_server.url, accept_downloads=True)
    context.set_default_timeout(15_000)
    page = context.new_page()
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert said == []


@pytest.fixture
def signed_in(page: Page, live_server: LiveServer, ada: User) -> Page:
    """Ada's exports, with a session of hers; only one test needs to sign in by the form."""
    client = Client()
    client.force_login(ada)
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies(
        [{"name": session.key, "value": session.value, "url": live_server.url}]
    )
    page.goto("/demo/exports")
    return page


@pytest.fixture
def worker(transactional_db: None, service_env: dict[str, str]) -> Iterator[None]:
    Redis.from_url(settings.REDIS_URL).flushall()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        cwd=BASE_DIR,
        env=service_env,
        start_new_session=True,
    )
    yield
    process.kill()
    process.wait()


@pytest.fixture
def rich(trips: Collection, planes: Collection) -> Collection:
    """The trips, with a reference, an optional field, a vector and a file."""
    schema = trips.schema.mark("carrier", role=Role.REFERENCE, target=planes.uid)
    schema = schema.mark("document_id", role=Role.FILE).mark("tags", role=Role.VECTOR, length=2)
    schema = schema.mark("place.lon", optional=True)
    trips.schema_tree, trips.schema_version = schema.to_json(), schema.version
    trips.save()
    return trips
