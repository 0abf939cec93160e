"""Downloads the files of a result: goes on where an earlier try was cut off, checks every byte."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from exports.client.errors import Busy, Damaged, InTheWay, NoService
from exports.client.lines import pause_or_raise

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Mapping

    from exports.client.transport import Transport

FOLDER = "files/"  # where files lie that documents name
_LONGEST = 255  # bytes of a name


@dataclass(frozen=True, slots=True)
class ResultFile:
    """One file of a result.

    :ivar name: within the result, such as ``data.csv``.
    :ivar kind: ``data``, ``vectors``, ``files``, ``archive``, ``errors``, ``manifest`` or
        ``signature``.
    :ivar rows: None for what holds no documents. :ivar sha256: in hexadecimal.
    """

    name: str
    kind: str
    content_type: str
    rows: int | None
    bytes: int
    sha256: str

    @classmethod
    def of(cls, listed: Mapping[str, Any]) -> ResultFile:
        """As the service lists it."""
        return cls(**{name: listed[name] for name in cls.__slots__})


class Downloads:
    """The files of one export, into one folder.

    :ivar tell: is called with the number of bytes, whenever some have come.
    """

    def __init__(
        self, transport: Transport, uid: str, folder: Path, tell: Callable[[int], None]
    ) -> None:
        self._transport, self._uid, self._folder, self._tell = transport, uid, folder, tell

    def place(self, file: ResultFile) -> Path:
        """Where it is saved: as the service would name it; what documents name, as they do.

        :raises NoService: the name leads out of the folder.
        """
        if file.name.startswith(FOLDER):
            return self._inside(file.name)
        answer = self._transport.send("HEAD", self._path(file))
        return self._inside(_saved_as(answer.headers.get("Content-Disposition", "")) or file.name)

    def is_there(self, file: ResultFile, path: Path, *, overwrite: bool) -> bool:
        """Whether it need not be downloaded any more.

        :raises InTheWay: another file lies there, and is not to be overwritten.
        """
        if not path.exists():
            return False
        same = path.is_file() and path.stat().st_size == file.bytes and _sum(path) == file.sha256
        if not same and (not overwrite or not path.is_file()):
            raise InTheWay(path)
        return same

    def fetch(self, file: ResultFile, path: Path) -> None:
        """Download it. What was cut off stays beside it as ``….part``, for the next try.

        :raises Damaged: what came has another checksum; nothing is left of it.
        :raises Unreachable: it broke off again and again, and nothing came in between.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        # The sum in the name keeps it from being taken for a part of another file.
        begun = path.name.encode()[: _LONGEST - 40].decode(errors="ignore")
        part = path.with_name(f"{begun}.{file.sha256[:16]}.part")
        try:
            with part.open("a+b") as out:
                if self._whole(file, out) != file.sha256:
                    raise Damaged(file.name)
        except Damaged:
            part.unlink()
            raise
        part.replace(path)

    def _whole(self, file: ResultFile, out: io.BufferedRandom) -> str:
        """Append what is missing, until nothing is. Returns the sha256 of all."""
        out.seek(0)
        sum_ = hashlib.file_digest(out, "sha256")
        self._tell(out.tell())
        failures = 0
        while out.tell() < file.bytes:
            before = out.tell()
            try:
                self._more(file, out, sum_)
            except (httpx.TransportError, Busy) as error:
                failures = failures + 1 if out.tell() == before else 1
                pause_or_raise(self._transport, failures, error)
            else:
                break
        return sum_.hexdigest()

    def _more(self, file: ResultFile, out: io.BufferedRandom, sum_: Any) -> None:
        wanted = {}
        if have := out.tell():
            wanted = {"Range": f"bytes={have}-", "If-Range": f'"{file.sha256}"'}
        with self._transport.stream(self._path(file), headers=wanted) as answer:
            if have and answer.status_code != httpx.codes.PARTIAL_CONTENT:
                raise Damaged(file.name)
            for chunk in answer.iter_raw():
                sum_.update(chunk)
                out.write(chunk)
                self._tell(len(chunk))

    def _path(self, file: ResultFile) -> str:
        return f"/exports/{self._uid}/files/{quote(file.name)}"

    def _inside(self, name: str) -> Path:
        parts = PurePosixPath(name).parts
        place = self._folder.joinpath(*parts)
        wrong = any(each in ("..", "/") or "\\" in each or "\0" in each for each in parts)
        # On Windows the name of a drive leads out too.
        if not parts or wrong or not place.is_relative_to(self._folder):
            raise NoService(self._transport.base, f"it names a file {name!r}")
        return place


def _saved_as(disposition: str) -> str:
    """The last part of the name in a ``Content-Disposition``."""
    message = Message()
    message["Content-Disposition"] = disposition
    return PurePosixPath(message.get_filename() or "").name


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
