"""Everything that matters, by plain forms and links."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from exports.models import ApiKey, Collection, Export
from exports.queue.preparer import prepare_claimed
from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

    from exports.models import User


@pytest.fixture
def plain(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = browser.new_context(
        java_script_enabled=False, base_url=live_server.url, accept_downloads=True
    )
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


@pytest.mark.usefixtures("trips")
def test_the_main_paths_work_by_forms_and_links(
    plain: Page, ada: User, run_exports: Callable[[], None], tmp_path: Path
) -> None:
    page = plain
    cache.clear()
    page.goto("/")
    page.get_by_label("E-mail address").fill(ada.email)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")

    # From the start to the file, with a filter that is JSON.
    page.get_by_role("link", name="New export").first.click()
    page.locator("[name=where]").fill('{"delay": {"$gte": 95}}')
    page.locator("[name=label]").fill("Late")
    press(page, "Create the export")
    run_exports()
    page.reload()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").first.click()
    kept = sum(1 for i in range(1000) if i % 7 and i % 100 >= 95)
    assert len(Path(waiting.value.path()).read_text("utf-8-sig").splitlines()) == kept + 1

    # A template of it makes another.
    page.get_by_role("link", name="Save as a template").click()
    page.locator("[name=name]").fill("Late, each week")
    press(page, "Save the template")
    press(page, "Run it now")
    expect(page.get_by_role("heading", name="Late")).to_be_visible()
    assert Export.objects.filter(template__name="Late, each week").count() == 1

    # Both are deleted at once, when asked once more.
    page.get_by_role("link", name="Exports").first.click()
    for export in Export.objects.all():
        page.locator(f"[name=uid][value={export.uid}]").check()
    press(page, "Delete")
    expect(page.get_by_role("heading", name="Delete 2 exports?")).to_be_visible()
    assert Export.objects.filter(deleted_at=None).count() == 2
    press(page, "Delete them")
    assert not Export.objects.filter(deleted_at=None).exists()

    # A file becomes a collection.
    file = tmp_path / "tours.csv"
    file.write_text("id,name\n1,a\n2,b\n")
    page.goto("/demo/collections/new")
    page.locator("[name=name]").fill("tours")
    page.locator("[name=file]").set_input_files(str(file))
    press(page, "Make the collection")
    assert prepare_claimed()
    page.reload()
    expect(page.get_by_text("Ready", exact=True)).to_be_visible()
    assert Collection.objects.get(name="tours").documents == 2

    # A key is made and revoked.
    page.get_by_role("link", name="Keys").first.click()
    page.get_by_role("link", name="Make the first key").click()
    page.locator("[name=label]").fill("nightly")
    page.get_by_label("Look at exports").check()
    press(page, "Make the key")
    expect(page.get_by_text(f"sk_{ApiKey.objects.get().prefix}").first).to_be_visible()
    page.goto("/demo/keys")
    page.get_by_role("link", name="Revoke").click()
    press(page, "Revoke the key")
    assert ApiKey.objects.get().revoked_at
