"""Under ``/api/`` an error is a problem, whoever answered it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse

from exports.api.problems import CONTENT_TYPE, ProblemResponse, problem_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_PREFIX = "/api/"

_DETAILS = {
    400: ("bad_request", "The request cannot be understood."),
    403: ("forbidden", "This is not allowed."),
    404: ("not_found", "There is nothing at this address. See /api/v1/docs."),
    405: ("method_not_allowed", "This address takes {allow} only."),
    413: ("too_large", "A request is at most 1 MiB."),
    503: ("unavailable", "The database is busy. Try again in a moment."),
}
_OTHERS = ("internal", "Something went wrong here. The operator's log says more.")


class ProblemMiddleware:
    """Django's own answers (no such address, wrong method, a failure) are made for people;
    here they become what scripts read. Status and headers stay as they are.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if (
            request.path_info.startswith(_PREFIX)
            and response.status_code >= 400
            and isinstance(response, HttpResponse)
            and not isinstance(response, ProblemResponse)
        ):
            _make_problem(response)
        return response


def _make_problem(response: HttpResponse) -> None:
    code, detail = _DETAILS.get(response.status_code, _OTHERS)
    detail = detail.format(allow=response.get("Allow", ""))
    response.content = problem_text(response.status_code, code, detail).encode()
    response["Content-Type"] = CONTENT_TYPE
    response["Content-Length"] = str(len(response.content))
