"""Where each address leads: the API, signing in, then the pages."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("exports.api.urls")),
    path("account/", include("exports.web.account_urls")),
    path("", include("exports.web.urls")),
]

handler400 = "exports.web.errors.bad_request"
handler403 = "exports.web.errors.forbidden"
handler404 = "exports.web.errors.not_found"
handler429 = "exports.web.errors.too_many_requests"
handler500 = "exports.web.errors.server_error"
