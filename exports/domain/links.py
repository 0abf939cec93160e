"""Links that work without a session: signed by us, for one file, for an hour at most.

A link is no right of its own: whoever holds it downloads as the one who made it, and only as long
as that one may.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.db import transaction

from exports.domain.access import caller_for_key, caller_in
from exports.domain.audit import audit_append
from exports.domain.clock import database_now
from exports.domain.downloads import download_authorise
from exports.domain.errors import EXPIRED, DomainError, Gone, NotFound
from exports.domain.keys import key_holds
from exports.domain.secondfactor import second_factor_lacks
from exports.models import ApiKey, Namespace, User

if TYPE_CHECKING:
    from exports.domain.access import Caller

_SALT = "exports.link"
_LONGEST = timedelta(hours=1)


class LinksOff(DomainError):
    """The operator wants no links."""

    status = 403
    code = "links_off"

    def __init__(self) -> None:
        super().__init__("Links are switched off here. Download with a key, or signed in.")


class LinkInvalid(DomainError):
    """Not signed by us, for something else, too old, or of somebody who may no longer."""

    status = 403
    code = "link_invalid"

    def __init__(self) -> None:
        super().__init__("This link is not valid, or its time is over. Ask for a new one.")


@dataclass(frozen=True, slots=True)
class Link:
    """``token`` opens the file until ``expires_at``."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """What a token opens, and as whom."""

    caller: Caller
    uid: str
    name: str


def link_make(caller: Caller, uid: str, name: str) -> Link:
    """A link to a file that the caller may download now.

    :raises LinksOff, NotFound, Gone, Forbidden:
    """
    if not settings.LINKS:
        raise LinksOff
    file = download_authorise(caller, uid, name)
    now = database_now()
    if file.export.is_over(now):
        raise Gone(EXPIRED)
    ends = now + min(settings.DOWNLOAD_GRACE, _LONGEST)
    if file.export.expires_at and not file.export.hold_reason:
        ends = min(ends, file.export.expires_at)
    until = ends.replace(microsecond=0)
    key = caller.key.pk if caller.key else 0
    said = [caller.namespace.pk, uid, name, caller.user.pk, key, int(until.timestamp())]
    with transaction.atomic():
        audit_append(
            caller.namespace,
            "export.linked",
            actor=caller.actor,
            subject=uid,
            file=name,
            until=until.isoformat(),
        )
    return Link(signing.dumps(said, salt=_SALT), until)


def link_open(token: str, *, address: str = "") -> Opened:
    """Who made a link, as he stands now, and the file that it is for.

    :raises LinksOff, LinkInvalid:
    """
    if not settings.LINKS:
        raise LinksOff
    try:
        namespace, uid, name, user, key, until = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise LinkInvalid from None
    if datetime.fromtimestamp(until, UTC) <= database_now():
        raise LinkInvalid
    caller = _maker(namespace, user, key, address)
    if caller is None:
        raise LinkInvalid
    return Opened(caller, uid, name)


def _maker(namespace: int, user: int, key: int, address: str) -> Caller | None:
    if not key:
        place = Namespace.objects.filter(pk=namespace).first()
        person = User.objects.filter(pk=user).first()
        if not place or not person or second_factor_lacks(place, person):
            return None
        return caller_in(place, person, address=address)
    found = ApiKey.objects.select_related("owner", "namespace", "principal").filter(pk=key).first()
    if found is None or not key_holds(found):
        return None
    try:
        return caller_for_key(found, address=address)
    except NotFound:
        return None
