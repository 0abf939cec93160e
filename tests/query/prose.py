"""Words in texts, in plain Python, written apart from the SQL."""

from __future__ import annotations

import unicodedata

import snowballstemmer


def words(text: str) -> list[str]:
    """The words of a text: letters, marks and digits, with single apostrophes within."""
    folded = "".join(each.lower() for each in text.replace("\u2019", "'"))
    found, word = [], ""
    composed = f" {unicodedata.normalize('NFC', folded)} "
    for before, letter, after in zip(f" {composed}", composed, f"{composed[1:]} ", strict=False):
        if _in_words(letter) or (letter == "'" and _in_words(before) and _in_words(after)):
            word += letter
        elif word:
            found.append(word)
            word = ""
    return found


def _in_words(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"


def has_words(text: str, wanted: str) -> bool:
    return {_stem(each) for each in words(wanted)} <= {_stem(each) for each in words(text)}


def _stem(word: str) -> str:
    while word.endswith("'s"):
        word = word[:-2]
    stemmed: str = snowballstemmer.stemmer("english").stemWord(word)
    return stemmed


def has_phrase(text: str, wanted: str) -> bool:
    there, asked = words(text), words(wanted)
    return any(there[at : at + len(asked)] == asked for at in range(len(there)))
