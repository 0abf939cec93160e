"""``waybill collections …``"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from exports.client.command.session import Session, json_option, pass_session
from exports.client.command.shown import print_fields, print_json, print_table
from exports.client.command.sure import YES, be_sure

NAME = click.argument("reference", metavar="NAME")
_SHOWN = ("id", "name", "description", "state", "key", "documents", "updated_at")


@click.group()
def collections() -> None:
    """What can be exported."""


@collections.command("list")
@json_option
@pass_session
def listing(session: Session) -> None:
    """List them."""
    found = session.client.collections.list()
    if session.as_json:
        print_json(list(found))
        return
    columns = ("name", "state", "documents", "key", "description")
    print_table(columns, ([each[name] for name in columns] for each in found))


@collections.command()
@NAME
@json_option
@pass_session
def show(session: Session, reference: str) -> None:
    """Show one, with every field of its documents."""
    _show(session, session.client.collections.get(reference))


@collections.command()
@click.argument("name")
@click.argument("locations", metavar="[LOCATION]...", nargs=-1)
@click.option(
    "--file",
    "files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A file of this machine to send, instead of locations; several.",
)
@click.option("--key", help="The field that is unique.")
@click.option("--description", help="Shown with it.")
@click.option("--access", multiple=True, help="public, or a field of those who may read; several.")
@json_option
@pass_session
def create(
    session: Session,
    /,
    name: str,
    locations: tuple[str, ...],
    files: tuple[Path, ...],
    access: tuple[str, ...],
    **said: Any,
) -> None:
    """Make one of files: of those at LOCATION, where the service may read them, or of yours."""
    if bool(locations) == bool(files):
        raise click.UsageError("Say where its files lie, or send them with --file: one of both.")
    fields = {field: value for field, value in said.items() if value}
    if access:
        fields["access"] = "public" if access == ("public",) else list(access)
    known = session.client.collections
    if files:
        made = known.upload(*files, name=name, **fields)
    else:
        made = known.create(name=name, locations=list(locations), **fields)
    _show(session, made)


@collections.command()
@NAME
@json_option
@pass_session
def refresh(session: Session, reference: str) -> None:
    """Look at its source again."""
    _show(session, session.client.collections.refresh(reference))


@collections.command()
@NAME
@YES
@pass_session
def delete(session: Session, reference: str, yes: bool) -> None:
    """Delete one. Its source stays; the exports of it keep their results."""
    if not yes:
        be_sure(f"Delete the collection {reference!r}?")
    session.client.collections.delete(reference)


def _show(session: Session, found: dict[str, Any]) -> None:
    if session.as_json:
        print_json(found)
        return
    print_fields({name: found.get(name) for name in _SHOWN})
    if found.get("properties"):
        click.echo()
        print_table(["field", "type", ""], _fields(found["properties"]))


def _fields(properties: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    rows: list[tuple[str, str, str]] = []
    for each in properties:
        marks = [each["role"] or "", "optional" if each["optional"] else ""]
        if each["path"]:
            rows.append((each["path"], each["type"], ", ".join(filter(None, marks))))
        rows += _fields(each["children"])
    return rows
