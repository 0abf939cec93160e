"""From what was asked, or accepted earlier, to what the engine is to do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from exports.domain.errors import FieldError, InvalidRequest
from exports.engine.plan import plan
from exports.engine.request import (
    Compression,
    CsvOptions,
    Format,
    Nested,
    Request,
    SampleMethod,
)
from exports.models import Collection
from exports.query.catalogue import PUBLIC, Entry
from exports.query.errors import Invalid
from exports.query.parse import parse
from exports.query.reach import DEEP, reading_schema
from exports.query.schema import Role
from exports.query.tree import EVERYTHING, from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from django.db.models import QuerySet

    from exports.domain.requests import ExportRequest
    from exports.engine.plan import Plan
    from exports.models import Export, Principal
    from exports.query.catalogue import Catalogue
    from exports.query.schema import Property
    from exports.query.tree import Node

T = TypeVar("T")

MIME_TYPES = {
    "application/vnd.apache.parquet": Format.PARQUET,
    "application/x-ndjson": Format.JSONL,
    "application/json": Format.JSON,
    "text/csv": Format.CSV,
}


def request_plan(
    request: ExportRequest,
    collection: Collection,
    *,
    allowed: QuerySet[Collection],
    principal: Principal | None,
) -> Plan:
    """What a request means now; every field is checked against the schemas.

    Reads nothing of the sources.

    :param allowed: the collections that may be read through references.
    :raises InvalidRequest: names every field that does not fit.
    """
    catalogue = catalogue_of(reachable(collection, allowed))
    errors: list[FieldError] = []

    def checked(check: Callable[[], T]) -> T | None:
        try:
            return check()
        except Invalid as error:
            errors.append(FieldError(error.path, error.message))
            return None

    format_ = checked(lambda: format_named(request.format))
    schema = checked(lambda: reading_schema(catalogue, collection.uid, request.prefix))
    where = schema and checked(lambda: parse(request.where, schema))
    options = request.model_dump(include={*FIELDS, "csv"})
    options["sample_seed"] = request.sample_seed or 0
    identities = _identities(principal)
    if schema and format_:
        # Without a filter when that is wrong: the other fields are to be checked all the same.
        asked = _request(collection.uid, format_, where or EVERYTHING, identities, options)
        made, wrong = _planned(asked, catalogue)
        errors += wrong
        if made and not errors:
            return made
    raise InvalidRequest(*errors)


def _planned(asked: Request, catalogue: Catalogue) -> tuple[Plan | None, list[FieldError]]:
    """The plan, with every field that does not fit: what is wrong is put back to what is usual."""
    usual, wrong = Request(collection=asked.collection), dict[str, FieldError]()
    while True:
        try:
            return plan(asked, catalogue), list(wrong.values())
        except Invalid as error:
            name = error.path.partition(".")[0]
            if name in wrong:
                return None, list(wrong.values())
            wrong[name] = FieldError(error.path, error.message)
            if name not in FIELDS and name != "csv":
                return None, list(wrong.values())
            asked = replace(asked, **{name: getattr(usual, name)})


def plan_freeze(made: Plan) -> dict[str, Any]:
    """What is kept of a plan when it is accepted.

    The filter as a tree, so that the run means what was accepted, whatever later versions make of
    the text; and the version of the schema of each collection that is read.
    """
    catalogue = made.relation.catalogue
    return {
        "collections": {each: catalogue[each].schema.version for each in made.relation.collections},
        "where": to_json(made.request.where),
    }


def plan_thaw(export: Export, collections: Iterable[Collection]) -> Plan:
    """The plan of an export that was accepted, for the schemas that it was accepted with.

    :param collections: all that it reads.
    :raises Invalid: this version of the program refuses what an earlier one accepted.
    """
    options = {name: getattr(export, name) for name in (*FIELDS, "csv", "sample_seed")}
    request = _request(
        export.collection.uid,
        Format(export.format),
        request_thaw(export.frozen),
        _identities(export.principal),
        options,
    )
    return plan(request, catalogue_of(collections))


def request_thaw(frozen: Mapping[str, Any]) -> Node:
    """The filter's tree out of a frozen request."""
    return from_json(frozen["where"])


def request_told(export: Export) -> dict[str, Any]:
    """The request as it was asked, for those who read of it later."""
    return {
        "format": export.format,
        "where": export.where,
        "principal": export.principal.name if export.principal else "",
        **{name: getattr(export, name) for name in FIELDS},
        "sample_seed": export.sample_seed,
        "csv": export.csv,
        "file_name": export.file_name,
    }


def after_told(export: Export) -> dict[str, Any]:
    """What it asked to follow its end. Not for the manifest: addresses can be secrets, and that
    travels with the result.
    """
    return {"notify": export.notify, "after_script": export.after_script}


def format_named(name: str) -> Format:
    """:raises Invalid: no such format."""
    try:
        return MIME_TYPES.get(name) or Format(name)
    except ValueError:
        raise Invalid("format", "Choose parquet, jsonl, json or csv.") from None


def reachable(collection: Collection, allowed: QuerySet[Collection]) -> list[Collection]:
    """The collection, and those that its references lead to, as far as they may be followed."""
    found = {collection.uid: collection}
    ends = [collection]
    ready = allowed.filter(state=Collection.State.READY)
    for _ in range(DEEP):
        wanted = {target for each in ends for target in _targets(each.schema.properties)}
        ends = list(ready.filter(uid__in=wanted - found.keys()))
        found |= {each.uid: each for each in ends}
    return list(found.values())


def catalogue_of(collections: Iterable[Collection]) -> Catalogue:
    return {each.uid: Entry(each.name, each.schema, _rule(each)) for each in collections}


# Those that mean the same to the engine as in a request and in an export's record.
FIELDS = (
    "paths",
    "include",
    "expand",
    "order_by",
    "prefix",
    "sample_size",
    "sample_method",
    "timezone",
    "include_vectors",
    "export_files",
    "zip_files",
    "archive",
    "compression",
)


def _request(
    collection: str,
    format_: Format,
    where: Node,
    identities: tuple[str, ...] | None,
    options: Mapping[str, Any],
) -> Request:
    asked = dict(options)
    for name in ("paths", "include", "expand", "order_by"):
        asked[name] = tuple(asked[name])
    csv = {"nested": Nested.JSON, **asked["csv"]}
    asked["csv"] = CsvOptions(**{**csv, "nested": Nested(csv["nested"])})
    asked["sample_method"] = SampleMethod(asked["sample_method"])
    asked["archive"] = asked["archive"] == "zip"
    compression = asked["compression"]
    asked["compression"] = Compression(compression) if compression else None
    return Request(
        collection=collection, format=format_, where=where, identities=identities, **asked
    )


def _identities(principal: Principal | None) -> tuple[str, ...] | None:
    return tuple(principal.identities) if principal else None


def _rule(collection: Collection) -> Any:
    access = collection.access
    return access if access in (PUBLIC, None) else tuple(access)


def _targets(properties: Iterable[Property]) -> Iterator[str]:
    for each in properties:
        if each.role is Role.REFERENCE:
            yield each.target
        yield from _targets(each.children)
