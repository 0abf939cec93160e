"""What else a workspace holds: collections, templates, keys, its history."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.client.errors import Forbidden, Refused
from exports.client.paging import items
from exports.client.progress import bytes_bar
from exports.client.sending import Watched
from exports.client.task import ExportTask
from exports.client.transport import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.client.client import Waybill

Record = dict[str, Any]


class Resource:
    """Records that are reached by their id or name. Each is a mapping, as ``docs/rest.md`` has it.

    :cvar path: where they lie.
    """

    path: str

    def __init__(self, client: Waybill) -> None:
        self._client = client
        self._transport = client.transport

    def list(self) -> Iterator[Record]:
        """All of them, by name."""
        return items(self._transport, self.path, {}, None)

    def get(self, reference: str) -> Record:
        """One, by its id or name.

        :raises NotFound: there is none, or it is not yours to see.
        """
        return self._call("GET", reference)

    def create(self, **fields: Any) -> Record:
        """:raises Invalid: ``errors`` names the fields that are wrong."""
        made: Record = self._transport.json("POST", self.path, body=fields)
        return made

    def change(self, reference: str, **fields: Any) -> Record:
        """Change what is named, and leave the rest."""
        return self._call("PATCH", reference, body=fields)

    def delete(self, reference: str) -> None:
        """:raises Conflict: something still needs it."""
        self._call("DELETE", reference)

    def _call(self, method: str, reference: str, act: str = "", body: Any = None) -> Record:
        path = f"{self.path}/{named(reference)}{act}"
        found: Record = self._transport.json(method, path, body=body)
        return found


class Collections(Resource):
    """``client.collections``: what can be exported."""

    path = "/collections"

    def upload(
        self, *paths: str | Path, name: str, progress: bool | None = None, **fields: Any
    ) -> Record:
        """Make one of files of this machine, which are sent as they are read.

        It is ``preparing`` until the service has read them.

        :param paths: Parquet, JSONL or CSV, by their endings; text also as .gz or .zst.
        :param progress: show a bar; None: when a person would see it.
        :param fields: as of :meth:`create`, but for ``locations``.
        :raises Invalid: ``errors`` names the fields that are wrong.
        """
        form = {
            field: json.dumps(value) if isinstance(value, dict) else value
            for field, value in {"name": name, **fields}.items()
            if value is not None
        }
        size = sum(Path(each).stat().st_size for each in paths)
        with ExitStack() as opened:
            moved = opened.enter_context(bytes_bar(name, size, shown=progress))
            files = [
                ("file", (each.name, opened.enter_context(Watched(each, moved))))
                for each in map(Path, paths)
            ]
            answer = self._transport.send("POST", self.path, body=form, files=files)
        made: Record = self._transport.read(answer)
        return made

    def refresh(self, reference: str) -> Record:
        """Look at the source again: how many documents there are, of which schema."""
        return self._call("POST", reference, "/refresh")


class Templates(Resource):
    """``client.templates``: requests that are kept, to be run again and again."""

    path = "/templates"

    def run(self, reference: str) -> ExportTask:
        """Make an export of what the template asks for."""
        return ExportTask(self._client, self._call("POST", reference, "/run"))


class Keys(Resource):
    """``client.keys``: they are made and listed in the browser, by whom they belong to."""

    path = "/keys"

    def list(self) -> Iterator[Record]:
        """:raises Forbidden: a key may not do this; the text says where it can be done."""
        try:
            return iter(self._transport.json("GET", self.path)["items"])
        except Refused as error:
            if error.status not in (401, 403):
                raise
            where = f"{self._client.base_url} under Keys"
            said = f"Keys are made, listed and revoked in the browser, by no key: {where}."
            raise Forbidden(error.status, error.code, said) from error


class Audit:
    """``client.audit``: the history, newest first."""

    def __init__(self, client: Waybill) -> None:
        self._transport = client.transport

    def list(self, *, limit: int | None = None, **filters: str) -> Iterator[Record]:
        """The events, a page at a time as they are taken.

        :param limit: at most so many; None: all.
        :param filters: ``action``, ``who``, ``subject``, ``since``, ``until``.
        """
        return items(self._transport, "/audit", filters, limit)
