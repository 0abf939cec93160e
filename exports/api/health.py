"""``/health``: whether this process lives, and whether it can work. It tells anybody, and no more.

Load balancers and supervisors ask it; neither has a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exports.domain.health import health

if TYPE_CHECKING:
    from django.http import HttpRequest


@never_cache
@require_safe
def live(_: HttpRequest) -> JsonResponse:
    """Asks nothing else: a process that answers need not be restarted."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(_: HttpRequest) -> JsonResponse:
    """200 while requests can be answered, also when what was accepted has to wait; else 503."""
    found = health()
    told = {name: {"state": state} for name, state in found.parts.items()}
    return JsonResponse({"status": found.status, **told}, status=200 if found.is_ready else 503)
