"""Where a webhook goes: an address as it was typed, taken apart and found in order."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from exports.outbound.errors import AddressRefused
from exports.outbound.rules import NOT_PUBLIC, PORTS

if TYPE_CHECKING:
    from exports.outbound.rules import Rules

LONGEST = 2_000  # characters

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
# Resolvers read a last part like these as a number, and the whole as an address.
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")


@dataclass(frozen=True, slots=True)
class Target:
    """An https address.

    :ivar host: a name in small letters, or an address without brackets.
    :ivar path: what is asked for there, with its query.
    """

    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"


def target_parse(url: str, rules: Rules) -> Target:
    """What an address says, without asking anybody.

    :raises AddressRefused: no message may go to it, wherever its name leads to.
    """
    if len(url) > LONGEST:
        raise AddressRefused(f"An address has at most {LONGEST:,} characters.")
    if not re.fullmatch(r"[!-~]+", url) or "\\" in url:
        raise AddressRefused(
            "Write the address in plain ASCII, without blanks: other names as xn--…, other "
            "characters as %…."
        )
    parts, port = _split(url)
    if parts.scheme != "https":
        raise AddressRefused("The address must begin with https://.")
    if "@" in parts.netloc:
        raise AddressRefused("Leave the user's name and password out of the address.")
    host = _host(parts, rules)
    if port not in PORTS and host not in rules.hosts and not rules.networks:
        raise AddressRefused("Use port 443 or 8443.")
    with suppress(ValueError):
        if not rules.allow(host, port, ip_address(host)):
            raise AddressRefused(NOT_PUBLIC)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port, path)


def _split(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("This is no address of the web: https://host/path.") from None
    return parts, 443 if port is None else port


def _host(parts: SplitResult, rules: Rules) -> str:
    host = parts.hostname or ""
    if parts.netloc.startswith("["):
        with suppress(ValueError):
            if "%" not in host:
                return str(IPv6Address(host))
        raise AddressRefused("What stands in brackets is no address.")
    with suppress(ValueError):
        return str(IPv4Address(host))
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise AddressRefused("The name of the host is none.")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise AddressRefused("Write the host as a name, or as four numbers with dots between.")
    if "." not in host and host not in rules.hosts:
        raise AddressRefused("Write the whole name of the host, with its domain.")
    return host
