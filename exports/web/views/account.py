"""What stands before or instead of allauth's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account import views
from allauth.mfa.models import Authenticator
from django.shortcuts import render
from django.views.decorators.http import require_GET

from exports.domain.access import namespaces_of
from exports.web.loaders import PageRequest, signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
def forgotten(request: HttpRequest) -> HttpResponse:
    return render(request, "account/forgotten.html")


@require_GET
def no_sign_up(request: HttpRequest) -> HttpResponse:
    return render(request, "account/signup_closed.html")


@signed_in
def password_change(request: PageRequest) -> HttpResponse:
    """Somebody who only ever came from elsewhere has none to change."""
    if not request.user.has_usable_password():
        return render(request, "account/forgotten.html")
    answer: HttpResponse = views.password_change(request)
    return answer


@require_GET
@signed_in
def second_factor(request: PageRequest) -> HttpResponse:
    """Whether there is one, who asks for it, and how many recovery codes are left."""
    kept = {each.type: each.wrap() for each in Authenticator.objects.filter(user=request.user)}
    totp = kept.get(Authenticator.Type.TOTP)
    codes = kept.get(Authenticator.Type.RECOVERY_CODES)
    said = {
        "totp": totp and totp.instance,
        "codes_left": len(codes.get_unused_codes()) if codes else 0,
        "asking": namespaces_of(request.user).filter(requires_second_factor=True),
    }
    return render(request, "mfa/index.html", said)
