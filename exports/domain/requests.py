"""What a request may say: its fields, and how it is frozen when it is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.utils import timezone
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from exports.domain.after import NOTICES, SCRIPT, NoticeRequest, notices_wrong
from exports.domain.errors import FieldError, InvalidRequest
from exports.query.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exports.models import Collection, Template

SEEDS = 2**63
TEXTS = {
    *("label", "description", "file_name", "collection", "timezone", "prefix", "principal"),
    "after_script",
}

Path = Annotated[str, Field(max_length=500)]


def _check_filter(value: object) -> object:
    """One error at ``where``, instead of one for each type that it could have been."""
    if not isinstance(value, dict | str | None):
        raise PydanticCustomError("filter", "Send the filter as an object, or as its JSON text")
    return value


class CsvRequest(BaseModel):
    """How CSV is written."""

    model_config = ConfigDict(extra="forbid", strict=True)

    delimiter: str = Field(default=",", description="One character.", max_length=10)
    bom: bool = Field(default=False, description="Begin with the mark by which Excel knows UTF-8.")
    formula_guard: bool = Field(
        default=True, description="Put a `'` before text that a spreadsheet would run as a formula."
    )
    null_text: str = Field(default="", description="What stands for null.", max_length=100)
    nested: Literal["json", "flatten"] = Field(
        default="json",
        description="Structs as a cell of JSON, or as a column for each of their fields.",
    )


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
    paths: list[Path] = Field(
        default=[],
        description="Dot paths, in this order. Empty: every property that is not optional.",
        max_length=1_000,
    )
    include: list[Path] = Field(
        default=[], description="Optional properties to add.", max_length=1_000
    )
    expand: list[Path] = Field(
        default=[],
        description="References to replace by the documents that they name.",
        max_length=100,
    )
    where: Annotated[dict[str, Any] | str | None, BeforeValidator(_check_filter)] = Field(
        None, description="The filter, as an object or as its JSON text."
    )
    order_by: list[Path] = Field(
        default=[], description="Paths, `-` in front for descending.", max_length=20
    )
    principal: str = Field(
        "",
        description="As whom it runs, by name or id: only documents its identities may read.",
        max_length=100,
    )
    prefix: str = Field(
        "",
        description="The elements of this list, one row each, instead of the documents; "
        "`key/list` takes those of one document.",
        max_length=500,
    )
    sample_size: int | None = Field(None, description="At most so many rows.", ge=1, le=1_000_000)
    sample_method: Literal["first", "random"] = Field(
        "first", description="Which rows a sample has."
    )
    sample_seed: int | None = Field(
        None, description="Another number gives another random sample.", ge=0, lt=SEEDS
    )
    include_vectors: bool = Field(
        default=False, description="Write the vectors too, to a file of their own."
    )
    export_files: bool = Field(
        default=False, description="Bring along the files that documents name."
    )
    zip_files: bool = Field(default=False, description="Put those into one `files.zip`.")
    archive: Literal["none", "zip"] = Field("none", description="`zip`: everything in one zip.")
    compression: Literal["none", "gzip", "zstd", "snappy"] | None = Field(
        None,
        description="Around text: none (the default), gzip or zstd. Inside Parquet: zstd (the "
        "default), snappy, gzip or none.",
    )
    csv: CsvRequest = Field(CsvRequest(), description="How CSV is written.")
    file_name: str = Field("", description="The base name of the download.", max_length=150)
    timezone: str = Field(
        "UTC", description="How times are written in text formats, such as `Europe/Paris`."
    )
    notify: list[NoticeRequest] = Field(
        default=[],
        description="Whom to tell when it is ready or has failed.",
        max_length=NOTICES,
    )
    after_script: str = Field(
        "",
        description="JavaScript that is run when it is ready or has failed; by admins, where "
        "scripts are switched on.",
        max_length=SCRIPT,
    )

    @property
    def collection_named(self) -> str:
        return self.collection or self.objects


def request_parse(body: Mapping[str, Any]) -> ExportRequest:
    """A request out of untyped fields.

    :raises InvalidRequest: names every field that is wrong.
    """
    try:
        request = ExportRequest.model_validate(body)
    except ValidationError as error:
        raise InvalidRequest(*field_errors(error)) from error
    wrong = [*_misnamed(request), *_unstorable(request), *notices_wrong(request)]
    if wrong:
        raise InvalidRequest(*wrong)
    return request


def field_errors(error: ValidationError) -> list[FieldError]:
    """Pydantic's errors as ours: the path dotted, the message a sentence."""
    return [
        FieldError(".".join(str(part) for part in each["loc"]), error_sentence(each))
        for each in error.errors(include_url=False, include_input=False)
    ]


# What stands within a request, by the name of the field.
_WITHIN: dict[str, type[BaseModel]] = {"csv": CsvRequest, "notify": NoticeRequest}

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
    "too_short": "It must have {min_length} entries or more.",
    "less_than": "It must be less than {lt}.",
    "literal_error": "Choose {expected}.",
    "enum": "Choose {expected}.",
    "bool_type": "It must be true or false.",
    "model_type": "It must be an object.",
}


def error_sentence(error: Mapping[str, Any]) -> str:
    """One error of pydantic's as a sentence of ours."""
    if error["type"] == "extra_forbidden":
        *outer, name = map(str, error["loc"])
        model = _WITHIN.get(outer[0], ExportRequest) if outer else ExportRequest
        return f"There is no such field. Leave it out.{nearest(name, model.model_fields)}"
    sentence = _SENTENCES.get(error["type"])
    if sentence:
        return sentence.format(**error.get("ctx", {}))
    said: str = error["msg"]
    return said.removeprefix("Value error, ").rstrip(".") + "."


def _misnamed(request: ExportRequest) -> list[FieldError]:
    if not request.collection_named:
        return [FieldError("collection", "Name the collection to export, by its name or id.")]
    if request.sample_seed is not None and request.sample_method != "random":
        message = "A seed belongs to a random sample: say sample_method 'random', or leave it out."
        return [FieldError("sample_seed", message)]
    if request.collection and request.objects not in ("", request.collection):
        return [FieldError("objects", "'objects' names another collection. Send only one.")]
    return []


def _unstorable(request: ExportRequest) -> list[FieldError]:
    """Text that no database column can hold: NUL, and halves of surrogate pairs."""
    named = request.model_dump(include=TEXTS)
    return [
        FieldError(name, "Take out the characters that are no text: NUL or a lone surrogate.")
        for name, text in named.items()
        if not is_storable(text)
    ]


def is_storable(text: str) -> bool:
    """Whether a database can hold the text: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def default_label(of: Collection | Template) -> str:
    """The label of an export of it that was given none."""
    return f"{of.name}, {timezone.now():%d %B %Y}"
