"""What can be done with an export, and why not what cannot be done now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from exports.models import Scope, State
from exports.web.wording import size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from exports.domain.access import Caller
    from exports.models import Export

_ADMINS = "Only admins of the workspace can do this."
_NOT_HERE = "Not possible: its collection was deleted, or is no longer yours to export."


@dataclass(frozen=True, slots=True)
class Action:
    """A button and a sentence.

    :ivar about: what follows; or, when it is not possible, why not.
    :ivar posts: it needs no further question.
    """

    name: str
    label: str
    icon: str
    about: str
    possible: bool = True
    address: str = ""
    posts: bool = False


@dataclass(frozen=True)
class Actions:
    """Of one export at one moment, as the caller may do them.

    :ivar exportable: whether he may still export its collection.
    """

    caller: Caller
    export: Export
    now: datetime
    exportable: bool

    @property
    def all(self) -> list[Action]:
        return [*self._made(), *self._repeated(), *self._kept(), self._delete()]

    def _made(self) -> Iterator[Action]:
        if not self._is_ready:
            yield self._never("download", "Download", "download", self._no_files())
        if self.export.is_active:
            about = "Final at once. Nothing of it is published."
            yield self._asks("cancel", "Cancel…", "stop", about)
        else:
            yield self._never("cancel", "Cancel…", "stop", "Not possible: it has ended.")

    def _repeated(self) -> Iterator[Action]:
        if self.export.is_active or not self.exportable:
            why = "Not yet: it has not ended." if self.exportable else _NOT_HERE
            yield self._never("retry", "Run again", "again", why)
        else:
            about = "A new export of the same request."
            yield Action("retry", "Run again", "again", about, True, self._address("retry"), True)
        if not self.exportable:
            yield self._never("duplicate", "Duplicate and change…", "copy", _NOT_HERE)
            yield self._never("template", "Save as a template…", "templates", _NOT_HERE)
            return
        slug = self.caller.namespace.slug
        form = f"{reverse('web:create', args=[slug])}?from={self.export.uid}"
        about = "The form of a new export, filled in as this one was."
        yield Action("duplicate", "Duplicate and change…", "copy", about, address=form)
        form = f"{reverse('web:template_new', args=[slug])}?from={self.export.uid}"
        about = "Then one click makes it again."
        yield Action("template", "Save as a template…", "templates", about, address=form)

    def _kept(self) -> Iterator[Action]:
        held = bool(self.export.hold_reason)
        word, icon = ("Release…", "unlock") if held else ("Hold…", "lock")
        name = "release" if held else "hold"
        why = "" if self.caller.may(Scope.ADMIN) else _ADMINS
        why = why or ("" if self._is_ready else self._no_files())
        if why:
            yield self._never("keep", "Keep longer…", "expired", why)
            yield self._never(name, word, icon, why)
            return
        yield self._asks("keep", "Keep longer…", "expired", "Its files expire later.")
        about = "It neither expires nor can be deleted until it is released."
        yield self._asks(name, word, icon, f"It is held. {about}" if held else about)

    def _delete(self) -> Action:
        if self.export.hold_reason:
            return self._never("delete", "Delete…", "trash", "Not possible while it is held.")
        goes = "Cancels it first. " if self.export.is_active else ""
        if self._is_ready:
            goes = f"Its files go: {size(self.export.bytes_done)}. "
        return self._asks("delete", "Delete…", "trash", f"{goes}Its line in the history stays.")

    @property
    def _is_ready(self) -> bool:
        return self.export.state == State.READY and not self.export.is_over(self.now)

    def _no_files(self) -> str:
        if self.export.is_active:
            return "Not yet: the files appear once all of it is checked."
        if self.export.is_over(self.now):
            return "Not any more: the files have expired."
        return "Not possible: nothing was published."

    def _asks(self, name: str, label: str, icon: str, about: str) -> Action:
        return Action(name, label, icon, about, address=self._address(name))

    def _never(self, name: str, label: str, icon: str, why: str) -> Action:
        return Action(name, label, icon, why, possible=False)

    def _address(self, name: str) -> str:
        return reverse(f"web:{name}", args=[self.caller.namespace.slug, self.export.uid])
