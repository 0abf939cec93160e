"""Reads the environment: each setting has one name, one type and an embedded default."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Sequence

BASE_DIR = Path(__file__).resolve().parent.parent


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "") or default


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name).lower()
    if value not in {"", "0", "1", "true", "false", "yes", "no", "on", "off"}:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value in {"1", "true", "yes", "on"} if value else default


def choice(name: str, choices: Sequence[str]) -> str:
    """One of the words; the first is the default."""
    value = text(name, choices[0])
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


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


def pauses(name: str, default: str) -> tuple[timedelta, ...]:
    """Several numbers of seconds, separated by commas."""
    try:
        return tuple(timedelta(seconds=float(each)) for each in names(name, default))
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} must be numbers of seconds with commas between, not {text(name)!r}."
        ) from None


def names(name: str, default: str = "") -> list[str]:
    return [each.strip() for each in text(name, default).split(",") if each.strip()]


def roots(name: str) -> tuple[list[Path], list[str]]:
    """Folders, and those in S3, each of which ends in ``/``; separated by colons."""
    found = [each.strip() for each in re.split(r":(?!//)", text(name)) if each.strip()]
    remote = [each for each in found if "://" in each]
    if wrong := [each for each in remote if not re.fullmatch(r"s3://[^/]+(/.*)?", each)]:
        raise ImproperlyConfigured(f"{name} names folders, or s3://bucket/prefix, not {wrong[0]}.")
    return [Path(each) for each in found if each not in remote], [
        f"{each.rstrip('/')}/" for each in remote
    ]


def folder(name: str, default: Path) -> Path:
    return Path(text(name, str(default))).expanduser().resolve()


def secret(name: str, file: Path) -> str:
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
    made.write_text(secrets.token_urlsafe(48))
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
        "OPTIONS": {"connect_timeout": "5", **dict(parse_qsl(parts.query))},
    }
