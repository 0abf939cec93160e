"""Reads a JSON body: strictly, within bounds, and with the place of whatever is wrong."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from exports.api.errors import Unreadable, WrongType
from exports.domain.errors import FieldError, InvalidRequest
from exports.domain.requests import error_sentence, is_storable
from exports.query.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpRequest

M = TypeVar("M", bound=BaseModel)

_DEEPEST = 64

# A whole string, or one bracket: what stands in a string opens nothing.
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', re.DOTALL)


def body_read(request: HttpRequest) -> dict[str, Any]:
    """The object that the body holds.

    :raises WrongType: it is not declared as JSON.
    :raises Unreadable: it is not JSON, or nests deeper than 64 levels.
    :raises InvalidRequest: it is no object, or holds what no database can.
    """
    if request.content_type != "application/json":
        raise WrongType("Send JSON, with 'Content-Type: application/json'.")
    value = body_parse(request.body)
    if not isinstance(value, dict):
        raise InvalidRequest(FieldError("", "Send a JSON object: {…}."))
    if wrong := list(_wrong(value, "")):
        raise InvalidRequest(*wrong)
    return value


def body_parse(body: bytes) -> Any:
    """:raises Unreadable: it is not JSON, or nests deeper than 64 levels."""
    _check_depth(body)
    return _parse(body)


def body_as(model: type[M], request: HttpRequest) -> M:
    """The body as one of ``exports.api.schemas``.

    :raises InvalidRequest: names every field that is wrong; and what :func:`body_read` raises.
    """
    return body_valid(model, body_read(request))


def body_valid(model: type[M], body: dict[str, Any]) -> M:
    """The same of fields that came another way.

    :raises InvalidRequest: names every field that is wrong.
    """
    if wrong := list(_wrong(body, "")):
        raise InvalidRequest(*wrong)
    try:
        return model.model_validate(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise InvalidRequest(*(_field_error(each, model) for each in found)) from error


def body_described(model: type[BaseModel]) -> dict[str, Any]:
    """What the description says of a body, since it is read by hand.

    One that has parts of its own stands among the schemas that all share.
    """
    schema = {"schema": model.model_json_schema()}
    if "$defs" in schema["schema"]:
        schema = {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}
    return {"requestBody": {"required": True, "content": {"application/json": schema}}}


def _field_error(each: Mapping[str, Any], model: type[BaseModel]) -> FieldError:
    path = ".".join(str(part) for part in each["loc"])
    if each["type"] == "extra_forbidden":
        hint = nearest(str(each["loc"][-1]), model.model_fields)
        return FieldError(path, f"There is no such field. Leave it out.{hint}")
    return FieldError(path, error_sentence(each))


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_pairs)
    except UnicodeDecodeError:
        raise Unreadable("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Unreadable(f"The body is not JSON: see {place}.") from None
    except ValueError:
        # Python reads no integer of more than 4,300 digits.
        raise Unreadable("The body holds a number with too many digits.") from None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. Of a name that stands twice JSON would silently drop one."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"The name {twice!r} stands twice in one object.")
    return made


def _check_depth(body: bytes) -> None:
    """Before anything is parsed, since parsers recurse."""
    depth = 0
    for found in _BRACKETS.finditer(body):
        first = found[0][:1]
        depth += (first in b"[{") - (first in b"]}")
        if depth > _DEEPEST:
            raise Unreadable(f"The body nests deeper than {_DEEPEST} levels.")


def _wrong(value: Any, path: str) -> Iterator[FieldError]:
    if isinstance(value, str) and not is_storable(value):
        yield FieldError(path, "Take out the characters that are no text: NUL, lone surrogates.")
    elif isinstance(value, float) and not math.isfinite(value):
        yield FieldError(path, "Send a finite number, of at most 1.7e308.")
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _wrong(name, path)
            yield from _wrong(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _wrong(inner, f"{path}.{index}")
