"""Documents of a collection, looked at one page at a time, by likeness, and by their pictures."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from exports.domain.asking import asked_for
from exports.domain.errors import Conflict, FieldError, InvalidRequest, NotFound
from exports.domain.helpers import helpers, picture_helpers
from exports.domain.previews import collections_read, engine_look, export_preview, looked_at
from exports.domain.requests import is_storable, request_parse
from exports.domain.sources import file_root, is_allowed
from exports.engine.errors import EngineError
from exports.engine.fileroot import FileMissing
from exports.engine.nearest import nearest
from exports.engine.origins import origins
from exports.engine.pictures import NoPicture, picture_read
from exports.models import Right, Scope
from exports.query.errors import Invalid, UnknownProperty
from exports.query.parse import parse
from exports.query.schema import Kind, Role
from exports.sources.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exports.domain.access import Caller
    from exports.domain.asking import Asked
    from exports.engine.preview import Preview
    from exports.models import Collection
    from exports.query.schema import Schema

PAGE = 20  # documents
REACH = 1_000  # documents that can be paged through
NEAREST = 100  # documents

_NUMBERS = (Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL)


@dataclass(frozen=True, slots=True)
class Alike:
    """The documents nearest to one of them.

    :ivar keys: as they stand in a line of JSON, the nearest first.
    """

    keys: tuple[str, ...]
    shown: Preview


@dataclass(frozen=True, slots=True)
class Picture:
    """:ivar type: what its bytes say that it is."""

    type: str
    data: bytes


def documents_look(
    caller: Caller,
    reference: str,
    *,
    where: Any = None,
    principal: str = "",
    skip: int = 0,
    limit: int = PAGE,
) -> Preview:
    """Some documents in the order of the source, and how many match. Optional fields are left out.

    :param where: the filter, as an object or as its JSON text.
    :param skip: those before them, passed over: at most ``REACH``, together with ``limit``.
    :raises NotFound, Forbidden, NotReady, InvalidRequest: as for a preview.
    :raises PreviewReplaced, PreviewBusy, PreviewTooMuch, PreviewFailed, SourceUnread:
    """
    if skip + limit > REACH:
        message = f"Only the first {REACH:,} documents can be looked at. Narrow the filter."
        raise InvalidRequest(FieldError("offset", message))
    body = _body(reference, principal=principal, where=where or None)
    return export_preview(caller, request_parse(body), limit, skip=skip)


def documents_alike(
    caller: Caller, reference: str, *, key: str, path: str, principal: str = "", limit: int = PAGE
) -> Alike:
    """The documents whose vectors lie nearest to that of one, itself among them.

    :param key: of the one, as it stands in a line of JSON. :param path: of the vector.
    :param limit: at most so many, 1 to ``NEAREST``.
    :raises NotFound: no such document or vector, or it may not be read.
    :raises Forbidden, NotReady, InvalidRequest: as for a preview.
    :raises PreviewReplaced, PreviewBusy, PreviewTooMuch, PreviewFailed, SourceUnread:
    """
    asked = _asked(caller, _body(reference, principal=principal))
    schema = asked.collection.schema
    check_role(schema, path, Role.VECTOR)
    if any(step.kind is Kind.LIST for step in schema.find(path)[:-1]):
        raise NotFound("vector field")  # a document has many of them there
    try:
        document = parse(where_keys(schema, [key]), schema)
        found = _engine(
            caller, asked, nearest, document=document, path=path, limit=min(limit, NEAREST)
        )
    except (Invalid, InvalidRequest):
        raise NotFound("document") from None
    is_number = schema.find(schema.key)[-1].kind in _NUMBERS
    keys = tuple(each if is_number else json.dumps(each) for each in found)
    where = where_keys(schema, keys)
    shown = documents_look(
        caller, reference, where=where, principal=principal, limit=max(len(keys), 1)
    )
    return Alike(keys, replace(shown, lines=_in_order(shown, schema.key, keys)))


def document_picture(
    caller: Caller, reference: str, *, key: str, path: str, at: int = 0, principal: str = ""
) -> Picture:
    """A picture that a document names, if whoever asks may read the document.

    :param key: of the document, as it stands in a line of JSON.
    :param path: of the property that names it. :param at: which of them, where it names several.
    :raises NotFound: no such document, file or picture; he cannot tell which.
    :raises Forbidden, NotReady: as for a preview.
    :raises Conflict: its folder cannot be read.
    :raises PreviewReplaced, PreviewBusy, PreviewTooMuch, PreviewFailed, SourceUnread:
    """
    collection = _collection(caller, reference)
    check_role(collection.schema, path, Role.FILE)
    where = where_keys(collection.schema, [key])
    more = {"paths": [path], "export_files": True, "zip_files": True}
    asked = _asked(caller, _body(reference, principal=principal, where=where, **more))
    named = _engine(caller, asked, origins, pictures=True)
    origin = named[at] if 0 <= at < len(named) else None
    if origin is None:
        raise NotFound("picture")
    picture = _picture(asked.collection, origin)
    looked_at(caller, asked, [asked.collection])
    return picture


def where_keys(schema: Schema, keys: Sequence[str]) -> str:
    """The filter of some documents, as JSON text.

    :param keys: each as it stands in a line of JSON.
    :raises NotFound: one is no key.
    """
    for key in keys:
        _check_key(key)
    head = f'"field": {json.dumps(schema.key, ensure_ascii=False)}, "operator": "in"'
    return f'{{{head}, "value": [{", ".join(keys)}], "case_sensitive": true}}'


def check_role(schema: Schema, path: str, role: Role) -> None:
    """:raises NotFound: there is no such property, or none of that role."""
    try:
        found = schema.find(path)[-1].role if is_storable(path) else None
    except UnknownProperty:
        found = None
    if found is not role:
        raise NotFound(f"{role} field")


def _check_key(key: str) -> None:
    """Whether it is one piece of text or number of JSON."""
    try:
        value = json.loads(key, parse_float=Decimal) if is_storable(key) else None
    except (ValueError, RecursionError):
        value = None
    told = value if isinstance(value, str) else ""
    is_scalar = isinstance(value, str | int | Decimal) and not isinstance(value, bool)
    if not is_scalar or not is_storable(told):
        raise NotFound("document")


def _body(reference: str, **fields: Any) -> dict[str, Any]:
    if not is_storable(reference) or len(reference) > 100:
        raise NotFound("collection")
    return {"collection": reference, "format": "jsonl", **fields}


def _collection(caller: Caller, reference: str) -> Collection:
    body = _body(reference)
    return caller.collection(body["collection"], Right.PREVIEW)


def _asked(caller: Caller, body: dict[str, Any]) -> Asked:
    caller.require(Scope.EXPORTS_WRITE)
    caller.require(Scope.DOWNLOADS_READ)
    return asked_for(caller, request_parse(body), Right.PREVIEW)


def _engine(
    caller: Caller, asked: Asked, function: Any, *, pictures: bool = False, **arguments: Any
) -> tuple[Any, ...]:
    """What a function of the engine finds for a request."""
    collections = collections_read(caller, asked)
    owner = f"{caller.namespace.uid} {caller.actor.uid}"
    found: tuple[Any, ...] = engine_look(
        picture_helpers() if pictures else helpers(),
        # One picture never takes the place of another.
        uuid4().hex if pictures else owner,
        function,
        request=asked.plan.request,
        catalogue=asked.plan.relation.catalogue,
        sources={each.uid: Source.from_json(each.source) for each in collections},
        **arguments,
    )
    return found


def _picture(collection: Collection, origin: str) -> Picture:
    source = Source.from_json(collection.source)
    if not source.file_root or not is_allowed(source.file_root):
        raise NotFound("picture")
    try:
        root = file_root(source)
        if root is None:
            raise NotFound("picture")
        return Picture(*picture_read(root, origin))
    except (FileMissing, NoPicture):
        raise NotFound("picture") from None
    except EngineError as error:
        raise Conflict(str(error)) from error


def _in_order(shown: Preview, key: str, keys: Iterable[str]) -> tuple[str, ...]:
    """The lines in the order of the keys."""
    places = {json.dumps(json.loads(each)): at for at, each in enumerate(keys)}
    pairs = zip(shown.lines, shown.rows, strict=True)
    return tuple(
        line
        for line, row in sorted(pairs, key=lambda pair: places.get(json.dumps(pair[1][key]), 0))
    )
