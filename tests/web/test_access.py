"""Every address with every identity."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, get_resolver, reverse

from exports.models import ApiKey, Export, Namespace, Principal, Template
from exports.web import account_urls, urls
from tests.conftest import made_key
from tests.web.conftest import Browser
from tests.web.reading import one

# For each page: Ada the admin, Ari the auditor, Eve the exporter, Olaf from elsewhere.
PAGES = {
    "start": (302, 302, 302, 302),
    "workspace": (302, 302, 302, 404),
    "exports": (200, 200, 200, 404),
    "create": (200, 403, 200, 404),
    "create_preview": (302, 403, 302, 404),
    "create_copy": (302, 403, 302, 404),
    "create_values": (422, 403, 422, 404),
    "export": (200, 200, 404, 404),
    "several": (302, 403, 302, 404),
    "link": (302, 403, 404, 404),
    "rows": (302, 403, 404, 404),
    "cancel": (200, 403, 404, 404),
    "delete": (200, 403, 404, 404),
    "retry": (200, 403, 404, 404),
    "keep": (200, 403, 404, 404),
    "hold": (200, 403, 404, 404),
    "release": (200, 403, 404, 404),
    "after": (302, 302, 404, 404),
    "delivery_again": (302, 302, 404, 404),
    "webhooks": (200, 403, 403, 404),
    "webhooks_rotate": (200, 403, 403, 404),
    "collections": (200, 200, 200, 404),
    "collection": (200, 200, 404, 404),
    "documents": (200, 403, 404, 404),
    "picture": (404, 403, 404, 404),
    "statistics": (200, 403, 404, 404),
    "collection_new": (200, 403, 403, 404),
    "collection_browse": (200, 403, 403, 404),
    "collection_location": (200, 403, 403, 404),
    "collection_edit": (200, 403, 404, 404),
    "collection_fields": (200, 403, 404, 404),
    "collection_refresh": (302, 403, 404, 404),
    "collection_delete": (200, 403, 404, 404),
    "templates": (200, 200, 200, 404),
    "template_new": (200, 403, 200, 404),
    "template": (200, 200, 404, 404),
    "template_edit": (200, 403, 404, 404),
    "template_removal": (200, 403, 404, 404),
    "template_start": (302, 302, 404, 404),
    "history": (200, 200, 403, 404),
    "history_export": (200, 200, 403, 404),
    "operations": (200, 403, 403, 404),
    "members": (200, 403, 403, 404),
    "member_new": (200, 403, 403, 404),
    "member": (200, 403, 403, 404),
    "member_removal": (200, 403, 403, 404),
    "principals": (200, 403, 403, 404),
    "principal_new": (200, 403, 403, 404),
    "principal": (200, 403, 403, 404),
    "principal_switch": (200, 403, 403, 404),
    "principal_deletion": (200, 403, 403, 404),
    "keys": (200, 200, 200, 404),
    "key_new": (200, 200, 200, 404),
    "key_revocation": (200, 404, 404, 404),
    "settings": (200, 403, 403, 404),
}


def principal_of(export: Export) -> Principal:
    return Principal.objects.get_or_create(namespace=export.namespace, name="UA")[0]


def key_of(export: Export) -> ApiKey:
    return ApiKey.objects.first() or made_key(export.namespace, export.created_by)[0]


def template_of(export: Export) -> Template:
    return Template.objects.get_or_create(
        namespace=export.namespace,
        collection=export.collection,
        name="Weekly",
        defaults={"request": {}, "created_by": export.created_by},
    )[0]


def addresses(export: Export) -> Iterator[tuple[str, str]]:
    named = {
        "namespace": "demo",
        "uid": export.uid,
        "form": "csv",
        "name": export.collection.name,
        "delivery": "dlv_nothing",
        "member": export.namespace.memberships.earliest("pk").uid,
        "principal": principal_of(export).uid,
        "key": key_of(export).uid,
    }
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        wanted = {name: named[name] for name in pattern.pattern.converters}
        if str(pattern.name).startswith("template") and "uid" in wanted:
            wanted["uid"] = template_of(export).uid
        yield str(pattern.name), reverse(f"web:{pattern.name}", kwargs=wanted)


def test_every_page_is_in_the_table() -> None:
    assert {str(each.name) for each in urls.urlpatterns} == set(PAGES)


def test_every_address_belongs_to_a_part_that_has_a_table() -> None:
    roots = [str(each.pattern) for each in get_resolver().url_patterns]

    # The API's is in tests/api/test_tenants.py; health and metrics name nothing of anybody.
    assert roots == ["api/v1/", "health/live", "health/ready", "metrics", "account/", ""]


def test_each_role_gets_what_is_his(
    as_ada: Browser, as_ari: Browser, as_eve: Browser, as_olaf: Browser, ready: Export
) -> None:
    cast = (as_ada, as_ari, as_eve, as_olaf)

    found = {
        name: tuple(browser.status(path) for browser in cast) for name, path in addresses(ready)
    }

    assert found == PAGES


def test_who_has_not_signed_in_does_so_first(as_nobody: Browser, ready: Export) -> None:
    for _, path in addresses(ready):
        response = as_nobody.client.get(path)
        assert response.headers["Location"] == f"/account/login/?next={path}"


def test_a_poll_without_a_session_leads_the_whole_page_there(
    as_nobody: Browser, ready: Export
) -> None:
    path = f"/demo/exports/{ready.uid}"
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{path}"}
    response = as_nobody.client.get(path, headers=headers)

    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == f"/account/login/?next={path}"


def test_who_was_switched_off_is_signed_out(as_ada: Browser, ready: Export) -> None:
    ready.created_by.is_active = False
    ready.created_by.save()

    assert {as_ada.status(path) for _, path in addresses(ready)} == {302}


def test_what_is_shown_stays_with_the_one_it_was_shown_to(as_ada: Browser, ready: Export) -> None:
    for name, path in addresses(ready):
        if name == "picture":  # the trips have none
            continue
        headers = as_ada.client.get(path).headers
        assert {"private", "no-cache"} <= set(headers["Cache-Control"].split(", "))
        assert "HX-Request" in headers["Vary"]


@pytest.mark.parametrize("slug", ["account", "api", "static"])
def test_no_workspace_takes_the_place_of_another_part(as_ada: Browser, slug: str) -> None:
    assert as_ada.status(f"/{slug}/exports") == 404


def test_without_the_second_factor_that_it_asks_for_nothing_is_seen(
    as_ada: Browser, as_olaf: Browser, ready: Export
) -> None:
    there = dict(addresses(ready))
    Namespace.objects.filter(slug="demo").update(requires_second_factor=True)

    for name, path in there.items():
        sent = [as_ada.client.get(path), as_ada.client.post(path)]
        led = {each.headers.get("Location") for each in sent if each.status_code != 405}
        assert led == {"/demo/exports" if name == "start" else "/account/second-factor/"}, name
    poll = as_ada.poll(there["exports"])
    assert poll.headers["HX-Redirect"] == "/account/second-factor/"
    html = as_ada.get("/account/second-factor/")
    assert one(html, role="alert").text.startswith("Demo asks for a second factor.")
    assert as_olaf.status(there["exports"]) == 404
    assert ready.label not in as_ada.get("/account/profile")


def test_only_these_pages_of_an_account_are_there() -> None:
    assert [each.name for each in account_urls.urlpatterns] == [
        "account_login",
        "account_logout",
        "account_inactive",
        "account_reauthenticate",
        "account_change_password",
        "account_reset_password",
        "account_signup",
        "account_profile",
        "account_sessions_end",
        "mfa_index",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "openid_connect_login",
        "openid_connect_callback",
        "socialaccount_login_cancelled",
    ]


def test_no_page_of_an_account_is_kept_by_a_cache_or_shown_to_a_stranger(
    as_ada: Browser, as_nobody: Browser
) -> None:
    for each in account_urls.urlpatterns:
        path = reverse(str(each.name), kwargs=each.default_args)
        answer = as_ada.client.get(path)
        assert answer.status_code != 200 or "no-store" in answer.headers["Cache-Control"], path
        assert "ada@example.org" not in as_nobody.client.get(path).content.decode()
