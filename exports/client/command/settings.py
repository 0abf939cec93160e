"""Where the service is, and the key to it: from the environment, or from a profile in a file."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from collections import ChainMap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.client.errors import NotConfigured
from exports.client.verify import keys_of

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = "default"
FIELDS = {
    "url": "WAYBILL_URL",
    "api_key": "WAYBILL_API_KEY",
    "namespace": "WAYBILL_NAMESPACE",
    "signing_keys": "WAYBILL_SIGNING_KEYS",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command needs to know; empty where nothing says it.

    :ivar signing_keys: a file with the public keys to trust, as ``GET /signing-keys`` answers.
    """

    url: str = ""
    api_key: str = ""
    namespace: str = ""
    signing_keys: str = ""

    @property
    def trusted(self) -> Mapping[str, bytes] | None:
        """:raises NotConfigured: the file holds no keys."""
        return keys_read(Path(self.signing_keys).expanduser()) if self.signing_keys else None


def settings_read(
    profile: str, environment: Mapping[str, str] = os.environ, **told: str
) -> Settings:
    """The settings of a profile that is named, with what it leaves out from the environment.

    Without a name it is the other way round: the environment counts, and what it leaves out comes
    from the profile ``default``, if there is one. The key of a profile is for its own address only.

    :param told: what counts more than both, unless it is empty.

    :raises NotConfigured: there is no such profile, or the file cannot be used.
    """
    named = profile or environment.get("WAYBILL_PROFILE", "")
    filed = _profile(config_path(environment), named)
    given = {name: environment.get(variable, "") for name, variable in FIELDS.items()}
    given = {name: value for name, value in given.items() if value}
    said = {name: value for name, value in told.items() if value}
    layers = (given, filed, said) if named else (filed, given, said)
    url = ChainMap(*reversed(layers)).get("url", "")
    if url.rstrip("/") != filed.get("url", "").rstrip("/"):
        filed.pop("api_key", None)
    return Settings(**ChainMap(*reversed(layers)))


def config_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the profiles are."""
    folder = environment.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(folder).expanduser() / "waybill" / "config.toml"


def keys_read(file: Path) -> dict[str, bytes]:
    """:raises NotConfigured: the file holds no keys."""
    try:
        return keys_of(json.loads(file.read_bytes())["items"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        said = f"{file} holds no keys as GET /signing-keys answers them."
        raise NotConfigured(said) from error


def _profile(path: Path, named: str) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            profiles: dict[str, Any] = tomllib.load(file)
            mode = os.fstat(file.fileno()).st_mode
    except FileNotFoundError:
        if named:
            raise NotConfigured(f"There is no profile {named!r}: {path} is not there.") from None
        return {}
    except (OSError, ValueError) as error:
        raise NotConfigured(f"{path} cannot be read: {error}.") from error
    found = profiles.get(named or DEFAULT)
    if found is None and not named:
        return {}
    if not isinstance(found, dict):
        known = ", ".join(profiles) or "none"
        raise NotConfigured(f"There is no profile {named!r} in {path}: {known}.")
    return _checked(found, path, mode)


def _checked(found: dict[str, Any], path: Path, mode: int) -> dict[str, str]:
    for name, value in found.items():
        if name not in FIELDS:
            raise NotConfigured(f"{path}: there is no setting {name!r}: {', '.join(FIELDS)}.")
        if not isinstance(value, str):
            raise NotConfigured(f"{path}: {name} must be text, in quotes.")
    if "api_key" in found and os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise NotConfigured(f"Others can read the key in {path}. Run: chmod 600 {path}")
    return found
