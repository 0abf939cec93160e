"""What was ticked in the tree of fields, as fields of a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exports.web.fields import Field, Outline


@dataclass(slots=True)
class Choice:
    """The ``paths``, ``include`` and ``expand`` of a request."""

    paths: list[str] = field(default_factory=list)
    include: list[str] = field(default_factory=list)
    expand: list[str] = field(default_factory=list)


def chosen(outline: Outline, ticked: list[str], whole: list[str]) -> Choice:
    """What the ticks mean, in the order of the tree.

    Ticks of fields that are not optional say exactly which of those come; without any, all do.
    An optional field is added to them. A field brings what lies within it; a reference only its
    key, unless its whole document is wanted.

    :param ticked: the paths of the ticked fields; one that is not in the tree stays, so that the
        domain can say what is wrong with it.
    :param whole: the references whose whole documents are wanted.
    """
    known = {each.path: each for each in outline.all()}
    strangers = [path for path in ticked if path not in known]
    extra = {path for path, each in known.items() if _is_extra(each, known, whole)}
    exactly = bool(strangers or set(ticked) - extra)
    made = Choice(expand=list(whole))
    full: set[str] = set()  # what brings everything within it that is not optional
    for path, each in known.items():
        brought = each.above in full and not each.optional
        wanted = path in ticked or (path in whole and (exactly or each.left_out))
        if wanted and not brought:
            (made.include if path in extra else made.paths).append(path)
        if path in whole or ((wanted or brought) and not each.is_reference):
            full.add(path)
    made.paths += strangers
    return made


def _is_extra(each: Field, known: Mapping[str, Field], whole: list[str]) -> bool:
    """Whether it comes in addition to the others, and does not say which those are.

    Behind a reference of which only some fields are wanted, the reference decides.
    """
    if each.through and each.through not in whole:
        return known[each.through].left_out
    return each.left_out
