"""The addresses of the REST interface, below ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from exports.api.api import api

urlpatterns = [path("", api.urls)]
