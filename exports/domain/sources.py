"""Where the sources of collections may lie, as the settings have it, and who reads them there."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings

from exports.engine.fileroot import LocalRoot, RemoteRoot
from exports.sources.errors import LocationOutside
from exports.sources.locate import lies_inside
from exports.sources.remote import is_remote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from exports.engine.fileroot import FileRoot
    from exports.models import Collection
    from exports.sources.remote import Remote
    from exports.sources.source import Source


def is_allowed(path: str) -> bool:
    """Whether the operator allows a file or folder of a source."""
    if is_remote(path):
        return path.startswith(tuple(settings.S3_SOURCE_ROOTS))
    return lies_inside(path, settings.SOURCE_ROOTS) and not is_uploaded(path)


def is_uploaded(path: str) -> bool:
    """Whether it lies among the files that were uploaded, which belong to one collection each."""
    return lies_inside(path, [settings.UPLOAD_DIR])


def uploaded_refuse(files: Iterable[str]) -> None:
    """:raises LocationOutside: one was uploaded, and belongs to the collection that it became."""
    for file in files:
        if not is_remote(file) and is_uploaded(file):
            raise LocationOutside(file)


def roots_of(collection: Collection) -> Sequence[Path]:
    """The folders in which the files of a collection may lie: for uploads, their own."""
    return [upload_folder(collection)] if collection.uploaded else settings.SOURCE_ROOTS


def files_allowed(collection: Collection) -> bool:
    """Whether everything that an export of the collection reads may be read."""
    root = collection.source.get("file_root")
    if root and not is_allowed(root):
        return False
    if collection.uploaded:
        own = [upload_folder(collection)]
        return all(lies_inside(file, own) for file in collection.source["files"])
    return all(is_allowed(file) for file in collection.source["files"])


def upload_folder(collection: Collection) -> Path:
    """Where the files of a collection lie that were uploaded."""
    folder: Path = settings.UPLOAD_DIR / collection.uid
    return folder


def remote_sources() -> Remote | None:
    """Reads sources that lie in S3; None when the operator allows none there."""
    if not settings.S3_SOURCE_ROOTS:
        return None
    # boto3 takes a quarter of a second and 30 MB: only who needs it waits for it.
    from exports.stores.s3objects import S3Objects

    return S3Objects(settings.S3_ENDPOINT, settings.S3_REGION, tuple(settings.S3_SOURCE_ROOTS))


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """For what is spilled while a source is taken in."""
    folder = settings.SCRATCH_DIR / f"register-{uuid4().hex}"
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def file_root(source: Source) -> FileRoot | None:
    """Where the files lie that the documents name; None when they name none.

    :raises SourceInvalid: the folder is not there, or not allowed any longer.
    """
    if not source.file_root:
        return None
    remote = remote_sources()
    if remote and is_remote(source.file_root):
        return RemoteRoot(remote, source.file_root)
    return LocalRoot(Path(source.file_root))
