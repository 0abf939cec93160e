"""``waybill collections``, ``templates``, ``keys``, ``audit`` and ``verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exports.client.command.endings import Ending
from exports.client.command.running import follow, wait_options
from exports.client.command.session import Session, json_option, pass_session
from exports.client.command.settings import keys_read
from exports.client.command.shown import moment, print_fields, print_json, print_table
from exports.client.verify import manifests, verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@click.group()
def templates() -> None:
    """Requests that are kept, to be run again and again."""


@templates.command("list")
@json_option
@pass_session
def templates_list(session: Session) -> None:
    """List them."""
    _records(session, session.client.templates.list(), ("id", "name", "description", "created_by"))


@templates.command("show")
@click.argument("reference", metavar="ID")
@json_option
@pass_session
def templates_show(session: Session, reference: str) -> None:
    """Show one, with the request that it keeps."""
    _record(session, session.client.templates.get(reference))


@templates.command("run")
@click.argument("reference", metavar="ID")
@wait_options
@json_option
@pass_session
def templates_run(session: Session, reference: str, waiting: dict[str, Any]) -> int:
    """Make an export of what it asks for."""
    return follow(session, session.client.templates.run(reference), **waiting)


@click.group()
def keys() -> None:
    """Keys are made, listed and revoked in the browser: no key can do that."""


@keys.command("list")
@json_option
@pass_session
def keys_list(session: Session) -> None:
    """Say where they can be seen."""
    _records(session, session.client.keys.list(), ("id", "label", "scopes", "expires_at"))


@click.command()
@click.option("--action", help="What happened, such as export.created.")
@click.option("--who", help="Who did it.")
@click.option("--subject", help="The id of what it happened to.")
@click.option("--since", help="Then or later, such as 2026-11-22T10:00:00Z.")
@click.option("--until", help="Earlier than that.")
@click.option("--limit", type=click.IntRange(1), default=50, help="At most so many.  [default: 50]")
@json_option
@pass_session
def audit(session: Session, /, limit: int, **filters: str | None) -> None:
    """Show the history, the newest first."""
    given = {name: value for name, value in filters.items() if value is not None}
    found = session.client.audit.list(limit=limit, **given)
    _records(session, found, ("at", "action", "actor", "subject"))


@click.command("verify")
@click.argument("manifest", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The public keys to trust, as GET /signing-keys answers them.",
)
@json_option
@pass_session
def verifying(session: Session, manifest: Path, key: Path | None) -> int:
    """Check the signature of MANIFEST, and every file that it names, beside it and below.

    A folder stands for the manifests in it. Without --key the keys are those that are configured,
    or else those that the service names; with it, nothing is asked of the service.
    """
    trusted = keys_read(key) if key else session.signing_keys()
    found = manifests(manifest) if manifest.is_dir() else [manifest]
    checked = {each: verify(each, trusted) for each in found}
    if session.as_json:
        print_json(
            [
                {
                    "manifest": str(each),
                    "key_id": done.key,
                    "found": {name: str(path) for name, path in done.found.items()},
                    "missing": list(done.missing),
                }
                for each, done in checked.items()
            ]
        )
    else:
        for each, done in checked.items():
            click.echo(f"{each}: signed with {done.key}")
            rows = [(name, path, "OK") for name, path in done.found.items()]
            missing = [(name, "", "not there, or altered") for name in done.missing]
            print_table(["file", "saved as", ""], [*rows, *missing])
    is_whole = not any(done.missing for done in checked.values())
    return Ending.DONE if is_whole else Ending.NOT_VERIFIED


def _records(
    session: Session, found: Iterable[Mapping[str, Any]], columns: tuple[str, ...]
) -> None:
    if session.as_json:
        print_json(list(found))
        return
    print_table(columns, ([_shown(each, name) for name in columns] for each in found))


def _record(session: Session, found: Mapping[str, Any]) -> None:
    if session.as_json:
        print_json(found)
    else:
        print_fields(found)


def _shown(record: Mapping[str, Any], name: str) -> object:
    value = record.get(name)
    return moment(value) if name == "at" or name.endswith("_at") else value
