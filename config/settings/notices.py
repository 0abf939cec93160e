"""What is told when an export has ended: webhooks, e-mail, and the scripts of administrators."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.env import flag, names, number, pauses, seconds, text
from config.settings.security import ALLOWED_HOSTS, SESSION_COOKIE_SECURE
from exports.outbound.rules import Rules


def _public_url() -> str:
    """Where people find the service: the first of its names, unless it is said."""
    named = [each for each in ALLOWED_HOSTS if each[0] not in "*."]
    usual = f"https://{named[0]}" if named and SESSION_COOKIE_SECURE else "http://127.0.0.1:8000"
    url = text("WAYBILL_PUBLIC_URL", usual).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ImproperlyConfigured("WAYBILL_PUBLIC_URL must look like https://waybill.example.org.")
    return url


def _rules() -> Rules:
    try:
        return Rules.of(names("WAYBILL_WEBHOOK_ALLOW"))
    except ValueError as error:
        raise ImproperlyConfigured(
            f"WAYBILL_WEBHOOK_ALLOW must name hosts, addresses or networks: {error}."
        ) from None


# Links in messages begin with it.
PUBLIC_URL = _public_url()

# What webhooks may reach besides the public network, and whose certificates are trusted besides
# those of the system.
WEBHOOK_RULES = _rules()
WEBHOOK_CA = text("WAYBILL_WEBHOOK_CA")

# After each failed try but the last; there is one try more than there are pauses.
DELIVERY_PAUSES = pauses("WAYBILL_DELIVERY_PAUSES", "10,60,300,1800,7200")
DELIVER_EVERY = seconds("WAYBILL_DELIVER_EVERY", 1)
# A message that somebody set out to deliver so long ago is anybody's again.
DELIVERY_LEASE = seconds("WAYBILL_DELIVERY_LEASE", 120)
DELIVERY_THREADS = number("WAYBILL_DELIVERY_THREADS", 8)

_MAIL = urlsplit(text("WAYBILL_EMAIL_URL"))
if _MAIL.geturl() and (_MAIL.scheme not in ("smtp", "smtp+tls", "smtps") or not _MAIL.hostname):
    raise ImproperlyConfigured(
        "WAYBILL_EMAIL_URL must look like smtp+tls://user:password@host:587; smtps:// speaks TLS "
        "from the start, smtp:// never."
    )
# Whether e-mail can be sent at all.
EMAIL_IS_SET = bool(_MAIL.hostname)
EMAIL_HOST = _MAIL.hostname or "localhost"
EMAIL_PORT = _MAIL.port or {"smtps": 465, "smtp+tls": 587}.get(_MAIL.scheme, 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_MAIL.username or ""), unquote(_MAIL.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL.scheme == "smtps", _MAIL.scheme == "smtp+tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = text("WAYBILL_EMAIL_FROM", f"waybill@{urlsplit(PUBLIC_URL).hostname}")
# Besides members of the workspace, whoever has an address there may be told.
EMAIL_DOMAINS = [each.lower() for each in names("WAYBILL_EMAIL_DOMAINS")]

# Whether administrators may have scripts run.
SCRIPTS = flag("WAYBILL_SCRIPTS")
SCRIPT_SECONDS = seconds("WAYBILL_SCRIPT_SECONDS", 5)
