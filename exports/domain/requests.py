"""What a request may say: its fields, and how it is frozen when it is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from django.utils import timezone
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from exports.domain.errors import FieldError, InvalidRequest
from exports.engine.plan import plan
from exports.engine.request import Format, Request
from exports.query.errors import Invalid, nearest
from exports.query.parse import parse
from exports.query.tree import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exports.models import Collection
    from exports.query.tree import Node

T = TypeVar("T")

MIME_TYPES = {
    "application/vnd.apache.parquet": Format.PARQUET,
    "application/x-ndjson": Format.JSONL,
    "application/json": Format.JSON,
    "text/csv": Format.CSV,
}

# The fields that the product promises and this version does not carry out yet, each with the
# value that asks for nothing. Any other value is refused, so that nobody relies on it.
NOT_BUILT: dict[str, Any] = {
    "include": [],
    "expand": [],
    "principal": "",
    "prefix": "",
    "sample_method": "first",
    "sample_seed": None,
    "include_vectors": False,
    "export_files": False,
    "zip_files": False,
    "archive": "none",
    "compression": None,
    "csv": {},
    "after_script": "",
    "notify": {},
}

_NOT_BUILT_YET = "Not built yet: refused unless it asks for nothing."


def _check_filter(value: object) -> object:
    """One error at ``where``, instead of one for each type that it could have been."""
    if not isinstance(value, dict | str | None):
        raise PydanticCustomError("filter", "Send the filter as an object, or as its JSON text")
    return value


class ExportRequest(BaseModel):
    """One export to be made. The names are those of the export record."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "example": {
                "label": "Late flights",
                "collection": "flights",
                "format": "csv",
                "paths": ["carrier", "departure.delay_minutes"],
                "where": {"field": "departure.delay_minutes", "operator": "gt", "value": 60},
                "order_by": ["-departure.delay_minutes"],
            }
        },
    )

    collection: str = Field("", description="Its id or its name.", max_length=100)
    objects: str = Field("", description="A synonym of `collection`.", max_length=100)
    label: str = Field("", description="Shown in the list.", max_length=200)
    description: str = Field("", description="Shown with the export.", max_length=5_000)
    format: str = Field(
        "parquet", description="`parquet`, `jsonl`, `json`, `csv`, or the MIME type of one."
    )
    paths: list[Annotated[str, Field(max_length=500)]] = Field(
        default=[],
        description="Dot paths, in this order. Empty: every property that is not optional.",
        max_length=1_000,
    )
    where: Annotated[dict[str, Any] | str | None, BeforeValidator(_check_filter)] = Field(
        None, description="The filter, as an object or as its JSON text."
    )
    order_by: list[Annotated[str, Field(max_length=500)]] = Field(
        default=[], description="Paths, `-` in front for descending.", max_length=20
    )
    sample_size: int | None = Field(None, description="At most so many rows.", ge=1, le=1_000_000)
    file_name: str = Field("", description="The base name of the download.", max_length=150)
    timezone: str = Field(
        "UTC", description="How times are written in text formats, such as `Europe/Paris`."
    )

    include: Any = Field(None, description=_NOT_BUILT_YET)
    expand: Any = Field(None, description=_NOT_BUILT_YET)
    principal: Any = Field(None, description=_NOT_BUILT_YET)
    prefix: Any = Field(None, description=_NOT_BUILT_YET)
    sample_method: Any = Field(None, description=_NOT_BUILT_YET)
    sample_seed: Any = Field(None, description=_NOT_BUILT_YET)
    include_vectors: Any = Field(None, description=_NOT_BUILT_YET)
    export_files: Any = Field(None, description=_NOT_BUILT_YET)
    zip_files: Any = Field(None, description=_NOT_BUILT_YET)
    archive: Any = Field(None, description=_NOT_BUILT_YET)
    compression: Any = Field(None, description=_NOT_BUILT_YET)
    csv: Any = Field(None, description=_NOT_BUILT_YET)
    after_script: Any = Field(None, description=_NOT_BUILT_YET)
    notify: Any = Field(None, description=_NOT_BUILT_YET)

    @property
    def collection_named(self) -> str:
        return self.collection or self.objects


