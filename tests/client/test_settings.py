"""Where the command finds the service and its key."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from exports.client.command.settings import Settings, config_path, settings_read
from exports.client.errors import NotConfigured

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[..., dict[str, str]]

PROFILES = """
[default]
url = "https://waybill.example.org"
api_key = "sk_default"

[staging]
url = "https://staging.example.org"
api_key = "sk_staging"
namespace = "demo"
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the file of profiles; gives an environment in which it is found."""

    def write(text: str = PROFILES, mode: int = 0o600, **environment: str) -> dict[str, str]:
        environment["XDG_CONFIG_HOME"] = str(tmp_path)
        path = config_path(environment)
        path.parent.mkdir()
        path.write_text(text)
        path.chmod(mode)
        return environment

    return write


def test_the_environment_is_enough(tmp_path: Path) -> None:
    given = {"WAYBILL_URL": "https://a.example", "WAYBILL_API_KEY": "sk_a"}
    found = settings_read("", {**given, "XDG_CONFIG_HOME": str(tmp_path)})
    assert found == Settings("https://a.example", "sk_a")


def test_a_profile_that_is_named_counts_more_than_the_environment(write: Write) -> None:
    env = write(WAYBILL_URL="https://a.example", WAYBILL_API_KEY="sk_a", WAYBILL_SIGNING_KEYS="k")
    staging = Settings("https://staging.example.org", "sk_staging", "demo", "k")
    assert settings_read("staging", env) == staging
    assert settings_read("", {**env, "WAYBILL_PROFILE": "staging"}) == staging


def test_the_default_profile_fills_in(write: Write) -> None:
    env = write(WAYBILL_NAMESPACE="other")
    assert settings_read("", env) == Settings("https://waybill.example.org", "sk_default", "other")


def test_the_key_of_a_profile_goes_to_its_own_address_only(write: Write) -> None:
    env = write(WAYBILL_URL="https://elsewhere.example")
    assert settings_read("", env) == Settings("https://elsewhere.example")
    here = {"XDG_CONFIG_HOME": env["XDG_CONFIG_HOME"]}
    told = {"url": "https://elsewhere.example"}
    for profile in ("", "staging"):
        assert settings_read(profile, here, **told).api_key == ""
        own = settings_read(profile, {**here, "WAYBILL_API_KEY": "sk_mine"}, **told)
        assert own.api_key == "sk_mine"
    assert settings_read("", here, url="https://waybill.example.org/").api_key


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (PROFILES, 0o644, "chmod 600"),
        ("[default", 0o600, "cannot be read"),
        ("[default]\nkey = 'a'", 0o600, "no setting 'key': url, api_key"),
        ("[default]\nurl = 1", 0o600, "url must be text"),
        ("default = 1", 0o600, "no profile"),
    ],
)
def test_a_file_that_is_wrong_is_named(write: Write, text: str, mode: int, said: str) -> None:
    with pytest.raises(NotConfigured, match=said):
        settings_read("", write(text, mode))


def test_a_profile_that_is_not_there_is_named(write: Write, tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match=r"'prod' in .*: default, staging"):
        settings_read("prod", write())
    with pytest.raises(NotConfigured, match="is not there"):
        settings_read("prod", {"XDG_CONFIG_HOME": str(tmp_path / "nowhere")})


def test_trusted_keys_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    listed = {"items": [{"id": "sig_1", "public": b64encode(b"k" * 32).decode()}]}
    file.write_text(json.dumps(listed))
    assert Settings(signing_keys=str(file)).trusted == {"sig_1": b"k" * 32}
    file.write_text("[]")
    with pytest.raises(NotConfigured, match="holds no keys"):
        _ = Settings(signing_keys=str(file)).trusted
