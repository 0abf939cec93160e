"""What events are about, as pages call it: its name, its address, and what an export holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from exports.models import Export, Scope, State
from exports.web.frozen import filter_text
from exports.web.tags import plural
from exports.web.wording import size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exports.domain.access import Caller


@dataclass(frozen=True, slots=True)
class Subject:
    """:ivar address: of its page; empty when it has none. :ivar gone: what became of it.
    :ivar facts: of an export: collection, format, rows. :ivar filter: what it asked for.
    """

    name: str = ""
    address: str = ""
    gone: str = ""
    facts: str = ""
    filter: str = ""


NOTHING = Subject()


def subjects_of(caller: Caller, ids: Iterable[str]) -> dict[str, Subject]:
    """Those that are the namespace's own, by their ids: one query for each kind there is."""
    wanted: dict[str, list[str]] = {}
    for each in {*ids}:
        wanted.setdefault(each.partition("_")[0].partition(":")[0], []).append(each)
    found: dict[str, Subject] = {}
    for kind, look_up in _KINDS.items():
        if kind in wanted:
            found.update(look_up(caller, wanted[kind]))
    return found


def _exports(caller: Caller, uids: list[str]) -> Iterator[tuple[str, Subject]]:
    for each in caller.namespace.exports.filter(uid__in=uids).select_related("collection"):
        path = "" if each.deleted_at else reverse("web:export", args=[_slug(caller), each.uid])
        yield each.uid, Subject(each.label, path, _gone(each), _facts(each), filter_text(each))


def _collections(caller: Caller, uids: list[str]) -> Iterator[tuple[str, Subject]]:
    found = caller.namespace.collections.filter(uid__in=uids)
    for uid, name, deleted in found.values_list("uid", "name", "deleted_at"):
        path = "" if deleted else reverse("web:collection", args=[_slug(caller), name])
        yield uid, Subject(name, path, "deleted" if deleted else "")


def _principals(caller: Caller, uids: list[str]) -> Iterator[tuple[str, Subject]]:
    found = caller.namespace.principals.filter(uid__in=uids)
    for uid, name, deleted in found.values_list("uid", "name", "deleted_at"):
        path = "" if deleted else _for_admins(caller, "web:principal", uid)
        yield uid, Subject(name, path, "deleted" if deleted else "")


def _keys(caller: Caller, uids: list[str]) -> Iterator[tuple[str, Subject]]:
    found = caller.namespace.keys.filter(uid__in=uids)
    for uid, label, revoked in found.values_list("uid", "label", "revoked_at"):
        yield uid, Subject(label, gone="revoked" if revoked else "")


def _people(caller: Caller, ids: list[str]) -> Iterator[tuple[str, Subject]]:
    """Members; who is none any more is told in the particulars."""
    texts = [each.partition(":")[2] for each in ids]
    numbers = [int(each) for each in texts if each.isdecimal()]
    found = caller.namespace.memberships.filter(user__in=numbers)
    for number, email, uid in found.values_list("user", "user__email", "uid"):
        yield f"user:{number}", Subject(email, _for_admins(caller, "web:member", uid))


def _templates(caller: Caller, uids: list[str]) -> Iterator[tuple[str, Subject]]:
    found = caller.namespace.templates.filter(uid__in=uids)
    for uid, name in found.values_list("uid", "name"):
        yield uid, Subject(name, reverse("web:template", args=[_slug(caller), uid]))


def _workspace(caller: Caller, _: list[str]) -> Iterator[tuple[str, Subject]]:
    yield caller.namespace.uid, Subject(caller.namespace.name)


_KINDS = {
    "exp": _exports,
    "col": _collections,
    "prn": _principals,
    "key": _keys,
    "user": _people,
    "tpl": _templates,
    "ns": _workspace,
}


def _for_admins(caller: Caller, name: str, uid: str) -> str:
    """The address of a page that no auditor may open."""
    return reverse(name, args=[_slug(caller), uid]) if caller.may(Scope.ADMIN) else ""


def _slug(caller: Caller) -> str:
    return caller.namespace.slug


def _gone(export: Export) -> str:
    if export.deleted_at:
        return "deleted"
    return "expired" if export.state == State.EXPIRED else ""


def _facts(export: Export) -> str:
    facts = [export.collection.name, export.get_format_display()]
    if export.state in (State.READY, State.EXPIRED):
        facts += [plural(export.rows_done, "row,rows"), size(export.bytes_done)]
    return " · ".join(facts)
