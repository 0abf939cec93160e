"""The exports of a workspace: to make them, to find them, to see what one would bring."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Unpack

from exports.client.paging import items
from exports.client.task import ExportTask
from exports.client.transport import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.client.client import Waybill
    from exports.client.fields import ExportFields, ListFields


class Exports:
    """``client.exports``."""

    def __init__(self, client: Waybill) -> None:
        self._client = client
        self._transport = client.transport

    def create(self, *, idempotency_key: str = "", **fields: Unpack[ExportFields]) -> ExportTask:
        """Ask for an export; it runs when its turn comes.

        However often the answer is lost on the way, one export is made.

        :param idempotency_key: an id of your own for this request: asked once more with the same,
            it is the same export. Without it each call makes one.
        :raises Invalid: ``errors`` names the fields that are wrong.
        """
        headers = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}
        made = self._transport.json("POST", "/exports", body=fields, headers=headers)
        return ExportTask(self._client, made)

    def get(self, uid: str) -> ExportTask:
        """The export of that id.

        :raises NotFound: there is none, or it is not yours to see.
        """
        return ExportTask(self._client, self._transport.json("GET", f"/exports/{named(uid)}"))

    def list(
        self, *, limit: int | None = None, **filters: Unpack[ListFields]
    ) -> Iterator[ExportTask]:
        """The exports, newest first, a page at a time as they are taken.

        :param limit: at most so many; None: all.
        """
        for each in items(self._transport, "/exports", dict(filters), limit):
            yield ExportTask(self._client, each)

    def preview(self, *, limit: int = 10, **fields: Unpack[ExportFields]) -> dict[str, Any]:
        """What an export would bring: ``columns``, the first ``rows``, ``count``, ``bytes``.

        :param limit: how many rows to show, 1 to 100.
        """
        found: dict[str, Any] = self._transport.json(
            "POST", "/exports/preview", body=fields, query={"limit": limit}
        )
        return found
