"""Which addresses of the network messages may go to: public ones, and those an operator names."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS = frozenset({443, 8443})
NOT_PUBLIC = "The host does not lie in the public network."

_UNICAST = ip_network("2000::/3")
# Public by the registries' tables, or missing in Python's, and yet nothing to send to.
_NEVER = tuple(
    ip_network(each)
    for each in (
        "168.63.129.16/32",  # a host's own services, in one of the clouds
        "192.0.0.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "2001::/23",
        "2001:db8::/32",
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
_ISATAP = (0x00005EFE, 0x02005EFE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What an operator allows besides public addresses, on any port.

    :ivar hosts: names, which may lead anywhere. :ivar networks: addresses.
    """

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, words: Iterable[str]) -> Rules:
        """:param words: names of hosts, addresses and networks.

        :raises ValueError: names the word that is none of them.
        """
        hosts, networks = set(), []
        for word in words:
            if "/" in word or ":" in word or word.replace(".", "").isdigit():
                networks.append(ip_network(word))
            else:
                hosts.add(word.lower().rstrip("."))
        return cls(frozenset(hosts), tuple(networks))

    def allow(self, host: str, port: int, address: Address) -> bool:
        """Whether a message for ``host`` may go to this address, which the name leads to."""
        if host in self.hosts or any(address in each for each in self.networks):
            return True
        return port in PORTS and is_public(address)


def is_public(address: Address) -> bool:
    """Whether it is one of the public network, and every address that it carries in itself too."""
    inner = list(_carried(address))
    if inner and isinstance(address, IPv6Address) and address.ipv4_mapped:
        return all(map(_is_global, inner))
    if any(address in each for each in _NAT64):
        return address in _NAT64[0] and all(map(_is_global, inner))
    return _is_global(address) and all(map(_is_global, inner))


def _is_global(address: Address) -> bool:
    odd = (
        address.is_multicast,
        address.is_reserved,
        address.is_private,
        address.is_loopback,
        address.is_link_local,
        address.is_unspecified,
        any(address in each for each in _NEVER),
        isinstance(address, IPv6Address) and address not in _UNICAST,
    )
    return address.is_global and not any(odd)


def _carried(address: Address) -> Iterator[IPv4Address]:
    """The older addresses within a newer one: what is sent to it may end up there."""
    if isinstance(address, IPv4Address):
        return
    number = int(address)
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    yield from address.teredo or ()
    if number >> 32 == 0 or address in _NAT64[0]:
        yield IPv4Address(number & 0xFFFFFFFF)
    if number >> 32 & 0xFFFFFFFF in _ISATAP:
        yield IPv4Address(number & 0xFFFFFFFF)


def address_of(text: str) -> Address:
    """An address as the resolver writes it; the zone of a link is left out.

    :raises ValueError: it is none.
    """
    return ip_address(text.partition("%")[0])
