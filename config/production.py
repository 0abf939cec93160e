"""The production profile: what must be set before anything starts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.env import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_KEY_LENGTH = 50  # characters; Django's own check asks for as many
_KEY_VARIETY = 5
_TOKEN_LENGTH = 16


def is_production() -> bool:
    """:raises ImproperlyConfigured: there is no such profile."""
    profile = text("WAYBILL_PROFILE", "local")
    if profile not in ("local", "production"):
        raise ImproperlyConfigured(f"WAYBILL_PROFILE must be local or production, not {profile!r}.")
    return profile == "production"


def production_faults(
    *,
    debug: bool,
    https: bool,
    hosts: Sequence[str],
    secret_key: str,
    redis_url: str,
    metrics_token: str,
    oidc_url: str,
) -> Iterator[str]:
    """What must not be so in production, a sentence each."""
    if debug:
        yield "WAYBILL_DEBUG must be off: its pages show settings and data."
    if not https:
        yield "WAYBILL_HTTPS must be on: sessions and keys must not pass in the clear."
    if not hosts:
        yield "WAYBILL_HOSTS must name the service, such as waybill.example.org."
    if "*" in hosts:
        yield "WAYBILL_HOSTS must name the service; '*' lets anybody name it."
    if len(secret_key) < _KEY_LENGTH or len(set(secret_key)) < _KEY_VARIETY:
        yield (
            f"WAYBILL_SECRET_KEY must be {_KEY_LENGTH} random characters or more; "
            "without it one is made and kept."
        )
    if not _is_guarded(redis_url):
        yield "REDIS_URL must hold a password, or lead to a socket: redis://:password@host:6379/0."
    if metrics_token and len(metrics_token) < _TOKEN_LENGTH:
        yield f"WAYBILL_METRICS_TOKEN must be {_TOKEN_LENGTH} random characters or more."
    if oidc_url and not oidc_url.startswith("https://"):
        yield "WAYBILL_OIDC_URL must begin with https://: who signs in is what it says."


def _is_guarded(redis_url: str) -> bool:
    parts = urlsplit(redis_url)
    return parts.scheme == "unix" or bool(parts.password or parse_qs(parts.query).get("password"))
