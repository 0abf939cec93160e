"""Signed in without a form: who has just shown his password."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as METHODS
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.test import Client

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam

    from exports.models import User


def entered(user: User) -> Client:
    """A client that may change what asks for the password anew."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[METHODS] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session[f"{METHODS}_user"] = str(user.pk)
    session.save()
    return client


def cookie_of(user: User, address: str) -> SetCookieParam:
    """What a browser needs to go on as him."""
    session = entered(user).cookies[settings.SESSION_COOKIE_NAME]
    return {"name": session.key, "value": session.value, "url": address}


def second_factor_on(user: User) -> None:
    """As after setting it up, with an app and recovery codes."""
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
