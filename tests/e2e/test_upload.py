"""An upload with its bar: what is wrong stands beside its field, and the files stay chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from exports.queue.preparer import prepare_claimed

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


def test_a_file_becomes_a_collection_before_ones_eyes(signed_in: Page, tmp_path: Path) -> None:
    page = signed_in
    file = tmp_path / "tours.csv"
    file.write_text("id,name\n" + "".join(f"{i},n{i}\n" for i in range(1000)))
    page.goto("/demo/collections/new")
    page.locator("[name=file]").set_input_files(str(file))
    page.get_by_role("button", name="Make the collection").click()

    expect(page.locator("#id_name_error")).to_have_text("This cannot be empty.")
    expect(page.locator("#id_name")).to_be_focused()
    page.keyboard.type("tours")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{page.url.partition('/demo')[0]}/demo/collections/tours")
    expect(page.get_by_text("Preparing")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    assert prepare_claimed()
    expect(page.get_by_text("Ready", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="New export")).to_be_visible()
