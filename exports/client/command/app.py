"""``waybill`` itself: what every command can be told, and the commands."""

from __future__ import annotations

import click

from exports.client.command.collections import collections
from exports.client.command.endings import HELP
from exports.client.command.export import export
from exports.client.command.others import audit, keys, templates, verifying
from exports.client.command.session import Session, pass_session


@click.group(epilog=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--profile", default="", help="A profile of ~/.config/waybill/config.toml.")
@click.option("--url", default="", help="Where the service is.")
@click.option("--namespace", default="", help="The workspace, by name or id.")
@pass_session
def waybill(session: Session, profile: str, url: str, namespace: str) -> None:
    """Get data out, on the record.

    WAYBILL_URL and WAYBILL_API_KEY say where the service is and who you are, WAYBILL_NAMESPACE
    the workspace, WAYBILL_SIGNING_KEYS a file of the public keys to trust. Or they stand in a
    profile: url, api_key, namespace, signing_keys. A key is never an argument, where others of
    this machine could read it.
    """
    session.profile, session.url, session.namespace = profile, url, namespace


for _command in (export, verifying, collections, templates, keys, audit):
    waybill.add_command(_command)
