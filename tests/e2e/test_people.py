"""What somebody does with his account in a browser: a key, a second factor, signing in with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import expect

from exports.models import ApiKey, Membership, Namespace, User
from tests.conftest import PASSWORD
from tests.web.test_second_factor import code_of

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_a_key_and_a_second_factor_are_made_and_used(signed_in: Page, ada: User) -> None:
    page = signed_in
    cache.clear()
    page.goto("/demo/keys")
    page.get_by_role("link", name="Make the first key").click()
    page.get_by_label("Label").fill("nightly")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_label("Look at exports")).to_be_focused()
    page.get_by_label("Look at exports").check()
    page.get_by_role("button", name="Make the key").click()
    fits(page)
    assert (
        page.get_by_label("The key", exact=True)
        .inner_text()
        .startswith(f"sk_{ApiKey.objects.get().prefix}_")
    )

    page.goto("/account/second-factor/")
    page.get_by_role("link", name="Set it up").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    fits(page)
    secret = page.locator("#totp-secret").inner_text()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Switch it on").click()
    fits(page)
    codes = page.locator("#codes li").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert Path(download.value.path()).read_text().split() == codes

    page.goto("/account/profile")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail address").fill(ada.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    fits(page)
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type(codes[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Exports")).to_be_visible()


def test_one_of_fifty_workspaces_is_found_by_keyboard(signed_in: Page, ada: User) -> None:
    for each in range(50):
        made = Namespace.objects.create(slug=f"w{each}", name=f"Workspace {each}")
        Membership.objects.create(namespace=made, user=ada, role="admin")
    signed_in.goto("/demo/exports")
    signed_in.locator(".workspace summary").press("Enter")
    signed_in.get_by_label("Look for a workspace").fill("17")
    signed_in.keyboard.press("Enter")

    signed_in.wait_for_url("**/w17/exports")


def fits(page: Page) -> None:
    """Nothing is wider than a telephone, and nobody is left out."""
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.url
    assert Axe().run(page).violations_count == 0, page.url
