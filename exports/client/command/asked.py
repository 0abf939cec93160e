"""The options that say what is to be exported, and the request that they make."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.client.fields import ExportFields

_CSV = ("delimiter", "bom", "null_text", "nested")


def _json(_: click.Context, __: click.Parameter, value: str | None) -> Any:
    try:
        return None if value is None else json.loads(value)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"This is no JSON: {error}") from error


def _script(_: click.Context, __: click.Parameter, value: Any) -> str | None:
    try:
        return None if value is None else value.read().decode()
    except ValueError as error:
        raise click.BadParameter("This file is no text.") from error


_OPTIONS = (
    click.option("--label", help="Shown in the list."),
    click.option("--description", help="Shown with the export."),
    click.option("--format", help="parquet, jsonl, json or csv.  [default: parquet]"),
    click.option("--path", "paths", multiple=True, help="A field; may be given several times."),
    click.option("--include", multiple=True, help="An optional field to add; several times."),
    click.option("--expand", multiple=True, help="A reference to follow; several times."),
    click.option("--where", metavar="JSON", help="The filter."),
    click.option(
        "--order-by",
        multiple=True,
        help="A field; =-FIELD for descending; several times.",
    ),
    click.option("--principal", help="As whom it runs."),
    click.option("--prefix", help="One row for each element of this list."),
    click.option("--sample-size", type=int, help="At most so many rows."),
    click.option("--sample-method", help="first or random."),
    click.option("--sample-seed", type=int, help="Of a random sample."),
    click.option("--include-vectors", is_flag=True, help="Vectors too, in a file of their own."),
    click.option("--export-files", is_flag=True, help="The files that documents name come along."),
    click.option("--zip-files", is_flag=True, help="Those in one files.zip."),
    click.option("--archive", help="zip: everything in one zip."),
    click.option("--compression", help="none, gzip, zstd or snappy."),
    click.option("--csv-delimiter", help="One character."),
    click.option("--csv-bom", is_flag=True, help="Begin with the mark by which Excel knows UTF-8."),
    click.option("--no-csv-formula-guard", is_flag=True, help="Write formulas as they are."),
    click.option("--csv-null-text", help="What stands for null."),
    click.option("--csv-nested", help="json or flatten."),
    click.option("--file-name", help="The base name of the download."),
    click.option("--timezone", help="How times are written, such as Europe/Paris."),
    click.option("--notify", metavar="JSON", callback=_json, help="Whom to tell when it ends."),
    click.option(
        "--after-script",
        metavar="FILE",
        type=click.File("rb"),
        callback=_script,
        help="JavaScript that runs when it has ended; - reads it from the input.",
    ),
)


def asked_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """All of them, after the collection."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return click.argument("collection")(command)


def fields_of(collection: str, options: dict[str, Any]) -> ExportFields:
    """The request; what was not said is left to the service."""
    said = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in options.items()
        if value is not None and value is not False and value != ()
    }
    csv = {name: said.pop(f"csv_{name}") for name in _CSV if f"csv_{name}" in said}
    if said.pop("no_csv_formula_guard", False):
        csv["formula_guard"] = False
    return cast("ExportFields", {"collection": collection, **said, **({"csv": csv} if csv else {})})
