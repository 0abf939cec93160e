"""Forms whose answer shows a secret once: reloading that answer would send them a second time."""

from __future__ import annotations

from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

from django.core.cache import cache
from django.utils.html import format_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.utils.safestring import SafeString

    from exports.web.loaders import PageRequest

_KEPT = 86_400  # seconds


def once() -> SafeString:
    """What stands in such a form: another one each time that it is shown."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid4().hex)


@contextmanager
def only_once(request: PageRequest) -> Iterator[bool]:
    """Whether this very form, with all that was typed, is sent for the first time.

    What fails in the body was not done, and may be sent again.
    """
    typed = f"{request.user.pk} {request.POST.urlencode()}"
    mark = f"once:{sha256(typed.encode()).hexdigest()}"
    first = not request.POST.get("once") or cache.add(mark, 1, _KEPT)
    try:
        yield first
    except Exception:
        if first:
            cache.delete(mark)
        raise
