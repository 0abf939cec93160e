"""What there is instead of signing up and of a password by mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_GET

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
def forgotten(request: HttpRequest) -> HttpResponse:
    return render(request, "account/forgotten.html")


@require_GET
def no_sign_up(request: HttpRequest) -> HttpResponse:
    return render(request, "account/signup_closed.html")
