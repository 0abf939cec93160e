"""Whatever is wrong stands beside its field, what was typed is kept, and the focus goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from exports.models import Export

# Address, button, the field that is wrong and what is typed there, and what else is typed.
FORMS: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    ("exports/new", "Create the export", "where", '{"delai": 1}', {"label": "Kept"}),
    ("exports/new", "Create the export", "timezone", "Mars/Olympus", {"label": "Kept"}),
    ("templates/new", "Save the template", "request", "{", {"name": "Kept"}),
    ("collections/new/location", "Make the collection", "locations", "/etc", {"name": "kept"}),
    ("collections/trips/edit", "Save", "name", "a/b", {"description": "Kept"}),
    ("members/new", "Add the member", "email", "nobody@example.org", {}),
    ("principals/new", "Make the principal", "name", " ", {"identities": "Kept"}),
    ("keys/new", "Make the key", "expires_at", "2099-01-01", {"label": "Kept"}),
    ("settings", "Save", "quota", "-5", {"name": "Kept"}),
    ("exports/{export}/hold", "Hold them", "reason", "", {}),
)


def test_errors_stand_beside_their_field_and_typed_text_is_kept(
    signed_in: Page, finished: Export
) -> None:
    page = signed_in
    for address, button, wrong, text, others in FORMS:
        page.goto(f"/demo/{address.format(export=finished.uid)}")
        if wrong == "expires_at":
            page.get_by_label("Look at exports").check()
        if wrong == "timezone":
            page.get_by_text("More options").click()
        for name, typed in {**others, wrong: text}.items():
            page.locator(f"main [name={name}]").fill(typed)
        page.get_by_role("button", name=button).first.click()
        refused(page, wrong)
        for name, typed in {**others, wrong: text}.items():
            expect(page.locator(f"main [name={name}]")).to_have_value(typed)

    page.goto("/account/profile")
    page.get_by_label("Name").fill("x\u202ey")
    page.get_by_role("button", name="Save").click()
    refused(page, "name")


def refused(page: Page, name: str) -> None:
    field = page.locator(f"main [name={name}]")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    beside = field.locator("xpath=ancestor::*[contains(@class, 'field')][1]")
    errors = beside.locator(".errorlist")
    expect(errors).to_be_visible()
    assert errors.get_attribute("id") in (field.get_attribute("aria-describedby") or "").split()
    assert len(errors.inner_text()) > 10, page.url
