"""What the page of documents asks for, out of its address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from exports.domain.documents import PAGE, REACH
from exports.web.loaders import get_text

if TYPE_CHECKING:
    from django.http import HttpRequest

    from exports.engine.preview import Preview

SIZES = (20, 50, 100)  # how many near ones


@dataclass(frozen=True, slots=True)
class Looking:
    """:ivar like: the key of the document whose near ones are wanted, as JSON; or empty.

    :ivar by: the vector that says how near they are. :ivar size: how many of them.
    """

    where: str = ""
    principal: str = ""
    like: str = ""
    by: str = ""
    offset: int = 0
    size: int = PAGE

    @classmethod
    def of(cls, request: HttpRequest) -> Looking:
        """Numbers that mean nothing are passed over."""
        size = _number(get_text(request, "size"))
        return cls(
            where=get_text(request, "where"),
            principal=get_text(request, "principal"),
            like=get_text(request, "like"),
            by=get_text(request, "by"),
            offset=min(_number(get_text(request, "offset")), REACH - PAGE),
            size=size if size in SIZES else PAGE,
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.where or self.principal)

    @property
    def like_title(self) -> str:
        """The key of that document as people read it."""
        return self.like.strip('"')

    @property
    def query(self) -> str:
        return self.query_with()

    @property
    def plain(self) -> str:
        """All documents, as the same principal."""
        return f"?{urlencode({'principal': self.principal})}" if self.principal else "?"

    @property
    def sizes(self) -> list[tuple[int, str]]:
        return [(each, self.query_with(size=each)) for each in SIZES]

    def query_with(self, **changes: str | int) -> str:
        """The address's query with some of it changed."""
        asked = {
            "where": self.where,
            "principal": self.principal,
            "like": self.like,
            "by": self.by,
            "offset": self.offset,
            "size": self.size if self.size != PAGE else 0,
        }
        said = {name: value for name, value in {**asked, **changes}.items() if value}
        return f"?{urlencode(said)}"

    def before(self) -> str:
        """The query of the page before; empty on the first."""
        return self.query_with(offset=max(0, self.offset - PAGE)) if self.offset else ""

    def after(self, shown: Preview) -> str:
        """The query of the next page; empty on the last that can be reached."""
        end = self.offset + len(shown.lines)
        more = end < shown.count or (not shown.exact and len(shown.lines) == PAGE)
        return self.query_with(offset=end) if more and end + PAGE <= REACH else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
