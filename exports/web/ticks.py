"""What was ticked in the tree of fields, as fields of a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from exports.web.fields import Field, Outline


@dataclass(slots=True)
class Choice:
    """The ``paths``, ``include`` and ``expand`` of a request."""

    paths: list[str] = field(default_factory=list)
    include: list[str] = field(default_factory=list)
    expand: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stranger:
    """A path that is asked for and has no box in the tree: behind a second reference, or gone.

    :ivar name: the field of the form that holds it.
    """

    name: str
    path: str


def strangers_of(
    outline: Outline, ticked: list[str], whole: list[str], added: Collection[str]
) -> list[Stranger]:
    """Those of a form, in the order in which they came."""
    boxes = {each.path for each in outline.all() if not (each.is_key or each.is_vector)}
    followed = {each.path for each in outline.all() if each.behind}
    found = [
        Stranger("include" if path in added else "paths", path)
        for path in ticked
        if path not in boxes
    ]
    return [*found, *(Stranger("expand", path) for path in whole if path not in followed)]


def chosen(
    outline: Outline, ticked: list[str], whole: list[str], added: Collection[str] = ()
) -> Choice:
    """What the ticks mean, in the order in which they came.

    Ticks of fields that are not optional say exactly which of those come; without any, all do,
    and an optional field is added to them. A field brings what lies within it; a reference only
    its key, unless its whole document is wanted.

    :param ticked: the paths of the ticked fields, in the order wanted; one that is not in the tree
        stays, so that the domain can say what is wrong with it, or what it leads to.
    :param whole: the references whose whole documents are wanted.
    :param added: those of the ticked that come in addition, where the tree does not say so.
    """
    known = {each.path: each for each in outline.all()}
    extra = {path for path, each in known.items() if _is_extra(each, known, whole)}
    extra.update(path for path in added if path not in known)
    exactly = bool(set(ticked) - extra)
    asked = [*ticked, *(path for path in whole if path in known and path not in ticked)]
    full = _brought(known, asked, whole)
    made = Choice(expand=list(whole))
    for path in asked:
        each = known.get(path)
        if each is None:
            (made.include if path in extra else made.paths).append(path)
        elif each.above in full and not each.optional:
            continue
        elif path in extra and (not exactly or each.above in full):
            made.include.append(path)
        elif exactly and path not in made.paths:
            made.paths.append(path)
    return made


def _brought(known: Mapping[str, Field], asked: list[str], whole: list[str]) -> set[str]:
    """What brings everything within it that is not optional."""
    full: set[str] = set()
    for path, each in known.items():
        within = path in asked or (each.above in full and not each.optional)
        if path in whole or (within and not each.is_reference):
            full.add(path)
    return full


def _is_extra(each: Field, known: Mapping[str, Field], whole: list[str]) -> bool:
    """Whether it comes in addition to the others, and does not say which those are.

    Behind a reference of which only some fields are wanted, the reference decides.
    """
    if each.through and each.through not in whole:
        return known[each.through].left_out
    return each.left_out
