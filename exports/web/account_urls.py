"""Signing in and out, and one's own password.

Of allauth's pages only these: people are made by an operator, and no mail is sent, so there is
nothing to sign up for, to confirm or to reset by mail.
"""

from __future__ import annotations

from allauth.account import views
from django.urls import path

from exports.web.views.account import forgotten, no_sign_up

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/reset/", forgotten, name="account_reset_password"),
    path("signup/", no_sign_up, name="account_signup"),
]
