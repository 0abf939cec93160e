"""Everything that the history of a workspace can tell of."""

from __future__ import annotations

ACTIONS = (
    "export.created",
    "export.started",
    "export.retried",
    "export.ready",
    "export.failed",
    "export.cancelled",
    "export.downloaded",
    "export.linked",
    "export.kept",
    "export.held",
    "export.released",
    "export.refused",
    "rows.previewed",
    "rows.read",
    "values.suggested",
    "statistics.asked",
    "statistics.made",
    "statistics.failed",
    "statistics.viewed",
    "export.expired",
    "export.deleted",
    "template.created",
    "template.changed",
    "template.deleted",
    "collection.created",
    "collection.registered",
    "collection.failed",
    "collection.changed",
    "collection.refresh_asked",
    "collection.refreshed",
    "collection.deleted",
    "delivery.delivered",
    "delivery.failed",
    "delivery.retried",
    "script.ended",
    "webhook_secret.created",
    "webhook_secret.shown",
    "key.created",
    "key.revoked",
    "member.added",
    "member.changed",
    "member.removed",
    "principal.created",
    "principal.changed",
    "principal.deleted",
    "namespace.created",
    "namespace.changed",
    "history.exported",
    "history.erased",
    "superuser.entered",
)
# Beside the families: what is asked for together though it is of another family, or a part of one.
GROUPS = {"downloads": ("export.downloaded", "export.linked", "export.refused")}


def _known() -> dict[str, tuple[str, ...]]:
    families: dict[str, tuple[str, ...]] = {}
    for each in ACTIONS:
        family = each.partition(".")[0]
        families[family] = (*families.get(family, ()), each)
    return GROUPS | families | {each: (each,) for each in ACTIONS}


# The actions that each word asks for: a group, a family (``key`` is every ``key.…``), or an action.
MEANT = _known()
