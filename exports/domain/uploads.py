"""Files that are uploaded: written to disk as they come, bounded, and kept whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler

from exports.domain.errors import Conflict, DomainError, FieldError, InvalidRequest
from exports.domain.requests import is_storable
from exports.models import Collection
from exports.sources.errors import KindsMixed
from exports.sources.locate import ENDINGS, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from django.http import HttpRequest

_MOST_FILES = 100
_LONGEST_NAME = 200
_SPARE = 64 << 20  # bytes that are left free on the disk
_LEFT_BEHIND = 3600  # seconds after which nobody writes an upload any more
_MAGIC = b"PAR1"


class UploadTooLarge(DomainError):
    """More than the operator lets one upload have."""

    status = 413
    code = "too_large"

    def __init__(self) -> None:
        limit = settings.UPLOAD_LIMIT // (1 << 20)
        super().__init__(
            f"An upload is at most {limit:,} MiB. Compress the file, or ask the operator to let "
            "you register it from a folder.",
            errors=(FieldError("file", f"It is larger than {limit:,} MiB."),),
        )


class UploadBroken(DomainError):
    """The connection ended before everything had come."""

    status = 400
    code = "unreadable"

    def __init__(self) -> None:
        super().__init__("The upload did not arrive whole, and nothing of it was kept. Try again.")


class NoRoomLeft(Conflict):
    """The disk does not hold what is to be uploaded."""

    code = "no_room"

    def __init__(self) -> None:
        message = "There is not enough room on the disk for it. Ask the operator for more."
        super().__init__(message)
        self.errors = (FieldError("file", message),)


class FilesRefused(SuspiciousOperation):
    """A file came to an address that takes none, or from somebody who may not send it there."""


class RefuseFiles(FileUploadHandler):
    """What Django does with a file unless a view says otherwise."""

    def new_file(self, *_args: Any, **_kwargs: Any) -> None:
        raise FilesRefused("No file is taken here.")

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> bytes | None:
        return raw_data

    def file_complete(self, _file_size: int) -> None:
        return None


class Upload:
    """The files of one request, in a folder of their own.

    :ivar names: those that the files had where they come from, in the order of the stored files.
    """

    def __init__(self) -> None:
        self.folder: Path = settings.UPLOAD_DIR / f"new-{uuid4().hex}"
        self._files: dict[str, Path] = {}
        self._refusal: InvalidRequest | None = None

    @property
    def names(self) -> list[str]:
        return sorted(self._files)

    def begin(self, name: str) -> BinaryIO | None:
        """A new file; None when it cannot be taken, which :meth:`check` tells.

        The rest of the body is read all the same, so that a form keeps what was typed.
        """
        try:
            return self._begin(name)
        except InvalidRequest as refusal:
            self._refusal = self._refusal or refusal
            return None

    def _begin(self, name: str) -> BinaryIO:
        if not is_storable(name) or len(name) > _LONGEST_NAME:
            raise _wrong(f"A file's name is text of at most {_LONGEST_NAME} characters.")
        ending = next((each for each in ENDINGS if name.lower().endswith(each)), "")
        if not ending:
            known = ", ".join(ENDINGS)
            raise _wrong(f"{name!r} cannot be read: its name must end in {known}.")
        if name in self._files:
            raise _wrong(f"Two files are named {name!r}.")
        if len(self._files) == _MOST_FILES:
            raise _wrong(f"Send at most {_MOST_FILES} files.")
        with _full_disks():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._files[name] = self.folder / f"{uuid4().hex}{ending}"
            return self._files[name].open("xb")

    def check(self) -> None:
        """:raises InvalidRequest: none came, they are of several kinds, or one is empty or plainly
        not what it says.
        """
        if self._refusal:
            raise self._refusal
        if not self._files:
            raise _wrong("Choose a file.")
        for name, path in self._files.items():
            if not path.stat().st_size:
                raise _wrong(f"{name!r} is empty.")
            if path.suffix == ".parquet" and not _is_parquet(path):
                raise _wrong(f"{name!r} is no Parquet file, or is cut short.")
        kinds = {name: kind_of(self._files[name].name) for name in self.names}
        first, kind = next(iter(kinds.items()))
        for name, other in kinds.items():
            if other is not kind:
                raise _wrong(str(KindsMixed(first, kind, name, other)))

    def keep(self, collection: Collection) -> list[str]:
        """Give the files to a collection, in the order of their names. Returns their real paths."""
        made = []
        for number, name in enumerate(self.names, 1):
            path = self._files[name]
            made.append(path.rename(path.with_name(f"{number:04}{''.join(path.suffixes)}")).name)
        self.folder.rename(settings.UPLOAD_DIR / collection.uid)
        return [str(settings.UPLOAD_DIR / collection.uid / each) for each in made]

    def discard(self) -> None:
        """What nobody kept goes."""
        shutil.rmtree(self.folder, ignore_errors=True)


class UploadHandler(FileUploadHandler):
    """Writes the parts of a request that are files to the disk, as they come.

    :raises UploadTooLarge, NoRoomLeft, UploadBroken, InvalidRequest: while the body is parsed.
    """

    chunk_size = 1 << 20

    def __init__(self, request: HttpRequest, upload: Upload) -> None:
        super().__init__(request)
        self._upload = upload
        self._file: BinaryIO | None = None
        self._left = 0
        self._room = settings.UPLOAD_LIMIT

    def handle_raw_input(
        self, input_data: Any, _meta: object, content_length: int, *_: object
    ) -> None:
        # Django takes a body that ends too soon for a whole one, so that the bytes are counted.
        self._left = content_length
        read = input_data.read

        def counted(*size: int) -> bytes:
            data: bytes = read(*size)
            self._left -= len(data)
            return data

        input_data.read = counted

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        if field_name != "file":
            raise InvalidRequest(FieldError(field_name, "Send files as 'file'."))
        self._file = self._upload.begin(file_name)

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> None:
        self._room -= len(raw_data)
        if self._room < 0:
            raise UploadTooLarge
        if self._file:
            with _full_disks():
                self._file.write(raw_data)

    def file_complete(self, _file_size: int) -> None:
        if self._file:
            with _full_disks(), self._file as file:
                file.flush()
                os.fsync(file.fileno())
        self._file = None

    def upload_complete(self) -> None:
        if self._left:
            raise UploadBroken

    def close(self) -> None:
        if self._file:
            with suppress(OSError):
                self._file.close()


@contextmanager
def upload_taken(request: HttpRequest) -> Iterator[Upload]:
    """Takes files of this request; what of them is not kept has gone afterwards.

    To be called before anything looks at the body.

    :raises UploadTooLarge, NoRoomLeft: it is known beforehand that they cannot be taken.
    """
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > settings.UPLOAD_LIMIT + settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise UploadTooLarge
    settings.UPLOAD_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    if length + _SPARE > shutil.disk_usage(settings.UPLOAD_DIR).free:
        raise NoRoomLeft
    upload = Upload()
    handler = UploadHandler(request, upload)
    request.upload_handlers = [handler]
    try:
        yield upload
    finally:
        handler.close()
        upload.discard()


def uploads_clear() -> int:
    """Remove what was uploaded and belongs to no collection. Returns how many folders."""
    folder: Path = settings.UPLOAD_DIR
    kept = Collection.objects.filter(uploaded=True, deleted_at=None)
    names = set(kept.values_list("uid", flat=True))
    others = [each for each in folder.glob("*") if each.name not in names]
    over = [each for each in others if _is_left_behind(each)]
    for each in over:
        shutil.rmtree(each, ignore_errors=True)
    return len(over)


def _is_left_behind(folder: Path) -> bool:
    try:
        parts = [folder, *folder.iterdir()]
        last = max(max(part.stat().st_mtime, part.stat().st_ctime) for part in parts)
    except OSError:
        return False
    return last < time.time() - _LEFT_BEHIND


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(len(_MAGIC))
        file.seek(-len(_MAGIC), os.SEEK_END) if path.stat().st_size > len(_MAGIC) else None
        return start == file.read(len(_MAGIC)) == _MAGIC


@contextmanager
def _full_disks() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoomLeft from error
        raise


def _wrong(message: str) -> InvalidRequest:
    return InvalidRequest(FieldError("file", message))
