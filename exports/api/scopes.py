"""What each operation takes: the scopes of a key, or that no key will do."""

from __future__ import annotations

from exports.models import Scope

_READ, _WRITE, _DOWNLOAD = Scope.EXPORTS_READ, Scope.EXPORTS_WRITE, Scope.DOWNLOADS_READ

# Each name is an operation's id. A test holds every line true, and that none is missing.
SCOPES: dict[str, tuple[Scope, ...]] = {
    "audit_list": (Scope.AUDIT_READ,),
    "collection_change": (Scope.COLLECTIONS_WRITE,),
    "collection_create": (Scope.COLLECTIONS_WRITE,),
    "collection_delete": (Scope.COLLECTIONS_WRITE,),
    "collection_documents": (_WRITE, _DOWNLOAD),
    "collection_get": (_READ,),
    "collection_list": (_READ,),
    "collection_refresh": (Scope.COLLECTIONS_WRITE,),
    "delivery_list": (_READ,),
    "delivery_retry": (_READ, _WRITE),
    "export_cancel": (_READ, _WRITE),
    "export_create": (_WRITE,),
    "export_delete": (_READ, _WRITE),
    "export_download": (_READ, _DOWNLOAD),
    "export_download_head": (_READ, _DOWNLOAD),
    "export_errors": (_READ, _DOWNLOAD),
    "export_get": (_READ,),
    "export_hold": (Scope.ADMIN,),
    "export_keep": (Scope.ADMIN,),
    "export_link": (_READ, _DOWNLOAD),
    "export_list": (_READ,),
    "export_preview": (_WRITE, _DOWNLOAD),
    "export_release": (Scope.ADMIN,),
    "export_retry": (_READ, _WRITE),
    "export_rows": (_READ, _DOWNLOAD),
    "member_add": (Scope.ADMIN,),
    "member_change": (Scope.ADMIN,),
    "member_get": (Scope.ADMIN,),
    "member_list": (Scope.ADMIN,),
    "member_remove": (Scope.ADMIN,),
    "principal_change": (Scope.ADMIN,),
    "principal_create": (Scope.ADMIN,),
    "principal_delete": (Scope.ADMIN,),
    "principal_get": (Scope.ADMIN,),
    "principal_list": (Scope.ADMIN,),
    "template_change": (_READ, _WRITE),
    "template_create": (_WRITE,),
    "template_delete": (_READ, _WRITE),
    "template_get": (_READ,),
    "template_list": (_READ,),
    "template_run": (_READ, _WRITE),
    "usage_get": (_READ,),
}
# Whoever found a key could make himself others, or sign as the workspace.
BY_SESSION = {
    *("key_create", "key_list", "key_revoke"),
    *("webhook_secret_get", "webhook_secret_rotate"),
}
FOR_EVERYBODY = {"signing_key_list"}


def scopes_told(operation: str) -> str:
    """The sentence of the description."""
    if operation in FOR_EVERYBODY:
        return ""
    if operation in BY_SESSION:
        return "By a browser session only: a key gets 403."
    return f"A key needs {' and '.join(f'`{each}`' for each in SCOPES[operation])}."
