"""What a collection looks like over REST, and what makes or changes one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field
from pydantic import BaseModel, BeforeValidator, ConfigDict

from exports.api.schemas import Body, ProblemField, choice_of
from exports.models import Collection


def _is_access(value: Any) -> Any:
    listed = isinstance(value, list) and all(isinstance(each, str) for each in value)
    if value is None or isinstance(value, str) or listed:
        return value
    raise ValueError("Say 'public', give a list of paths, or null for nobody.")


Access = Annotated[str | list[str] | None, BeforeValidator(_is_access)]


class CollectionOut(BaseModel):
    """A set of documents that can be exported."""

    id: str = Field(examples=["col_2vXh6WkT0qLr9ZbYc3NdPe"])
    name: str = Field(examples=["flights"])
    description: str
    state: Annotated[Collection.State, choice_of(Collection.State)]
    key: str = Field(description="The property that is unique.", examples=["id"])
    documents: int | None = Field(description="Null until its files have been read.")
    schema_version: str
    refreshing: bool = Field(description="Its files wait to be read, or are read.")
    error: ProblemField | None = Field(
        description="Why it is an error, or why the last change to it was not made; the reason "
        "itself is for those with the scope `collections:write`, since it can name files and keys."
    )
    created_at: datetime
    updated_at: datetime


class PropertyOut(BaseModel):
    """One node of a schema."""

    name: str
    path: str | None = Field(description="What `paths` and `where` call it; null: not by a path.")
    type: str = Field(examples=["struct"])
    sql: str = Field(description="The exact type, in DuckDB's words.", examples=["INTEGER"])
    optional: bool = Field(description="Left out unless asked for.")
    role: str | None = Field(description="`vector`, `file` or `reference`.")
    target: str | None = Field(
        description="The id of the collection that a reference points to, if you may see that one."
    )
    children: list[PropertyOut] = Field(
        description="A struct's fields, a list's element, a map's key and value."
    )


class CollectionFull(CollectionOut):
    access: str | list[str] | None = Field(
        description="Which principals may read: `public`: any; paths: those whose identities a "
        "document holds there; null: none.",
        examples=[["carrier"]],
    )
    uploaded: bool
    locations: list[str] = Field(
        description="Where its files lie, or the names of those that were uploaded; empty without "
        "the scope `collections:write`."
    )
    file_root: str = Field(description="The folder of the files that documents name; as above.")
    marks_lost: list[str] = Field(
        description="The marks and paths of the access rule for which the last refresh found "
        "nothing any more."
    )
    properties: list[PropertyOut]


_KEY = "The property that is unique. Empty: the first that is there in every document and differs."
_MARKS = "What is said of properties, by their paths. What a mark leaves out stays."
_ACCESS = "`public`: any principal may read it; paths that hold identities; null: no principal."
_FILE_ROOT = "The folder in which the files lie that documents name."
_MARKS_EXAMPLE: Any = {
    "carrier": {"role": "reference", "target": "airlines"},
    "note": {"optional": True},
}


class MarkIn(Body):
    """What is said of one property."""

    optional: bool | None = Field(None, description="Left out unless asked for.")
    role: str | None = Field(None, description="`vector`, `file`, `reference`; null: none.")
    target: str | None = Field(None, description="Of a reference: the collection's name or id.")


class CollectionIn(Body):
    """Files that lie where the service may read them."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "flights",
                "locations": ["/srv/data/flights.parquet"],
                "key": "document_id",
                "access": ["carrier"],
                "marks": _MARKS_EXAMPLE,
            }
        }
    )

    name: str = Field(examples=["flights"], max_length=100)
    locations: list[str] = Field(description="Files, or folders of them; in S3 too.")
    key: str = Field("", description=_KEY, max_length=200)
    description: str = Field("", max_length=2_000)
    marks: dict[str, MarkIn] = Field(default={}, description=_MARKS, examples=[_MARKS_EXAMPLE])
    access: Access = Field(None, description=_ACCESS, examples=[["carrier"]])
    file_root: str = Field("", description=_FILE_ROOT, max_length=1_000)


class CollectionChange(Body):
    """What is left out stays as it is."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"description": "Since 2013.", "marks": _MARKS_EXAMPLE}}
    )

    name: str | None = Field(None, max_length=100)
    description: str | None = Field(None, max_length=2_000)
    key: str | None = Field(None, description="Found true before it counts.", max_length=200)
    marks: dict[str, MarkIn] | None = Field(None, description=_MARKS)
    access: Access = Field(None, description=_ACCESS)
    file_root: str | None = Field(None, description=_FILE_ROOT, max_length=1_000)


class CollectionList(BaseModel):
    items: list[CollectionOut]
