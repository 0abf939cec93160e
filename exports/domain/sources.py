"""Where the sources of collections may lie, as the settings have it, and who reads them there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from exports.engine.fileroot import LocalRoot, RemoteRoot
from exports.sources.locate import lies_inside
from exports.sources.remote import is_remote

if TYPE_CHECKING:
    from exports.engine.fileroot import FileRoot
    from exports.sources.remote import Remote
    from exports.sources.source import Source


def is_allowed(path: str) -> bool:
    """Whether the operator allows a file or folder of a source."""
    if is_remote(path):
        return path.startswith(tuple(settings.S3_SOURCE_ROOTS))
    return lies_inside(path, settings.SOURCE_ROOTS)


def remote_sources() -> Remote | None:
    """Reads sources that lie in S3; None when the operator allows none there."""
    if not settings.S3_SOURCE_ROOTS:
        return None
    # boto3 takes a quarter of a second and 30 MB: only who needs it waits for it.
    from exports.stores.s3objects import S3Objects

    return S3Objects(settings.S3_ENDPOINT, settings.S3_REGION, tuple(settings.S3_SOURCE_ROOTS))


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
