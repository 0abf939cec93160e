"""What only a browser can tell: widths, contrast, names for those who listen, and movement."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from exports.models import Collection, Export, Namespace, Principal, State
from exports.query.schema import Role
from tests.conftest import made_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

WIDTHS = (1440, 768, 390)
CONTRAST = {"runOnly": ["color-contrast"]}


@pytest.fixture
def rich(trips: Collection, planes: Collection) -> Collection:
    """The trips, with a reference, an optional field, a vector and a file."""
    schema = trips.schema.mark("carrier", role=Role.REFERENCE, target=planes.uid)
    schema = schema.mark("document_id", role=Role.FILE).mark("tags", role=Role.VECTOR, length=2)
    schema = schema.mark("place.lon", optional=True)
    trips.schema_tree, trips.schema_version = schema.to_json(), schema.version
    trips.save()
    return trips


@pytest.fixture
def addresses(
    signed_in: Page,
    make_export: Callable[..., Export],
    run_exports: Callable[[], None],
    ua: Principal,
    rich: Collection,
) -> list[str]:
    """Every page, with an export that is ready, one that failed, and one that waits."""
    ready = make_export(label="Late trips", format="csv", where={"delay": {"$gte": 95}})
    run_exports()
    Export.objects.filter(pk=ready.pk).update(notices={"reference_to_nothing": 3})
    held = make_export(label="Held trips", format="csv")
    run_exports()
    Export.objects.filter(pk=held.pk).update(hold_reason="A court asks for it.", retry_of=ready)
    Namespace.objects.update(quota=1_000_000)
    failed = make_export(label="<i>Failed</i> " + "long" * 40)
    Export.objects.filter(pk=failed.pk).update(state=State.ERROR, reason="source_changed")
    waiting = make_export(label="Waits")
    one = f"/demo/exports/{ready.uid}"
    member = ready.namespace.memberships.earliest("pk").uid
    key, _ = made_key(ready.namespace, ready.created_by, principal=ua, collections=[rich])
    return [
        "/demo/exports",
        "/demo/exports?q=nothing",
        "/demo/exports/new",
        one,
        f"{one}/delete",
        f"{one}/retry",
        f"{one}/keep",
        f"{one}/hold",
        f"/demo/exports/{held.uid}",
        f"/demo/exports/{held.uid}/release",
        f"/demo/exports/{failed.uid}",
        f"/demo/exports/{waiting.uid}",
        f"/demo/exports/{waiting.uid}/cancel",
        "/demo/collections",
        "/demo/collections/trips",
        "/demo/history",
        "/demo/history?action=downloads&who=ada&since=2026-01-01",
        "/demo/operations",
        "/demo/members",
        "/demo/members/new",
        f"/demo/members/{member}",
        f"/demo/members/{member}/remove",
        "/demo/principals",
        f"/demo/principals/{ua.uid}",
        f"/demo/principals/{ua.uid}/switch",
        f"/demo/principals/{ua.uid}/delete",
        "/demo/keys",
        "/demo/keys/new",
        f"/demo/keys/{key.uid}/revoke",
        "/demo/settings",
        "/account/profile",
        "/account/sessions/end",
        "/account/second-factor/",
        "/account/again/",
        "/account/password/change/",
        "/account/logout/",
    ]


def test_every_page_is_for_everybody_and_fits(signed_in: Page, addresses: list[str]) -> None:
    for address in addresses:
        unfolded(signed_in, address)
        for width in WIDTHS:
            signed_in.set_viewport_size({"width": width, "height": 900})
            assert signed_in.evaluate("document.documentElement.scrollWidth") <= width, address
        assert Axe().run(signed_in).violations_count == 0, address


@pytest.mark.soak
def test_every_page_has_contrast_in_the_dark(signed_in: Page, addresses: list[str]) -> None:
    """The themes differ in their colours and in nothing else."""
    for address in addresses:
        unfolded(signed_in, address)
        signed_in.emulate_media(color_scheme="dark")
        assert Axe().run(signed_in, options=CONTRAST).violations_count == 0, address


def unfolded(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(address)
    for fold in page.locator(
        "details.more > summary, .behind > summary, .charts-card summary"
    ).all():
        fold.click()


def test_the_sign_in_page_too(page: Page) -> None:
    page.goto("/account/login/")

    assert Axe().run(page).violations_count == 0
    expect(page.get_by_label("E-mail address")).to_be_focused()


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
    # What was ticked stays so, and what is to become of it is asked first.
    expect(signed_in.get_by_role("checkbox", name="Choose Moves")).to_be_checked()
    signed_in.get_by_role("checkbox", name="Choose all").check()
    expect(signed_in.get_by_text("2 exports, 0 B")).to_be_visible()
    bar.click()
    signed_in.get_by_role("button", name="Delete them").click()
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
