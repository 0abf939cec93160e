"""Forms whose answer shows a secret once: reloading that answer would send them a second time."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

from django.core.cache import cache
from django.utils.html import format_html

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from exports.web.loaders import PageRequest

_KEPT = 86_400  # seconds


def once() -> SafeString:
    """What stands in such a form: another one each time that it is shown."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid4().hex)


def is_sent_again(request: PageRequest) -> bool:
    """Whether this very form was sent before."""
    mark = request.POST.get("once", "")
    digest = sha256(f"{request.user.pk} {mark}".encode("utf-8", "surrogatepass")).hexdigest()
    return bool(mark) and not cache.add(f"once:{digest}", 1, _KEPT)
