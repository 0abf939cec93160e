"""Who signs in, and how."""

from __future__ import annotations

from typing import Any

from config.env import text

AUTH_USER_MODEL = "exports.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "exports.web.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = False
# Counted in the database's cache: they hold over all processes, and need no Redis. A wrong code of
# the second factor is a failed sign-in too.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/10m/ip,5/5m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds

MFA_ADAPTER = "exports.web.secondfactor.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "exports.web.secondfactor.CodeForm",
    "reauthenticate": "exports.web.secondfactor.CodeAgainForm",
}
MFA_TOTP_ISSUER = "Waybill"
# The code before and the one after are taken too: typing takes a while, and clocks differ.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Nobody signs up, so no address has to be confirmed before.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# People may sign in with an account elsewhere, when the operator names where.
OIDC_URL = text("WAYBILL_OIDC_URL").rstrip("/")
OIDC_NAME = text("WAYBILL_OIDC_NAME", "OpenID Connect") if OIDC_URL else ""

SOCIALACCOUNT_ADAPTER = "exports.web.openid.SocialAdapter"
# A link, since a form could not lead to another site under our policy for forms.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False


def oidc_providers(url: str, name: str, client_id: str, client_secret: str) -> dict[str, Any]:
    """What allauth takes: the one place that people may come from."""
    app = {
        "provider_id": "openid",
        "name": name,
        "client_id": client_id,
        "secret": client_secret,
        "settings": {"server_url": url, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}


SOCIALACCOUNT_PROVIDERS = (
    oidc_providers(
        OIDC_URL, OIDC_NAME, text("WAYBILL_OIDC_CLIENT_ID"), text("WAYBILL_OIDC_CLIENT_SECRET")
    )
    if OIDC_URL
    else {}
)
