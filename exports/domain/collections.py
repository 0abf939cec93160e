"""Makes collections: what is said of them is checked at once, their files are read by the queue."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction

from exports.domain.audit import Actor, audit_append
from exports.domain.errors import FieldError, InvalidRequest
from exports.domain.marks import access_listed
from exports.domain.preparing import CREATE, preparation_ask
from exports.domain.requests import is_storable
from exports.domain.sources import (
    remote_sources,
    roots_of,
    upload_folder,
    uploaded_refuse,
)
from exports.domain.taking import refusal_of, take_in
from exports.models import Collection, Namespace, Scope
from exports.query.schema import Schema
from exports.sources.errors import SourceError
from exports.sources.locate import locate
from exports.sources.source import Source
from exports.wakeups import wake

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exports.domain.access import Caller
    from exports.domain.marks import Access, Marks
    from exports.domain.uploads import Upload

# It stands in addresses, where '/' and '.' mean something, and must not look like an id.
NAME = re.compile(r"(?!col_)(?!new\Z)\w[\w .-]{0,99}")
_WRONG_NAME = (
    "A name begins with a letter or digit, has letters, digits, '_', '-', '.' and blanks only, "
    "does not begin with 'col_', and is not 'new'."
)
_MOST_LOCATIONS = 1_000
DESCRIPTION = 2_000  # characters


def collection_register(
    *,
    namespace: Namespace,
    name: str,
    locations: Sequence[str],
    key: str,
    actor: Actor,
    description: str = "",
    marks: Marks | None = None,
    access: Access = None,
    file_root: str = "",
) -> Collection:
    """Read the source's schema, check its key, and keep both: what operators do at a terminal.

    :param locations: files of Parquet, JSONL or CSV, or folders of them, inside the roots of the
        settings.
    :param key: the property that is unique; empty: the first one that is.
    :param marks: what a person says of a property: ``{"embedding": {"role": "vector"}}``,
        ``{"note": {"optional": True}}``, ``{"carrier": {"role": "reference",
        "target": "airlines"}}``.
    :param access: ``"public"``, the paths of the identities that may read, or None for nobody.
    :param file_root: the folder, inside the roots, in which the files lie that documents name.
        Whatever is in it can be exported: a document may name any file there.
    :raises InvalidRequest: names the field that is wrong.
    """
    name_check(name)
    taken = take_in(
        namespace,
        locations,
        settings.SOURCE_ROOTS,
        key=key,
        marks=marks or {},
        access=access,
        file_root=file_root,
    )
    collection = Collection(
        namespace=namespace, name=name, description=description, locations=list(locations)
    )
    taken.fill(collection)
    _insert(collection, "collection.registered", actor, documents=taken.documents)
    return collection


def collection_create(
    caller: Caller,
    *,
    name: str,
    locations: Sequence[str] = (),
    upload: Upload | None = None,
    key: str = "",
    description: str = "",
    marks: Marks | None = None,
    access: Access = None,
    file_root: str = "",
) -> Collection:
    """Accept a collection; it is ``preparing`` until the queue has read its files.

    :param locations: as :func:`collection_register` takes them; none when files were uploaded.
    :param upload: becomes the collection's own.
    :raises InvalidRequest: what can be told is wrong without reading the files.
    :raises Forbidden: the caller makes no collections.
    """
    caller.require(Scope.COLLECTIONS_WRITE)
    name_check(name)
    description_check(description)
    collection = Collection(
        namespace=caller.namespace,
        name=name,
        description=description,
        key=key,
        access=access_listed(access),
        uploaded=upload is not None,
        locations=upload.names if upload else list(locations),
        schema_tree=Schema(key, ()).to_json(),
        schema_version=Schema(key, ()).version,
    )
    preparation_ask(
        collection,
        CREATE,
        key=key,
        marks={path: dict(mark) for path, mark in (marks or {}).items()},
        access=collection.access,
        file_root=file_root,
    )
    try:
        _lay(collection, upload)
        _insert(collection, "collection.created", caller.actor, locations=collection.locations)
    except BaseException:
        if upload:
            shutil.rmtree(upload_folder(collection), ignore_errors=True)
        raise
    return collection


def name_check(name: str) -> None:
    """:raises InvalidRequest: a collection cannot be called so."""
    if not is_storable(name) or not NAME.fullmatch(name):
        raise InvalidRequest(FieldError("name", _WRONG_NAME))


def description_check(text: str) -> None:
    """:raises InvalidRequest: it is too long, or cannot be stored."""
    if not is_storable(text) or len(text) > DESCRIPTION:
        wrong = f"A description is text of at most {DESCRIPTION:,} characters."
        raise InvalidRequest(FieldError("description", wrong))


def name_taken(name: str) -> InvalidRequest:
    taken = f"There is a collection named {name!r} already. Choose another name."
    return InvalidRequest(FieldError("name", taken))


def _lay(collection: Collection, upload: Upload | None) -> None:
    """Where its files lie. A name that is taken is told before anything is moved."""
    live = collection.namespace.collections.filter(deleted_at=None)
    if live.filter(name=collection.name).exists():
        raise name_taken(collection.name)
    locations: Sequence[str] = collection.locations
    if upload:
        upload.check()
        locations = upload.keep(collection)
    else:
        _check_locations(locations)
    try:
        kind, files = locate(locations, roots_of(collection), remote_sources())
        if not upload:
            uploaded_refuse(files)
    except SourceError as error:
        raise refusal_of(error) from error
    collection.source = Source(kind, files).to_json()


def _check_locations(locations: Sequence[str]) -> None:
    if not locations:
        raise InvalidRequest(FieldError("locations", "Name a file or a folder."))
    if len(locations) > _MOST_LOCATIONS:
        wrong = f"Name at most {_MOST_LOCATIONS:,} files, or a folder that holds them."
        raise InvalidRequest(FieldError("locations", wrong))


def _insert(collection: Collection, action: str, actor: Actor, **detail: object) -> None:
    try:
        with transaction.atomic():
            collection.save(force_insert=True)
            audit_append(
                collection.namespace,
                action,
                actor=actor,
                subject=collection.uid,
                name=collection.name,
                **detail,
            )
            if collection.is_moving:
                transaction.on_commit(wake, robust=True)
    except IntegrityError:
        raise name_taken(collection.name) from None
