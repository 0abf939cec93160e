"""What all commands share in one call: the client, and how they print."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from exports.client.client import Waybill
from exports.client.command.settings import Settings, config_path, settings_read
from exports.client.errors import NotConfigured

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass
class Session:
    """One call of the command.

    :ivar as_json: for scripts, instead of tables for people.
    """

    profile: str = ""
    url: str = ""
    namespace: str = ""
    as_json: bool = False

    @cached_property
    def settings(self) -> Settings:
        return settings_read(self.profile, url=self.url, namespace=self.namespace)

    @cached_property
    def client(self) -> Waybill:
        """:raises NotConfigured: nothing says where the service is, or there is no key."""
        found, url = self.settings, self._url
        if not found.api_key:
            said = (
                f"There is no key for {found.url}. Set WAYBILL_API_KEY, or write it into a profile."
            )
            raise NotConfigured(said)
        return Waybill(url, found.api_key, found.namespace or None, signing_keys=found.trusted)

    def signing_keys(self) -> Mapping[str, bytes]:
        """Those that are trusted: as configured, or as the service tells anybody.

        :raises NotConfigured: nothing says either.
        """
        if (trusted := self.settings.trusted) is not None:
            return trusted
        # Whose service it is, is not said: no key is sent there.
        with Waybill(self._url, "") as visitor:
            return visitor.signing_keys()

    @property
    def _url(self) -> str:
        if not self.settings.url:
            said = f"Where is the service? Set WAYBILL_URL, or write a url into {config_path()}."
            raise NotConfigured(said)
        return self.settings.url

    def close(self) -> None:
        """Close the client's connections, if it was asked for."""
        if "client" in self.__dict__:
            self.client.close()


pass_session = click.make_pass_decorator(Session)


def _note_json(context: click.Context, _: click.Parameter, value: bool) -> None:
    session = context.find_object(Session)
    if session and value:
        session.as_json = True


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--json``, which every command has."""
    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_note_json,
        help="Print JSON, for scripts.",
    )(command)
