"""Template tags: icons, and the wording of numbers and times."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.template import Library
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html

from exports.web import wording
from exports.web.once import once
from exports.web.ticks import Stranger, strangers_of

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from exports.models import Collection, Export
    from exports.web.fields import Outline
    from exports.web.forms import ExportForm

register = Library()
register.filter("number", wording.number)
register.filter("size", wording.size)
register.filter("duration", wording.duration)
register.filter("absolute", wording.absolute)
register.simple_tag(once)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing of ``static/icons.svg``; it says nothing that words beside it do not."""
    return format_html(
        '<svg class="icon icon-{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        name,
        static("icons.svg"),
        name,
    )


@register.simple_tag
def oidc_name() -> str:
    """Where people may sign in besides here; empty: nowhere."""
    return str(settings.OIDC_NAME)


@register.simple_tag
def ago(moment: datetime | None) -> SafeString | str:
    """A time as how long ago it was; the exact one shows on hover."""
    return _time(moment, wording.ago(moment, timezone.now())) if moment else "—"


@register.simple_tag
def until(moment: datetime | None) -> SafeString | str:
    return _time(moment, wording.until(moment, timezone.now())) if moment else "—"


@register.simple_tag
def at(moment: datetime | None) -> SafeString | str:
    return _time(moment, wording.absolute(moment)) if moment else "—"


@register.simple_tag
def stamp(moment: datetime) -> SafeString:
    """A time short enough for a column of them."""
    return _time(moment, f"{moment:%-d %b %Y, %H:%M:%S}")


@register.filter
def took(export: Export) -> str:
    """How long it ran, or has been running."""
    return wording.duration(export.seconds_run(timezone.now()))


@register.filter
def days(length: timedelta) -> str:
    return plural(length.days, "day,days")


@register.filter
def field_count(collection: Collection) -> int:
    """How many fields there are, those within others counted too."""
    return sum(1 for _ in collection.schema.paths())


@register.simple_tag
def strangers(form: ExportForm, outline: Outline) -> list[Stranger]:
    """What a form asks for that cannot be ticked in the tree; another tree begins without."""
    if not form.is_bound:
        return []
    return strangers_of(outline, form.ticked, form.whole, form.added)


@register.filter
def plural(count: int | None, forms: str) -> str:
    """``{{ 3|plural:"row,rows" }}`` is ``3 rows``."""
    one, many = forms.split(",")
    return f"{wording.number(count)} {one if count == 1 else many}"


def _time(moment: datetime, text: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        wording.absolute(moment),
        text,
    )
