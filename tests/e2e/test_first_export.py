"""What a new user does first: create an export, watch it, download it."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from exports.models import AuditEvent, Collection, Export, State

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.usefixtures("worker", "trips")
def test_create_watch_download(signed_in: Page, tmp_path: Path) -> None:
    page = signed_in
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

    export = Export.objects.get()
    assert export.state == State.READY
    assert waiting.value.suggested_filename == "late-trips.csv"
    with saved.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["document_id"] for row in rows] == [
        f"trip-{i:04}" for i in range(1000) if i % 7 and i % 100 >= 95
    ]
    digest = hashlib.sha256(saved.read_bytes()).hexdigest()
    expect(page.get_by_text(digest).first).to_be_visible()
    assert AuditEvent.objects.filter(action="export.downloaded", subject=export.uid).count() == 1


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


@pytest.mark.usefixtures("trips")
def test_without_javascript_it_works_by_forms_and_links(signed_in: Page, browser: object) -> None:
    cookies = signed_in.context.cookies()
    from playwright.sync_api import Browser

    assert isinstance(browser, Browser)
    context = browser.new_context(java_script_enabled=False, base_url=signed_in.url)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/demo/exports/new")
    page.get_by_role("button", name="Create the export").click()
    page.get_by_role("link", name="Delete…").click()
    page.get_by_role("button", name="Delete").click()
    context.close()

    export = Export.objects.get()
    assert export.deleted_at
    assert export.state == State.CANCELLED
    assert Collection.objects.count() == 1
