"""What a new user does first: create an export, watch it, download it."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from exports.models import AuditEvent, Collection, Export, State
from exports.query.schema import Role
from exports.sources.register import register
from tests.conftest import PASSWORD, registered
from tests.plugin import VAR
from tests.services import write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from exports.models import Namespace, User


@pytest.fixture
def carriers(demo: Namespace, trips: Collection) -> Collection:
    """What the trips refer to; one of theirs is not among them."""
    rows = "FROM (VALUES ('AA', 'American'), ('UA', NULL)) carriers(code, name)"
    file = write_parquet(VAR / "sources" / "carriers.parquet", rows)
    found = register([str(file)], key="code", roots=[file.parent], scratch=VAR / "register")
    carriers = registered(demo, "carriers", found, access="public")
    schema = trips.schema.mark("carrier", role=Role.REFERENCE, target=carriers.uid)
    trips.schema_tree, trips.schema_version = schema.to_json(), schema.version
    trips.save()
    return carriers


COUNT = """
addEventListener("click", (event) => {
  if (event.isTrusted && event.detail) {
    sessionStorage.clicks = Number(sessionStorage.clicks ?? 0) + 1;
  }
}, true);
"""
MOST_CLICKS = 6


@pytest.mark.usefixtures("worker", "trips")
def test_create_watch_download(page: Page, ada: User, tmp_path: Path) -> None:
    page.add_init_script(COUNT)
    page.goto("/account/login/")
    page.get_by_label("E-mail address").fill(ada.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="New export").first.click()
    page.get_by_role("textbox", name="Filter where").fill(json.dumps({"delay": {"$gte": 95}}))
    page.get_by_label("Label").fill("Late trips")
    page.get_by_role("button", name="Create the export").click()

    expect(page.get_by_role("heading", name="Late trips")).to_be_visible()
    link = page.get_by_role("link", name="Download").first
    expect(link).to_be_visible(timeout=20_000)
    with page.expect_download() as waiting:
        link.click()
    saved = tmp_path / "saved.csv"
    waiting.value.save_as(saved)
    assert 3 <= int(page.evaluate("sessionStorage.clicks")) <= MOST_CLICKS

    export = Export.objects.get()
    assert export.state == State.READY
    assert waiting.value.suggested_filename == "late-trips.csv"
    with saved.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["document_id"] for row in rows] == [
        f"trip-{i:04}" for i in range(1000) if i % 7 and i % 100 >= 95
    ]
    digest = hashlib.sha256(saved.read_bytes()).hexdigest()
    expect(page.get_by_text(digest).first).to_be_visible()
    assert AuditEvent.objects.filter(action="export.downloaded", subject=export.uid).count() == 1


def test_references_are_followed_into_a_zip(
    signed_in: Page,
    carriers: Collection,
    run_exports: Callable[[], None],
    tmp_path: Path,
) -> None:
    page = signed_in
    page.goto("/demo/exports/new?collection=trips")
    page.get_by_text("What lies behind it").click()
    page.get_by_label("The whole document").check()
    page.get_by_label("JSON lines").check()
    page.get_by_text("More options").click()
    page.get_by_label("Everything in one zip").check()
    page.get_by_label("Label").fill("With carriers")
    page.get_by_role("button", name="Create the export").click()
    expect(page.get_by_role("heading", name="With carriers")).to_be_visible()
    run_exports()

    expect(page.get_by_text("333 references lead to nothing")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").first.click()
    waiting.value.save_as(tmp_path / waiting.value.suggested_filename)
    with ZipFile(tmp_path / "with-carriers.zip") as archive:
        rows = [json.loads(line) for line in archive.open("data.jsonl")]
    found = [{"code": "AA", "name": "American"}, {"code": "UA", "name": None}, None]
    assert [row["carrier"] for row in rows] == [found[i % 3] for i in range(1000)]


@pytest.mark.usefixtures("trips")
def test_cancel_asks_first(signed_in: Page) -> None:
    page = signed_in
    page.get_by_role("link", name="New export").first.click()
    page.get_by_role("button", name="Create the export").click()
    page.get_by_role("link", name="Cancel…").click()
    assert Export.objects.get().state == State.PENDING

    page.get_by_role("button", name="Cancel").click()

    expect(page.get_by_text("It was cancelled").first).to_be_visible()
    assert Export.objects.get().state == State.CANCELLED


@pytest.mark.usefixtures("trips")
def test_a_wrong_filter_keeps_what_was_typed_and_takes_the_focus(signed_in: Page) -> None:
    page = signed_in
    page.get_by_role("link", name="New export").first.click()
    page.get_by_role("textbox", name="Filter where").fill('{"delai": 3}')
    page.get_by_label("Label").fill("Kept")
    page.get_by_role("button", name="Create the export").click()

    expect(page.get_by_text("'delay'").first).to_be_visible()
    expect(page.get_by_role("textbox", name="Filter where")).to_have_value('{"delai": 3}')
    expect(page.get_by_role("textbox", name="Filter where")).to_be_focused()
    expect(page.get_by_label("Label")).to_have_value("Kept")
    assert not Export.objects.exists()
