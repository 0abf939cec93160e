"""A request as what somebody would type elsewhere to make it: curl, Python, the command."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from shlex import quote
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.domain.requests import ExportRequest

_LISTS = ("path", "include", "expand", "order_by")
_FOLD = " \\\n  "


@dataclass(frozen=True, slots=True)
class Copy:
    """One way to write it. :ivar value: its name in addresses and ids."""

    value: str
    label: str
    text: str


def copies(request: ExportRequest, host: str, namespace: str) -> list[Copy]:
    """The same request, three times.

    :param host: where this service is: ``https://waybill.example``.
    :param namespace: the slug of the workspace.
    """
    asked = fields_of(request)
    return [
        Copy("curl", "curl", curl(asked, host, namespace)),
        Copy("python", "Python", python(asked, host, namespace)),
        Copy("command", "Command", command(asked, host, namespace)),
    ]


def fields_of(request: ExportRequest) -> dict[str, Any]:
    """Every field that asks for something, as the API takes it."""
    asked = {"collection": request.collection_named, "format": request.format}
    rest = request.model_dump(exclude_defaults=True, exclude={"objects"})
    where = {"where": _where(request.where)} if _where(request.where) else {}
    return {**asked, **rest, **where}


def curl(asked: dict[str, Any], host: str, namespace: str) -> str:
    """A line for a shell; the key is in its environment."""
    body = json.dumps(asked, indent=2, ensure_ascii=False)
    parts = [
        f"curl -X POST {quote(f'{host}/api/v1/exports')}",
        '-H "Authorization: Bearer $WAYBILL_API_KEY"',
        f"-H {quote(f'X-Namespace: {namespace}')}",
        "-H 'Content-Type: application/json'",
        f"--data-binary {quote(body)}",
    ]
    return _FOLD.join(parts)


def python(asked: dict[str, Any], host: str, namespace: str) -> str:
    """A script that makes the export, waits, and takes its files."""
    fields = "".join(f"    {name}={value!r},\n" for name, value in asked.items())
    return (
        "import os\n\n"
        "from exports.client import Waybill\n\n"
        f'client = Waybill({host!r}, api_key=os.environ["WAYBILL_API_KEY"], '
        f"namespace={namespace!r})\n"
        f"task = client.exports.create(\n{fields})\n"
        "task.wait_till_done()\n"
        'task.download(".")\n'
    )


def command(asked: dict[str, Any], host: str, namespace: str) -> str:
    """A line for a shell; the key is in its environment."""
    around = f"WAYBILL_URL={quote(host)} WAYBILL_NAMESPACE={quote(namespace)}"
    options = {name: value for name, value in asked.items() if name != "collection"}
    options["path"] = options.pop("paths", [])
    options |= {f"csv_{name}": value for name, value in options.pop("csv", {}).items()}
    script = options.pop("after_script", "")
    first = f"{around} waybill export create {quote(asked['collection'])}"
    said = _FOLD.join([first, *_options(options), "--wait -o ."])
    # It takes a file, and this one comes from nowhere else.
    return f"printf %s {quote(script)} | {said}{_FOLD}--after-script -" if script else said


def _options(options: dict[str, Any]) -> Iterator[str]:
    for name, value in options.items():
        word = f"--{name.replace('_', '-')}"
        if name in _LISTS:
            yield from (_option(word, each) for each in value)
        elif name == "csv_formula_guard":
            yield "--no-csv-formula-guard"
        elif isinstance(value, bool):
            yield word
        elif isinstance(value, dict | list):
            yield _option(word, json.dumps(value, ensure_ascii=False))
        else:
            yield _option(word, str(value))


def _option(word: str, value: str) -> str:
    """What begins with a dash would be taken for the next option."""
    return quote(f"{word}={value}") if value.startswith("-") else f"{word} {quote(value)}"


def _where(where: dict[str, Any] | str | None) -> dict[str, Any] | str | None:
    """The filter as an object, unless that would change one of its numbers."""
    if not isinstance(where, str) or not where.strip():
        return where or None
    exact: list[bool] = []

    def read(digits: str) -> float:
        exact.append(Decimal(repr(float(digits))) == Decimal(digits))
        return float(digits)

    found: dict[str, Any] = json.loads(where, parse_float=read)
    return found if all(exact) else where
