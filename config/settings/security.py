"""What the browser is allowed to do, and what the network may ask."""

from __future__ import annotations

from csp.constants import NONE, SELF

from config.env import flag, names, number, secret, text
from config.production import is_production
from config.settings.storage import VAR_DIR

SECRET_KEY = secret("WAYBILL_SECRET_KEY", VAR_DIR / "secret_key")
_LOCAL = "" if is_production() else "localhost,127.0.0.1,[::1]"
ALLOWED_HOSTS = names("WAYBILL_HOSTS", _LOCAL)
CSRF_TRUSTED_ORIGINS = names("WAYBILL_ORIGINS")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True

# How many proxies of ours a request passes through: that many addresses of X-Forwarded-For count.
TRUSTED_PROXIES = number("WAYBILL_PROXIES", 0)

# Behind TLS. Without it, cookies work on http://localhost.
_HTTPS = flag("WAYBILL_HTTPS", default=is_production())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SECURE_SSL_REDIRECT = _HTTPS
# Who looks after a process asks it directly, not through the proxy that ends TLS.
SECURE_REDIRECT_EXEMPT = [r"^health/(live|ready)$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SESSION_ENGINE = "exports.web.sessions"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "exports.web.errors.csrf_failure"

# Who shows it may read the metrics; without one, only who asks from this host.
METRICS_TOKEN = text("WAYBILL_METRICS_TOKEN")

# How many requests a minute an API key may send; 0: as many as it likes.
RATE_LIMIT = number("WAYBILL_RATE_LIMIT", 1_200)

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
# Only the views that are made for uploads take files, by a handler of their own.
FILE_UPLOAD_HANDLERS = ["exports.domain.uploads.RefuseFiles"]
