"""Reads the environment: each setting has one name, one type and an embedded default."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Callable

BASE_DIR = Path(__file__).resolve().parent.parent


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "") or default


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name).lower()
    if value not in {"", "0", "1", "true", "false", "yes", "no", "on", "off"}:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value in {"1", "true", "yes", "on"} if value else default


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def seconds(name: str, default: float) -> timedelta:
    value = text(name, str(default))
    try:
        return timedelta(seconds=float(value))
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a number of seconds, not {value!r}.") from None


def names(name: str, default: str = "", *, separator: str = ",") -> list[str]:
    return [each.strip() for each in text(name, default).split(separator) if each.strip()]


def folder(name: str, default: Path) -> Path:
    return Path(text(name, str(default))).expanduser().resolve()


def _token() -> str:
    return secrets.token_urlsafe(48)


def secret(name: str, file: Path, make: Callable[[], str] = _token) -> str:
    """A secret from the environment, or from a file of ours that is made once, mode 0600."""
    if given := text(name):
        return given
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        pass
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = file.with_suffix(f".{os.getpid()}")
    made.touch(mode=0o600)
    made.write_text(make())
    with suppress(FileExistsError):  # another process was faster: its secret counts
        os.link(made, file)
    made.unlink()
    return file.read_text().strip()


def postgres(url: str) -> dict[str, object]:
    """Django's settings for a ``postgres://user:password@host:port/name?sslmode=…`` address."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgres://user:password@host:5432/name."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
