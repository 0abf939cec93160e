"""Takes secrets out of a text before it is written down: those that are known, and their shapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_GONE = "…"

# What is shorter would be found in words that are no secret.
_SHORTEST = 8

_NAMES = (
    "password|passwd|passphrase|secret|token|(?<![a-z])otp|sessionid|csrf|authorization|signature|credential"
    "|access_?key|api_?key|master_?key|private_?key"
)

# Each shape begins with a fixed text, so that a long line costs no more than its length.
_SHAPES = [
    # An API key; what is left says whose it is.
    (re.compile(r"\bsk_([0-9A-Za-z]{1,16})_[0-9A-Za-z]+"), rf"sk_\1_{_GONE}"),
    (re.compile(r"(?i)\b(cookie['\"]?\s*[:=]\s*)[^\r\n]+"), rf"\1{_GONE}"),
    (re.compile(r"(?i)\b(bearer|basic|digest)\s+[\w.~+/=-]{6,}"), rf"\1 {_GONE}"),
    # The password of an address.
    (re.compile(r"(://[^\s/:@]*):[^\s/@]+@"), rf"\1:{_GONE}@"),
    # The end of what Django signs, such as a link of ours: without it, it opens nothing.
    (re.compile(r"(:|%3[aA])[\w-]{43}(?![\w-])"), rf"\1{_GONE}"),
    # Whatever is called so: a field of a form, a query, a header, a dictionary, a setting.
    (
        re.compile(
            rf"(?i)((?:{_NAMES})[\w-]{{0,20}}['\"]?\s*(?:[:=]|%3d)\s*)"
            r"(?:'[^']*'|\"[^\"]*\"|[^\s,;&'\"})\]]+)"
        ),
        rf"\1{_GONE}",
    ),
]

_known: set[str] = set()


def hide(*secrets: str) -> None:
    """From now on, these never show in a line of this process's log."""
    _known.update(each for each in secrets if len(each) >= _SHORTEST)


def redact(text: str) -> str:
    """The text without what is, or looks like, a secret."""
    for each in sorted(_known, key=len, reverse=True):
        text = text.replace(each, _GONE)
    for shape, rest in _SHAPES:
        text = shape.sub(rest, text)
    return text


def secrets_of(environment: Mapping[str, str]) -> Iterator[str]:
    """The values that an environment holds under names of secrets, and the passwords of its
    addresses; a list is taken apart.
    """
    for name, value in environment.items():
        if name.endswith("_FILE"):
            continue  # it says where the secret lies
        if re.search(rf"(?i){_NAMES}", name):
            yield value
            yield from re.split(r"[\s,]+", value)
        elif "://" in value:
            for password in _passwords(value):
                yield from (password, unquote(password))


def _passwords(address: str) -> list[str]:
    """Before the host, or in the query."""
    try:
        parts = urlsplit(address)
        return [*filter(None, [parts.password]), *parse_qs(parts.query).get("password", [])]
    except ValueError:  # no address after all
        return []
