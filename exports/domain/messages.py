"""What is said about the end of an export. No message holds a row, a cell or a filter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings

from exports.domain.reasons import reason_for
from exports.models import State

if TYPE_CHECKING:
    from datetime import datetime

    from exports.models import Export


def page_address(export: Export) -> str:
    """Where people find it. Workers know no addresses of pages, and need not load them for it."""
    return f"{settings.PUBLIC_URL}/{export.namespace.slug}/exports/{export.uid}"


def api_address(export: Export) -> str:
    return f"{settings.PUBLIC_URL}/api/v1/exports/{export.uid}"


def export_told(export: Export) -> dict[str, Any]:
    """An export that has ended, for programs: webhooks and scripts."""
    failed = export.state == State.ERROR
    return {
        "id": export.uid,
        "label": export.label,
        "state": export.state,
        "workspace": export.namespace.slug,
        "collection": {"id": export.collection.uid, "name": export.collection.name},
        "format": export.format,
        "rows": None if failed else export.rows_done,
        "bytes": None if failed else export.bytes_done,
        "error": {"code": export.reason, "what": _what(export)} if failed else None,
        "created_at": _time(export.created_at),
        "ended_at": _time(export.ended_at),
        "expires_at": _time(export.expires_at),
        "page": page_address(export),
        "api": api_address(export),
    }


def webhook_body(uid: str, export: Export) -> str:
    """The body of a webhook. :param uid: the id of the message."""
    return _json(
        {
            "id": uid,
            "type": f"export.{export.state}",
            "timestamp": _time(export.ended_at),
            "data": export_told(export),
        }
    )


def email_body(export: Export) -> str:
    """A letter: its subject, an empty line, its text."""
    ready = export.state == State.READY
    label = _one_line(export.label)
    subject = f"[Waybill] {label}: {'ready' if ready else 'failed'}"
    said = (
        f"{export.rows_done:,} rows, {export.bytes_done:,} bytes. The files can be downloaded "
        f"until {export.expires_at:%d %B %Y, %H:%M} UTC."
        if ready
        else _what(export)
    )
    lines = [
        f"The export “{label}” of {export.collection.name} {'is ready' if ready else 'failed'}.",
        "",
        said,
        "",
        page_address(export),
        "",
        f"You get this because the export asked for it, in the workspace {export.namespace.name}.",
    ]
    return "\n".join([subject, "", *lines, ""])


def email_parts(body: str) -> tuple[str, str]:
    """The subject and the text of a letter."""
    subject, _, text = body.partition("\n\n")
    return subject, text


def _what(export: Export) -> str:
    return reason_for(export.reason).what


def _one_line(text: str) -> str:
    """Without line ends and whatever else does not show, so that it can be a subject."""
    return "".join(each if each.isprintable() else " " for each in text).strip()


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds") if moment else None


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
