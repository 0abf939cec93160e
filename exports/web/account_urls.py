"""One's own account: signing in and out, the profile, password and second factor.

Of allauth's pages only these: people are made by an operator, and no mail is sent, so there is
nothing to sign up for, to confirm or to reset by mail. No cache keeps any of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path
from django.views.decorators.cache import never_cache

from exports.web.openid import openid_callback, openid_cancelled, openid_login
from exports.web.views.account import forgotten, no_sign_up, password_change, second_factor
from exports.web.views.profile import profile, sessions_over

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http.response import HttpResponseBase
    from django.urls import URLPattern

_OPENID = {"provider_id": "openid"}


def _page(
    address: str, view: Callable[..., HttpResponseBase], *, name: str, **fixed: str
) -> URLPattern:
    return path(address, never_cache(view), fixed, name=name)


urlpatterns = [
    _page("login/", views.login, name="account_login"),
    _page("logout/", views.logout, name="account_logout"),
    _page("inactive/", views.account_inactive, name="account_inactive"),
    _page("again/", views.reauthenticate, name="account_reauthenticate"),
    _page("password/change/", password_change, name="account_change_password"),
    _page("password/reset/", forgotten, name="account_reset_password"),
    _page("signup/", no_sign_up, name="account_signup"),
    _page("profile", profile, name="account_profile"),
    _page("sessions/end", sessions_over, name="account_sessions_end"),
    _page("second-factor/", second_factor, name="mfa_index"),
    _page("second-factor/code/", mfa.authenticate, name="mfa_authenticate"),
    _page("second-factor/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    _page("second-factor/on/", totp.activate_totp, name="mfa_activate_totp"),
    _page("second-factor/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    _page("second-factor/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    _page(
        "second-factor/codes/new/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    _page("openid/login/", openid_login, name="openid_connect_login", **_OPENID),
    _page("openid/callback/", openid_callback, name="openid_connect_callback", **_OPENID),
    _page("openid/cancelled/", openid_cancelled, name="socialaccount_login_cancelled"),
]
