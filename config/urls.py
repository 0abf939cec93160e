"""Where each address leads: the API, what watches the service, signing in, then the pages."""

from __future__ import annotations

from django.urls import include, path

from exports.api.health import live, ready
from exports.api.metrics import metrics

urlpatterns = [
    path("api/v1/", include("exports.api.urls")),
    path("health/live", live, name="health_live"),
    path("health/ready", ready, name="health_ready"),
    path("metrics", metrics, name="metrics"),
    path("account/", include("exports.web.account_urls")),
    path("", include("exports.web.urls")),
]

handler400 = "exports.web.errors.bad_request"
handler403 = "exports.web.errors.forbidden"
handler404 = "exports.web.errors.not_found"
handler429 = "exports.web.errors.too_many_requests"
handler500 = "exports.web.errors.server_error"
