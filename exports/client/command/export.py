"""``waybill export …``"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exports.client.command.asked import asked_options, fields_of
from exports.client.command.running import ending_shown, follow, show, wait_options
from exports.client.command.session import Session, json_option, pass_session
from exports.client.command.shown import moment, print_json, print_table, size
from exports.client.command.sure import YES, be_sure

if TYPE_CHECKING:
    from exports.client.task import ExportTask

ID = click.argument("uid", metavar="ID")
OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The folder to download to.  [default: this one]",
)
OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace other files of these names.")


@click.group()
def export() -> None:
    """Make exports, watch them, and download what came out."""


@export.command()
@asked_options
@click.option("--idempotency-key", default="", help="An id of your own: asked twice, made once.")
@wait_options
@json_option
@pass_session
def create(
    session: Session,
    /,
    collection: str,
    idempotency_key: str,
    waiting: dict[str, Any],
    **options: Any,
) -> int:
    """Ask for an export of COLLECTION; wait for it and download it, if told."""
    fields = fields_of(collection, options)
    task = session.client.exports.create(idempotency_key=idempotency_key, **fields)
    return follow(session, task, **waiting)


@export.command()
@asked_options
@click.option("--limit", type=click.IntRange(1, 100), default=10, help="So many rows.")
@json_option
@pass_session
def preview(session: Session, /, collection: str, limit: int, **options: Any) -> None:
    """Show what an export of COLLECTION would bring."""
    found = session.client.exports.preview(limit=limit, **fields_of(collection, options))
    if session.as_json:
        print_json(found)
        return
    names = [each["path"] for each in found["columns"]]
    # A column that reaches into a document is no name of the document's own.
    print_table(names, ([_datum(row, name) for name in names] for row in found["rows"]))
    about = "" if found["exact"] else "at least "
    bytes_ = f", about {size(found['bytes'])}" if found["bytes"] is not None else ""
    click.echo(f"{about}{found['count']:,} rows{bytes_}")


@export.command("list")
@click.option("--state", help="pending, running, ready, error, cancelled or expired.")
@click.option("--collection", help="Its name or id.")
@click.option("--format", help="parquet, jsonl, json or csv.")
@click.option("--created-by", help="An e-mail address.")
@click.option("--created-after", help="Then or later, such as 2026-11-22T10:00:00Z.")
@click.option("--created-before", help="Earlier than that.")
@click.option("-q", help="Text in the label or the description.")
@click.option("--limit", type=click.IntRange(1), default=20, help="At most so many.  [default: 20]")
@json_option
@pass_session
def listing(session: Session, /, limit: int, **filters: Any) -> None:
    """List exports, the newest first."""
    found = session.client.exports.list(limit=limit, **filters)
    if session.as_json:
        print_json([each.export for each in found])
        return
    print_table(
        ["id", "state", "collection", "format", "rows", "made", "by", "label"],
        (_row(each) for each in found),
    )


@export.command("show")
@ID
@json_option
@pass_session
def showing(session: Session, uid: str) -> None:
    """Show one export: how far it is, what went wrong, what came out."""
    show(session, session.client.exports.get(uid))


@export.command()
@ID
@click.option("--timeout", type=click.FloatRange(0), help="Seconds to wait at most.")
@json_option
@pass_session
def watch(session: Session, uid: str, timeout: float | None) -> int:
    """Wait until it has ended. Ends with 1 unless it is ready."""
    task = session.client.exports.get(uid).wait_till_done(timeout)
    return ending_shown(session, task)


@export.command()
@ID
@json_option
@pass_session
def cancel(session: Session, uid: str) -> None:
    """Cancel it. That is final."""
    show(session, session.client.exports.get(uid).cancel())


@export.command()
@ID
@wait_options
@json_option
@pass_session
def retry(session: Session, uid: str, waiting: dict[str, Any]) -> int:
    """Make a new export of the same request."""
    return follow(session, session.client.exports.get(uid).retry(), **waiting)


@export.command()
@ID
@YES
@pass_session
def delete(session: Session, uid: str, yes: bool) -> None:
    """Delete its files. Its line in the history stays."""
    task = session.client.exports.get(uid)
    if not yes:
        be_sure(f"Delete the files of {task.name!r}?")
    task.delete()


@export.command()
@ID
@OUTPUT
@OVERWRITE
@json_option
@pass_session
def download(session: Session, uid: str, output: Path, overwrite: bool) -> None:
    """Download its files, and verify them. What was cut off goes on where it was."""
    saved = session.client.exports.get(uid).download(output, overwrite=overwrite)
    if session.as_json:
        print_json([str(each) for each in saved])
    else:
        click.echo("\n".join(map(str, saved)))


@export.command()
@ID
@click.option("--line", type=click.IntRange(0), default=0, help="The first one, from 0.")
@click.option("--offset", type=click.IntRange(0), help="Or: the first from this byte on.")
@click.option("--limit", type=click.IntRange(0), help="At most so many.")
@pass_session
def rows(session: Session, uid: str, line: int, offset: int | None, limit: int | None) -> None:
    """Print rows of a result in the format jsonl, without downloading the rest."""
    out = sys.stdout.buffer
    for number, text in enumerate(session.client.exports.get(uid).lines(line=line, offset=offset)):
        if number == limit:
            break
        out.write(text + b"\n")


@export.command()
@ID
@click.argument("name", default="")
@pass_session
def link(session: Session, uid: str, name: str) -> None:
    """Print an address of the file NAME that needs no key, for an hour at most.

    Without a NAME it is that of the data.
    """
    click.echo(session.client.exports.get(uid).link(name))


def _row(task: ExportTask) -> list[object]:
    told = task.export
    named = (told["collection"]["name"], told["format"], told["rows_done"])
    return [task.id, task.status, *named, moment(told["created_at"]), task.created_by, task.name]


def _datum(row: Any, path: str) -> object:
    """A value of a row as the data has it: a year or a number of a flight is no amount."""
    value = _value(row, path)
    return value if isinstance(value, bool) or not isinstance(value, int) else str(value)


def _value(row: Any, path: str) -> Any:
    """What a row has under a name, or under a path of names."""
    if isinstance(row, dict) and path not in row and "." in path:
        first, _, rest = path.partition(".")
        return _value(row.get(first), rest)
    return row.get(path) if isinstance(row, dict) else None
