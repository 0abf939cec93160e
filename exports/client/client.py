"""``Waybill``: one service, as whoever the key belongs to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from exports.client.errors import NotConfigured
from exports.client.exports import Exports
from exports.client.resources import Audit, Collections, Keys, Templates
from exports.client.transport import Retries, Transport
from exports.client.verify import keys_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

_API = re.compile(r"/api/v1/*$")


class Waybill:
    """A service, and what a key may do there.

    >>> client = Waybill("https://waybill.example.org", os.environ["WAYBILL_API_KEY"])
    >>> task = client.exports.create(collection="flights", format="csv")
    >>> task.wait_till_done().download(".")

    It may be used by several threads. As a context manager it closes its connections.

    :param base_url: where the service is, with or without ``/api/v1``.
    :param namespace: the workspace, by name or id; None: the one of the key.
    :param timeout: seconds without a byte after which an answer is given up.
    :param signing_keys: the public keys that are trusted, 32 bytes each, by their ids. None:
        those that the service itself names, asked for once.
    :param retries: how often to send again what is safe to send again.
    :raises NotConfigured: the address is none.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        namespace: str | None = None,
        timeout: float = 60.0,
        *,
        signing_keys: Mapping[str, bytes] | None = None,
        retries: Retries | None = None,
    ) -> None:
        self.base_url = _address(base_url)
        if not all(" " < each <= "~" for each in api_key):
            raise NotConfigured("The API key holds characters that no key has. Copy it again.")
        self.transport = Transport(self.base_url, api_key, namespace, timeout, retries or Retries())
        self.exports = Exports(self)
        self.collections = Collections(self)
        self.templates = Templates(self)
        self.keys = Keys(self)
        self.audit = Audit(self)
        self._signing_keys = signing_keys

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self.transport.http.close()

    def signing_keys(self) -> Mapping[str, bytes]:
        """The public keys of manifests that are trusted, by their ids."""
        if self._signing_keys is None:
            self._signing_keys = keys_of(self.transport.json("GET", "/signing-keys")["items"])
        return self._signing_keys

    def usage(self) -> dict[str, Any]:
        """The room that the results of the workspace take up."""
        found: dict[str, Any] = self.transport.json("GET", "/usage")
        return found


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        raise NotConfigured(
            f"{text!r} is no address of a service. Write it such as https://waybill.example.org."
        )
    return _API.sub("", text).rstrip("/")
