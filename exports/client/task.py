"""One export, as a script sees it: how far it is, and what came out."""

from __future__ import annotations

import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from exports.client import verify
from exports.client.download import Downloads, ResultFile
from exports.client.errors import ExportFailed, NoTable, NotReady, TimedOut
from exports.client.lines import blocks_read, documents_read
from exports.client.progress import bar, bytes_bar
from exports.client.tables import table_read
from exports.client.transport import seconds_asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from exports.client.client import Waybill

ACTIVE = ("awaiting_approval", "pending", "running")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0  # seconds between two looks


class ExportTask:
    """One export. What it says is as of the last :meth:`refresh`.

    :ivar export: the service's answer as it came, with every field of ``docs/rest.md``.
    """

    type = "export"

    def __init__(self, client: Waybill, export: Mapping[str, Any]) -> None:
        self._client = client
        self._transport = client.transport
        self.export = export

    def __repr__(self) -> str:
        return f"<ExportTask {self.uid} {self.status} {self.name!r}>"

    @staticmethod
    def get_task(client: Waybill, uid: str) -> ExportTask:
        """The export of that id.

        :raises NotFound: there is none, or it is not yours to see.
        """
        return client.exports.get(uid)

    @property
    def id(self) -> str:
        """The same as :attr:`uid`."""
        return self.uid

    @property
    def uid(self) -> str:
        """``exp_…``"""
        uid: str = self.export["id"]
        return uid

    @property
    def name(self) -> str:
        """Its label."""
        label: str = self.export["label"]
        return label

    @property
    def status(self) -> str:
        """``pending``, ``running``, ``ready``, ``error``, ``cancelled`` or ``expired``."""
        state: str = self.export["state"]
        return state

    @property
    def created_by(self) -> str:
        """The e-mail address of who asked."""
        address: str = self.export["created_by"]
        return address

    @property
    def created_at(self) -> datetime:
        return datetime.fromisoformat(self.export["created_at"])

    @property
    def updated_at(self) -> datetime:
        """When it was made, began or ended, whichever came last."""
        times = (self.export[each] for each in ("created_at", "started_at", "ended_at"))
        return max(datetime.fromisoformat(each) for each in times if each)

    @property
    def completion_percentage(self) -> int:
        """0 to 100; 100 only when it is ready, 0 while nothing is known."""
        return self.export["percent"] or 0

    @property
    def files(self) -> list[ResultFile]:
        """Empty until every file is complete."""
        return [ResultFile.of(each) for each in self.export["files"]]

    @property
    def is_active(self) -> bool:
        """Whether it still waits or runs."""
        return self.status in ACTIVE

    def has_result(self) -> bool:
        """Whether there is something to download."""
        return self.status == "ready" and bool(self.files)

    def has_errors(self) -> bool:
        """Whether it failed, or something was noticed in its run: :meth:`errors` says what."""
        return self.status == "error" or bool(self.export["notices"])

    def get_total_file_size(self) -> int:
        """Bytes of all its files, as they are downloaded."""
        return sum(each.bytes for each in self._ready())

    def get_total_lines(self) -> int:
        """Rows of the result."""
        self._ready()
        rows: int = self.export["rows_done"]
        return rows

    def refresh(self) -> ExportTask:
        """Ask the service how it stands now."""
        self._look()
        return self

    def wait_till_done(
        self, timeout: float | None = None, *, progress: bool | None = None
    ) -> ExportTask:
        """Wait until it has ended, however it ended: :attr:`status` and :meth:`has_result` tell.

        :param timeout: seconds; None: as long as it takes.
        :param progress: show a bar; None: when a person would see it.
        :raises TimedOut: it goes on, and can be waited for again.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        pause = _FIRST_PAUSE
        with bar(self.name, self.export["rows_total"], shown=progress) as move:
            while True:
                asked = self._look()
                move(self.export["rows_done"], self.export["rows_total"])
                if not self.is_active:
                    return self
                if deadline is not None and time.monotonic() >= deadline:
                    raise TimedOut(self.uid, timeout or 0)
                left = _LONGEST_PAUSE if deadline is None else deadline - time.monotonic()
                time.sleep(max(0.0, min(pause, asked, left)))
                pause = min(pause * 1.5, _LONGEST_PAUSE)

    def cancel(self) -> ExportTask:
        """:raises Conflict: it has ended already."""
        self.export = self._transport.json("POST", f"{self._path}/cancel")
        return self

    def retry(self) -> ExportTask:
        """A new export of the same request, as the documents are now.

        :raises Conflict: this one has not ended.
        """
        return ExportTask(self._client, self._transport.json("POST", f"{self._path}/retry"))

    def delete(self) -> None:
        """Cancel it if need be, and delete its files. Its line in the history stays.

        :raises Conflict: it is held.
        """
        self._transport.send("DELETE", self._path)

    def link(self, name: str = "") -> str:
        """An address of one file that works without a key, for an hour at most.

        :param name: of the file within the result; the data file unless given.
        """
        name = name or self._data().name
        made = self._transport.json("POST", f"{self._path}/files/{quote(name)}/link")
        address: str = made["url"]
        return address

    def errors(self) -> Iterator[dict[str, Any]]:
        """What was noticed in its run: missing files, references to nothing."""
        self._ready()
        answer = self._transport.send("GET", f"{self._path}/errors")
        return documents_read([answer.content] if answer.content else [])

    def lines(self, *, line: int = 0, offset: int | None = None) -> Iterator[bytes]:
        """The lines of a result in the format ``jsonl``, without their ends. None is held.

        :param line: the first one, from 0.
        :param offset: take instead the first that begins at this byte of the text, or after it.
        :raises Conflict: it is of another format, or in an archive.
        :raises PastTheEnd: it has not that many.
        """
        for block in self._blocks(line, offset):
            yield from block[:-1].split(b"\n")

    def stream(self, *, line: int = 0, offset: int | None = None) -> Iterator[dict[str, Any]]:
        """The documents of a result in the format ``jsonl``. Arguments as of :meth:`lines`."""
        return documents_read(self._blocks(line, offset))

    def download(
        self, folder: str | Path = ".", *, overwrite: bool = False, progress: bool | None = None
    ) -> list[Path]:
        """Download every file, and make sure that it is what the signed manifest names.

        What is there already is not downloaded again; what was cut off goes on where it was.

        :param overwrite: replace other files of the same names.
        :param progress: show a bar; None: when a person would see it.
        :raises InTheWay: there are such files; nothing was downloaded.
        :raises Damaged: what came has another checksum than the service says.
        :raises NotVerified: the manifest is not genuine, or does not name these files.
        """
        files = self._ready()
        with bytes_bar(self.name, self.get_total_file_size(), shown=progress) as tell:
            downloads = Downloads(self._transport, self.uid, Path(folder), tell)
            places = {each: downloads.place(each) for each in files}
            missing = [
                file
                for file, path in places.items()
                if not downloads.is_there(file, path, overwrite=overwrite)
            ]
            for each in missing:
                downloads.fetch(each, places[each])
        self._verify(places, Path(folder))
        return list(places.values())

    def to_arrow(self) -> pa.Table:
        """The data of a result in the formats ``parquet``, ``jsonl`` and ``csv``, as a table.

        :raises MissingLibrary: pyarrow is not installed. :raises NoTable: of another format.
        """
        data = self._data()
        with tempfile.TemporaryDirectory(prefix="waybill-") as folder:
            path = Path(folder, data.name)
            Downloads(self._transport, self.uid, Path(folder), lambda _: None).fetch(data, path)
            return table_read(path, self.uid, self.export["format"])

    @property
    def _path(self) -> str:
        return f"/exports/{quote(self.uid)}"

    def _look(self) -> float:
        """Refresh. Returns the seconds after which it is worth while to look again."""
        answer = self._transport.send("GET", self._path)
        self.export = self._transport.read(answer)
        return seconds_asked(answer.headers.get("Retry-After")) or _LONGEST_PAUSE

    def _ready(self) -> list[ResultFile]:
        if self.is_active:
            self._look()
        if self.is_active:
            raise NotReady(self.uid, self.status)
        if self.status != "ready":
            raise ExportFailed(self.uid, self.status, self.export["error"])
        return self.files

    def _data(self) -> ResultFile:
        found = [each for each in self._ready() if each.kind == "data"]
        if not found:
            raise NoTable(self.uid)
        return found[0]

    def _blocks(self, line: int, offset: int | None) -> Iterator[bytes]:
        self._ready()
        return blocks_read(self._transport, self.uid, line=line, offset=offset)

    def _verify(self, places: Mapping[ResultFile, Path], folder: Path) -> None:
        papers = {each.kind: path for each, path in places.items()}
        if not {"manifest", "signature"} <= papers.keys():
            raise verify.NoManifest(folder)
        verify.verify_listed(
            papers["manifest"],
            papers["signature"],
            {each.name: each.sha256 for each in places},
            self._client.signing_keys(),
            self.uid,
        )
