"""What only a browser can tell: movement, choices that depend on each other, and keys."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from exports.models import Export, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page


def test_a_row_moves_by_itself_and_keeps_the_focus(
    signed_in: Page, make_export: Callable[..., Export]
) -> None:
    export, _ = make_export(label="Moves"), make_export(label="Waits")
    now = timezone.now()
    runs = {"slot": 0, "attempt": 1, "lease_until": now + timedelta(hours=1), "started_at": now}
    Export.objects.filter(pk=export.pk).update(state=State.RUNNING, **runs)
    signed_in.goto("/demo/exports")
    bar = signed_in.get_by_role("button", name="Delete…")
    expect(bar).to_be_hidden()
    signed_in.get_by_role("checkbox", name="Choose Moves").check()
    signed_in.get_by_role("link", name="Moves").focus()
    Export.objects.update(state=State.READY, slot=None, ended_at=now, expires_at=now)

    row = signed_in.locator(f"#{export.uid}")
    expect(row.get_by_text("Ready")).to_be_visible()
    expect(signed_in.get_by_role("link", name="Ready 2")).to_be_visible()
    expect(signed_in.get_by_role("link", name="Moves")).to_be_focused()
    expect(signed_in.locator("#moving[hx-get]")).to_have_count(0)
    # What was ticked stays so, and what is to become of it is asked first; all by keyboard.
    expect(signed_in.get_by_role("checkbox", name="Choose Moves")).to_be_checked()
    signed_in.get_by_role("checkbox", name="Choose all").press("Space")
    expect(signed_in.get_by_text("2 exports, 0 B")).to_be_visible()
    bar.press("Enter")
    signed_in.get_by_role("button", name="Delete them").press("Enter")
    expect(signed_in.get_by_text("Deleted 2 exports.")).to_be_visible()
    assert Export.objects.filter(deleted_at=None).count() == 0


def test_a_choice_of_theme_is_kept(signed_in: Page) -> None:
    signed_in.emulate_media(color_scheme="light")
    signed_in.get_by_role("button", name="Switch to dark").click()
    signed_in.reload()

    expect(signed_in.locator("html")).to_have_attribute("data-theme", "dark")
    expect(signed_in.get_by_role("button", name="Switch to light")).to_be_visible()


@pytest.mark.usefixtures("trips")
def test_fields_are_looked_for_and_counted(signed_in: Page) -> None:
    page = signed_in
    page.goto("/demo/exports/new")
    page.get_by_label("Look for a field").fill("LAT")
    expect(page.get_by_label("lat", exact=False).first).to_be_visible()
    expect(page.get_by_label("carrier")).to_be_hidden()

    page.get_by_label("place").check()

    expect(page.get_by_text("1 chosen")).to_be_visible()
    expect(page.locator("input[value='place.lat']")).to_be_disabled()
    expect(page.locator("input[value='place.lat']")).to_be_checked()


@pytest.mark.usefixtures("rich")
def test_a_reference_comes_as_its_key_or_with_what_lies_behind(signed_in: Page) -> None:
    page = signed_in
    page.goto("/demo/exports/new?collection=trips")
    page.get_by_label("Look for a field").fill("carrier.del")
    key, behind = (
        page.locator(f"input[name=paths][value='{path}']") for path in ("carrier", "carrier.delay")
    )
    key.check()
    behind.check()
    expect(key).not_to_be_checked()

    page.get_by_label("Look for a field").fill("")
    page.get_by_label("The whole document").check()
    expect(behind).to_be_disabled()
    page.locator("input[value='place.lon']").check()

    expect(page.get_by_text("All fields + 1 optional + 1 followed")).to_be_visible()


@pytest.mark.usefixtures("rich")
def test_options_show_where_they_apply(signed_in: Page) -> None:
    page = signed_in
    page.goto("/demo/exports/new?collection=trips")
    page.get_by_text("More options").click()
    expect(page.get_by_label("Delimiter")).to_be_visible()
    page.get_by_label("The files export_files").check()
    expect(page.get_by_label("How the files come")).to_be_visible()

    page.locator("input[value=parquet]").check()
    expect(page.get_by_label("Delimiter")).to_be_hidden()
    expect(page.get_by_label("Time zone")).to_be_hidden()
    page.get_by_label("Collection").select_option("planes")
    expect(page.get_by_label("The files export_files")).to_have_count(0)
    page.get_by_label("One row per").focus()
    page.get_by_label("One row per").select_option("tags")

    expect(page.get_by_label("Only of the document")).to_be_visible()
    expect(page.get_by_label("One row per")).to_be_focused()
    expect(page.locator("input[value=parquet]")).to_be_checked()


@pytest.mark.usefixtures("trips")
def test_an_export_is_made_by_keyboard_alone(signed_in: Page) -> None:
    page = signed_in
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="New export")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("Label").focus()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="By keyboard")).to_be_visible()
    assert Export.objects.get().label == "By keyboard"
