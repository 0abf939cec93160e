"""Words in texts: what a word is, and tests for words and phrases as regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlglot import exp

from exports.query import regex
from exports.query.errors import Invalid, TooLarge
from exports.query.expressions import function, lower
from exports.query.stems import pattern, stem
from exports.query.tree import Operator
from exports.query.values import shown

WORDS = 50
LETTERS = 100

# A word is a run of letters, marks and digits; a single apostrophe within it belongs to it.
_LETTER = r"\p{L}\p{M}\p{N}"
_CURLY = "\u2019"
_APOSTROPHE = f"'{_CURLY}"
_WORD = rf"[{_LETTER}]+(?:[{_APOSTROPHE}][{_LETTER}]+)*"
# RE2 cannot look around, so these take the characters beside a word.
_BEFORE = rf"(?:^|[^{_LETTER}{_APOSTROPHE}]|(?:^|[^{_LETTER}])[{_APOSTROPHE}])"
_BETWEEN = rf"(?:[^{_LETTER}{_APOSTROPHE}]|[{_APOSTROPHE}][^{_LETTER}])[^{_LETTER}]*"
_AFTER = rf"(?:$|[^{_LETTER}{_APOSTROPHE}]|[{_APOSTROPHE}](?:$|[^{_LETTER}]))"
_POSSESSIVE = rf"(?:[{_APOSTROPHE}]s)*"
_OWNED = re.compile(r"('s)+$")


def read(operator: Operator, value: object, *, name: str, at: str) -> tuple[str, ...]:
    """The words of the value of a test, in lower case and composed, with straight apostrophes.

    For ``words`` they come once each and without a possessive ``'s``.

    :param name: what the message calls the operator.
    :raises Invalid: the value is no text, or has no word.
    :raises TooLarge: more than 50 words, or one of more than 100 characters.
    """
    example = 'such as "night flight"'
    if not isinstance(value, str):
        raise Invalid(at, f"{name} needs a text {example}, not {shown(value)}.")
    found = [each.replace(_CURLY, "'") for each in regex.found(_WORD, value)]
    if not found:
        message = f"There is no word in {shown(value)}; write letters or digits, {example}."
        raise Invalid(at, message)
    if operator is Operator.WORDS:
        found = list(dict.fromkeys(_OWNED.sub("", each) for each in found))
    if len(found) > WORDS or any(len(each) > LETTERS for each in found):
        message = f"{name} takes at most {WORDS} words of {LETTERS} characters; leave some out."
        raise TooLarge(at, message)
    return tuple(found)


def has_words(value: exp.Expr, words: Iterable[str]) -> exp.Expr:
    """A word of the text has the same English stem, for each of the words."""
    roots = dict.fromkeys(stem(each) for each in words)
    found = (f"{_BEFORE}{_written(pattern(root))}{_POSSESSIVE}{_AFTER}" for root in roots)
    return exp.and_(*(_matches(value, each) for each in found), copy=False)


def has_phrase(value: exp.Expr, words: Iterable[str]) -> exp.Expr:
    """The words stand in the text one after the other, with no other between them."""
    return _matches(value, f"{_BEFORE}{_BETWEEN.join(_written(each) for each in words)}{_AFTER}")


def _matches(value: exp.Expr, expression: str) -> exp.Expr:
    text = function("nfc_normalize", lower(value.copy()))
    return function("regexp_matches", text, exp.Literal.string(expression))


def _written(expression: str) -> str:
    """The expression for both kinds of apostrophe."""
    return expression.replace("'", f"[{_APOSTROPHE}]")
