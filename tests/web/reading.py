"""Reads a page as a test needs it: the text of the elements that match."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"meta", "link", "input", "br", "hr", "img"}


class Element:
    """One element: its tag, attributes and all text within."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self._text: list[str] = []

    def add(self, text: str) -> None:
        self._text.append(text)

    @property
    def text(self) -> str:
        return " ".join("".join(self._text).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.add(data)


def elements(html: str, tag: str = "", **wanted: str) -> list[Element]:
    """The elements with this tag whose attributes hold these words (``class_``, ``id``, …)."""
    reader = _Reader()
    reader.feed(html)
    return [each for each in reader.elements if tag in ("", each.tag) and _fits(each, wanted)]


def texts(html: str, tag: str = "", **wanted: str) -> list[str]:
    return [each.text for each in elements(html, tag, **wanted)]


def one(html: str, tag: str = "", **wanted: str) -> Element:
    """The only such element."""
    (found,) = elements(html, tag, **wanted)
    return found


def _fits(element: Element, wanted: dict[str, str]) -> bool:
    return all(
        word in element.attributes.get(name.rstrip("_").replace("_", "-"), "").split()
        for name, word in wanted.items()
    )