def request_parse(body: Mapping[str, Any]) -> ExportRequest:
    """A request out of untyped fields.

    :raises InvalidRequest: names every field that is wrong, and the ones not built yet.
    """
    try:
        request = ExportRequest.model_validate(body)
    except ValidationError as error:
        raise InvalidRequest(*field_errors(error)) from error
    wrong = [*_not_built(request), *_misnamed(request), *_unstorable(request)]
    if wrong:
        raise InvalidRequest(*wrong)
    return request


def field_errors(error: ValidationError) -> list[FieldError]:
    """Pydantic's errors as ours: the path dotted, the message a sentence."""
    return [
        FieldError(".".join(str(part) for part in each["loc"]), error_sentence(each))
        for each in error.errors(include_url=False, include_input=False)
    ]


# What pydantic finds, in our words; the names in braces are those of its context.
_SENTENCES = {
    "greater_than_equal": "It must be {ge} or more.",
    "less_than_equal": "It must be {le} or less.",
    "int_type": "It must be a whole number.",
    "int_parsing": "It must be a whole number.",
    "string_type": "It must be text.",
    "string_too_long": "It may have at most {max_length} characters.",
    "list_type": "It must be a list.",
    "too_long": "It may have at most {max_length} entries.",
}


def error_sentence(error: Mapping[str, Any]) -> str:
    """One error of pydantic's as a sentence of ours."""
    if error["type"] == "extra_forbidden":
        name = str(error["loc"][-1])
        return f"There is no such field. Leave it out.{nearest(name, ExportRequest.model_fields)}"
    known = _SENTENCES.get(error["type"])
    if known:
        return known.format(**error.get("ctx", {}))
    said: str = error["msg"]
    return said.removeprefix("Value error, ").rstrip(".") + "."


def _not_built(request: ExportRequest) -> list[FieldError]:
    return [
        FieldError(name, f"{name!r} is not built yet. Leave it out.")
        for name, nothing in NOT_BUILT.items()
        if getattr(request, name) not in (None, nothing)
    ]


def _misnamed(request: ExportRequest) -> list[FieldError]:
    if not request.collection_named:
        return [FieldError("collection", "Name the collection to export, by its name or id.")]
    if request.collection and request.objects not in ("", request.collection):
        return [FieldError("objects", "'objects' names another collection. Send only one.")]
    return []


def _unstorable(request: ExportRequest) -> list[FieldError]:
    """Text that no database column can hold: NUL, and halves of surrogate pairs."""
    texts = {"label", "description", "file_name", "collection", "timezone"}
    named = request.model_dump(include=texts)
    return [
        FieldError(name, "Take out the characters that are no text: NUL or a lone surrogate.")
        for name, text in named.items()
        if not is_storable(text)
    ]


def is_storable(text: str) -> bool:
    """Whether a database can hold the text: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def request_freeze(request: ExportRequest, collection: Collection) -> dict[str, Any]:
    """Check every field against the collection's schema, and fix what the run will do.

    Reads nothing of the source. The result keeps the filter as a tree, so that the run means
    what was accepted, whatever later versions make of the text.

    :raises InvalidRequest: names every field that does not fit.
    """
    errors: list[FieldError] = []

    def checked(check: Callable[[], T]) -> T | None:
        try:
            return check()
        except Invalid as error:
            errors.append(FieldError(error.path, error.message))
            return None

    schema = collection.schema
    tree = checked(lambda: parse(request.where, schema))
    format_ = checked(lambda: format_named(request.format))
    if tree is not None and format_ is not None:
        engine_request = Request(
            collection=collection.name,
            format=format_,
            paths=tuple(request.paths),
            where=tree,
            order_by=tuple(request.order_by),
            sample_size=request.sample_size,
            timezone=request.timezone,
        )
        checked(lambda: plan(engine_request, {collection.name: schema}))
    if errors or tree is None:
        raise InvalidRequest(*errors)
    return {
        "collection": collection.uid,
        "schema_version": collection.schema_version,
        "where": to_json(tree),
    }


def request_thaw(frozen: dict[str, Any]) -> Node:
    """The filter's tree out of a frozen request."""
    return from_json(frozen["where"])


def format_named(name: str) -> Format:
    """:raises Invalid: no such format."""
    try:
        return MIME_TYPES.get(name) or Format(name)
    except ValueError:
        raise Invalid("format", "Choose parquet, jsonl, json or csv.") from None


def default_label(collection: Collection) -> str:
    return f"{collection.name}, {timezone.now():%d %B %Y}"
