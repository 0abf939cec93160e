"""Every address of the service that a person can open: what it is called, and who may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exports.web import account_urls, urls

if TYPE_CHECKING:
    from tests.e2e.furnishing import Furnished

ADMIN, EXPORTER, AUDITOR, OUTSIDER = "admin", "exporter", "auditor", "outsider"
ALL = frozenset({ADMIN, EXPORTER, AUDITOR})
MAKERS = frozenset({ADMIN, EXPORTER})
READERS = frozenset({ADMIN, AUDITOR})
ADMINS = frozenset({ADMIN})
EVERYBODY = ALL | {OUTSIDER}
IN, OUT, SECURED = "in", "out", "secured"


@dataclass(frozen=True)
class Page:
    """One page as somebody may find it.

    :ivar route: the name of its address. :ivar name: that of its picture.
    :ivar roles: who may open it; another member is told so, an outsider learns of nothing.
    :ivar when: whether one is signed in, is not, or is and has a second factor.
    """

    route: str
    name: str
    address: str
    roles: frozenset[str] = ADMINS
    when: str = IN


# Not pages: what a page asks for beside itself, what leads on, what only takes a form, and files.
NO_PAGES = {
    *("start", "workspace", "create_preview", "create_copy", "create_values", "link", "rows"),
    *("several", "template_start", "after", "delivery_again", "collection_refresh", "picture"),
    *("history_export", "openid_connect_login", "openid_connect_callback"),
}
# On the way in, between password and code: test_people goes there.
ON_THE_WAY = {"mfa_authenticate"}


def routes() -> set[str]:
    """The names of all addresses of pages."""
    patterns = [*urls.urlpatterns, *account_urls.urlpatterns]
    return {each.name or "" for each in patterns}


def pages(made: Furnished, collection: str) -> list[Page]:
    """Those of the workspace that was furnished, and of one's account."""
    return [
        Page("account_login", "sign-in", "/account/login/", EVERYBODY, OUT),
        *_exports(made),
        *_templates(made),
        *_collections(collection),
        *_administration(made),
        *_account(),
    ]


def _exports(made: Furnished) -> list[Page]:
    at = "/demo/exports"
    one = f"{at}/{made.ready.uid}"
    return [
        Page("exports", "exports", at, ALL),
        Page("exports", "exports-failed", f"{at}?state=error", ALL),
        Page("exports", "exports-none-found", f"{at}?q=nothing-of-this-kind", ALL),
        Page("create", "new", f"{at}/new?collection={made.ready.collection.name}", MAKERS),
        Page("create", "new-again", f"{at}/new?from={made.ready.uid}"),
        Page("export", "export", one, READERS),
        Page("export", "export-held", f"{at}/{made.held.uid}", READERS),
        Page("export", "export-failed", f"{at}/{made.failed.uid}", READERS),
        Page("export", "export-running", f"{at}/{made.running.uid}", READERS),
        Page("export", "export-waiting", f"{at}/{made.waiting.uid}", READERS),
        Page("export", "export-expired", f"{at}/{made.expired.uid}", READERS),
        Page("export", "export-cancelled", f"{at}/{made.cancelled.uid}", READERS),
        Page("cancel", "export-cancel", f"{at}/{made.waiting.uid}/cancel"),
        Page("delete", "export-delete", f"{one}/delete"),
        Page("retry", "export-retry", f"{one}/retry"),
        Page("keep", "export-keep", f"{one}/keep"),
        Page("hold", "export-hold", f"{one}/hold"),
        Page("release", "export-release", f"{at}/{made.held.uid}/release"),
    ]


def _templates(made: Furnished) -> list[Page]:
    at = "/demo/templates"
    one = f"{at}/{made.template.uid}"
    return [
        Page("templates", "templates", at, ALL),
        Page("template_new", "template-new", f"{at}/new?from={made.ready.uid}"),
        Page("template", "template", one, ALL),
        Page("template_edit", "template-edit", f"{one}/edit"),
        Page("template_removal", "template-delete", f"{one}/delete"),
    ]


def _collections(name: str) -> list[Page]:
    at = "/demo/collections"
    one = f"{at}/{name}"
    return [
        Page("collections", "collections", at, ALL),
        Page("collection_new", "collection-new", f"{at}/new"),
        Page("collection_browse", "collection-browse", f"{at}/new/browse"),
        Page("collection_location", "collection-location", f"{at}/new/location"),
        Page("collection", "collection", one, ALL),
        Page("collection_edit", "collection-edit", f"{one}/edit"),
        Page("collection_fields", "collection-fields", f"{one}/fields"),
        Page("collection_delete", "collection-delete", f"{one}/delete"),
        Page("documents", "documents", f"{one}/documents", MAKERS),
        Page("statistics", "statistics", f"{one}/statistics", MAKERS),
    ]


def _administration(made: Furnished) -> list[Page]:
    member, principal = (
        f"/demo/members/{made.member.uid}",
        f"/demo/principals/{made.principal.uid}",
    )
    return [
        Page("history", "history", "/demo/history", READERS),
        Page("history", "history-filtered", "/demo/history?who=ada&since=2026-01-01", READERS),
        Page("operations", "operations", "/demo/operations"),
        Page("webhooks", "webhooks", "/demo/webhooks"),
        Page("webhooks_rotate", "webhooks-rotate", "/demo/webhooks/rotate"),
        Page("members", "members", "/demo/members"),
        Page("member_new", "member-new", "/demo/members/new"),
        Page("member", "member", member),
        Page("member_removal", "member-remove", f"{member}/remove"),
        Page("principals", "principals", "/demo/principals"),
        Page("principal_new", "principal-new", "/demo/principals/new"),
        Page("principal", "principal", principal),
        Page("principal_switch", "principal-switch", f"{principal}/switch"),
        Page("principal_deletion", "principal-delete", f"{principal}/delete"),
        Page("keys", "keys", "/demo/keys", ALL),
        Page("key_new", "key-new", "/demo/keys/new", ALL),
        Page("key_revocation", "key-revoke", f"/demo/keys/{made.key.uid}/revoke"),
        Page("settings", "settings", "/demo/settings"),
    ]


def _account() -> list[Page]:
    at = "/account"
    addresses = {
        "account_profile": f"{at}/profile",
        "account_sessions_end": f"{at}/sessions/end",
        "account_change_password": f"{at}/password/change/",
        "mfa_index": f"{at}/second-factor/",
        "mfa_activate_totp": f"{at}/second-factor/on/",
        "account_reauthenticate": f"{at}/again/",
        "account_logout": f"{at}/logout/",
        "account_reset_password": f"{at}/password/reset/",
        "account_signup": f"{at}/signup/",
        "account_inactive": f"{at}/inactive/",
        "socialaccount_login_cancelled": f"{at}/openid/cancelled/",
    }
    secured = {
        "mfa_index": f"{at}/second-factor/",
        "mfa_reauthenticate": f"{at}/second-factor/again/",
        "mfa_view_recovery_codes": f"{at}/second-factor/codes/",
        "mfa_generate_recovery_codes": f"{at}/second-factor/codes/new/",
        "mfa_deactivate_totp": f"{at}/second-factor/off/",
    }
    return [
        *(
            Page(route, route.replace("_", "-"), address, EVERYBODY)
            for route, address in addresses.items()
        ),
        *(
            Page(route, f"{route.replace('_', '-')}-on", address, EVERYBODY, SECURED)
            for route, address in secured.items()
        ),
    ]
