"""Every word that has a given English stem: the stemmer's steps, taken backwards.

DuckDB has no stemmer, and to ask Python about each word of each document would take minutes. But
each step of the Snowball stemmer takes off or changes one of a few endings, or none. Undone from
the last to the first, they give every word that could have the stem, and some more; the stemmer
itself then says which of them do. So a regular expression can look for them, and is exact.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from threading import local

from snowballstemmer.english_stemmer import EnglishStemmer

# What a step leaves at the end of a word, and what may have stood there before it.
Undone = tuple[str, str]


def _undone(left: str, *stood: str) -> tuple[Undone, ...]:
    return tuple((left, each) for each in stood)


_PAST = ("ed", "edly", "ing", "ingly")

# Steps 5 to 2: they take off what makes one word of another.
_LAST: tuple[tuple[Undone, ...], ...] = (
    (("", "e"), ("l", "ll")),
    (
        *_undone("", "ic", "ance", "ence", "able", "ible", "ate", "ive", "ize", "iti", "al"),
        *_undone("", "ism", "ion", "er", "ous", "ant", "ent", "ment", "ement"),
    ),
    (
        *(("al", "alize"), ("ate", "ational"), ("tion", "tional")),
        *_undone("", "ative", "ful", "ness"),
        *_undone("ic", "icate", "iciti", "ical"),
    ),
    (
        *(("", "li"), ("able", "abli"), ("ance", "anci"), ("ence", "enci"), ("ent", "entli")),
        *(("less", "lessli"), ("tion", "tional")),
        *_undone("al", "alli", "aliti", "alism"),
        *_undone("ate", "ational", "ation", "ator"),
        *_undone("ble", "bli", "biliti"),
        *_undone("ful", "fulli", "fulness"),
        *_undone("ive", "iviti", "iveness"),
        *_undone("ize", "ization", "izer"),
        *_undone("og", "ogi", "ogist"),
        *_undone("ous", "ousli", "ousness"),
    ),
)
# Steps 1c to 1a: they bend words.
_FIRST: tuple[tuple[Undone, ...], ...] = (
    (("i", "y"),),
    (
        *(("ee", "eed"), ("ee", "eedly"), ("ie", "ying")),
        *_undone("", *_PAST),
        *_undone("e", *_PAST),
        *((letter, f"{letter}{letter}{past}") for letter in "bdfgmnprt" for past in _PAST),
    ),
    (("", "s"), ("ss", "sses"), *_undone("i", "ies", "ied"), *_undone("ie", "ies", "ied")),
)
# Whole words that it knows: skies, and idly, gently, singly. The others come of the steps too.
_EXCEPTIONS: tuple[Undone, ...] = (("y", "ies"), ("l", "ly"))
_BENT = re.compile(r"((?<![us])s|ed|ing|y)$")


_own = local()  # a stemmer holds the word that it is at


def stem(word: str) -> str:
    """The English stem of a word in lower case."""
    stemmer = getattr(_own, "stemmer", None)
    if stemmer is None:
        stemmer = _own.stemmer = EnglishStemmer()
    found: str = stemmer.stemWord(word)
    return found


@functools.lru_cache(maxsize=1024)
def pattern(root: str) -> str:
    """A regular expression of all words whose stem is ``root``.

    They are in lower case and without a possessive ``'s`` at the end.

    :param root: a stem; letters, marks, digits and apostrophes, of which none needs escaping.
    """
    grouped: dict[tuple[str, ...], list[str]] = {}
    known: dict[str, tuple[str, ...]] = {}
    for body in sorted(_bodies(root)):
        # Behind so much of an ending, only the last letters tell how a word bends.
        alike = f"-{body[-3:]}" if len(body) > len(root) + 3 else body
        ends = known.get(alike) or known.setdefault(alike, _ends(body, root))
        if ends:
            grouped.setdefault(ends, []).append(body[:-2])
    words = [each for each in _before({root}, _EXCEPTIONS) if stem(each) == root]
    words += [f"{_either(starts)}{_either(ends)}" for ends, starts in grouped.items()]
    return f"(?:{'|'.join(words)})"


def _bodies(root: str) -> set[str]:
    """The words that come to the root once they have been unbent."""
    words = {root}
    for step in _LAST:
        words |= _before(words, step)
    return {each for each in words if each == root or _leads_to(root, each)}


def _leads_to(root: str, body: str) -> bool:
    """Whether it may do so; whether it does cannot be asked of one that would be unbent itself.

    The possessive is for the stemmer not to take it for one of the whole words that it knows.
    """
    return _BENT.search(body) is not None or stem(f"{body}'s") == root


def _ends(body: str, root: str) -> tuple[str, ...]:
    """How the words that bend to ``body`` end, where its last two letters stand."""
    words = {body}
    for step in _FIRST:
        words |= _before(words, step)
    return tuple(sorted(each[len(body[:-2]) :] for each in words if stem(each) == root))


def _before(words: Iterable[str], step: tuple[Undone, ...]) -> set[str]:
    """The words of which the step may have made one of these."""
    return {
        each[: len(each) - len(left)] + stood
        for each in words
        for left, stood in step
        if each.endswith(left)
    }


def _either(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    same = next(
        (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first)
    )
    rest = [each[same:] for each in texts]
    return f"{first[:same]}(?:{'|'.join(rest)})" if any(rest) else first
