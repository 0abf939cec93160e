"""Words and phrases: what a word is, whatever the case, by its stem or to the letter."""

from __future__ import annotations

import functools
import random
import re
from collections import defaultdict

import pytest
import snowballstemmer

from exports.query.errors import Invalid, TooLarge
from exports.query.parse import parse
from exports.query.schema import Kind, Schema
from exports.query.stems import pattern, stem
from exports.query.tree import Operator
from exports.query.tree import Test as Question
from tests.query.library import connection, integer, listed, run, scalar, text

SCHEMA = Schema(
    "id",
    (
        integer("id"),
        text("story"),
        listed("lines", text()),
        scalar("mood", Kind.ENUM, "ENUM('Running late', 'at rest')"),
    ),
)
STORIES = [
    "The runner was running",
    "RUNS in the family",
    "pruning",
    "don't stop",
    "Don\u2019t  Stop!",
    "don t stop",
    "the dog's bowl",
    "the dogs bowl",
    "a well-known na\u00efve na\u00cfVET\u00c9",
    "well... KNOWN nai\u0308ve",
    "a 'quoted' word",
    "caf\u00e9_2 \u4e16\u754c",
    "one\ntwo\tthree",
    "",
    "?!",
    None,
]


def leaf(field: str, operator: str, value: object, **more: object) -> dict[str, object]:
    return {"field": field, "operator": operator, "value": value, **more}


@functools.cache
def stories() -> str:
    columns = ", ".join(f'"{each.name}" {each.sql}' for each in SCHEMA.properties)
    connection().execute(f"CREATE TABLE stories ({columns})")
    moods = ["Running late", "at rest", None]
    for number, story in enumerate(STORIES):
        lines = [story, None, "the end"] if number % 2 else None
        row = [number, story, lines, moods[number % 3]]
        connection().execute("INSERT INTO stories VALUES (?, ?, ?, ?)", row)
    return "stories"


def found(operator: str, value: str, field: str = "story") -> list[int]:
    return run(parse(leaf(field, operator, value), SCHEMA), SCHEMA, source=stories())


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("run", [0, 1]),
        ("Running", [0, 1]),
        ("runner", [0]),
        ("family run", [1]),
        ("run run runs", [0, 1]),
        ("pruned", [2]),
        ("don't", [3, 4]),
        ("don\u2019t", [3, 4]),
        ("don", [5]),
        ("t", [5]),
        ("stopping, DON'T", [3, 4]),
        ("dog", [6, 7]),
        ("dog's", [6, 7]),
        ("dogs", [6, 7]),
        ("s", []),
        ("known well", [8, 9]),
        ("well-known", [8, 9]),
        ("naive", []),
        ("na\u00efve", [8, 9]),
        ("NAI\u0308VE", [8, 9]),
        ("quote", [10]),
        ("'quoted'", [10]),
        ("caf\u00e9", [11]),
        ("2", [11]),
        ("\u4e16\u754c", [11]),
        ("\u4e16", []),
        ("two", [12]),
    ],
)
def test_words_stand_in_a_text_by_their_stems(value: str, ids: list[int]) -> None:
    assert found("words", value) == ids


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("was RUNNING", [0]),
        ("was run", []),
        ("running was", []),
        ("runner running", []),
        ("the runner was running", [0]),
        ("don't stop", [3, 4]),
        ("don t stop", [5]),
        ("don", [5]),
        ("dog bowl", []),
        ("dog's bowl", [6]),
        ("s bowl", []),
        ("well known", [8, 9]),
        ("known na\u00efve", [8, 9]),
        ("a quoted word", [10]),
        ("caf\u00e9 2 \u4e16\u754c", [11]),
        ("one two three", [12]),
        ("one three", []),
        ("wo th", []),
        ("on", []),
    ],
)
def test_a_phrase_stands_in_a_text_word_by_word(value: str, ids: list[int]) -> None:
    assert found("phrase", value) == ids


@pytest.mark.parametrize("operator", ["words", "phrase"])
def test_what_is_not_found_is_the_complement(operator: str) -> None:
    where = {"NOT": [leaf("story", operator, "don't stop")]}
    assert run(parse(where, SCHEMA), SCHEMA, source=stories()) == [0, 1, 2, *range(5, 16)]


def test_some_line_of_a_list_has_all_of_the_words() -> None:
    assert found("words", "stops don't", "lines") == [3]
    assert found("words", "stop end", "lines") == []
    assert found("phrase", "THE END", "lines") == [1, 3, 5, 7, 9, 11, 13, 15]


def test_an_enum_has_words_too() -> None:
    assert found("words", "run", "mood") == [0, 3, 6, 9, 12, 15]
    assert found("phrase", "at rest", "mood") == [1, 4, 7, 10, 13]


def test_case_never_matters() -> None:
    where = leaf("story", "phrase", "was RUNNING", case_sensitive=True)
    assert run(parse(where, SCHEMA), SCHEMA, source=stories()) == [0]


def test_the_tree_holds_the_words_as_they_compare() -> None:
    assert parse(leaf("story", "words", "The DOG\u2019s dog, NAI\u0308VE!"), SCHEMA) == Question(
        "story", Operator.WORDS, ("the", "dog", "na\u00efve"), case_sensitive=False
    )
    assert parse(leaf("story", "phrase", "The DOG\u2019s dog dog"), SCHEMA) == Question(
        "story", Operator.PHRASE, ("the", "dog's", "dog", "dog"), case_sensitive=False
    )


@pytest.mark.parametrize("operator", ["words", "phrase"])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (5, '{} needs a text such as "night flight", not 5.'),
        (None, '{} needs a text such as "night flight", not null.'),
        (["a"], '{} needs a text such as "night flight", not a list.'),
        ("", "There is no word in ''; write letters or digits, such as \"night flight\"."),
        ("'?! _", 'There is no word in "\'?! _"; write letters or digits, such as "night flight".'),
        (
            "\u0301 x" * 0,
            "There is no word in ''; write letters or digits, such as \"night flight\".",
        ),
        (
            " ".join(f"w{number}" for number in range(51)),
            "{} takes at most 50 words of 100 characters; leave some out.",
        ),
        ("x" * 101, "{} takes at most 50 words of 100 characters; leave some out."),
    ],
)
def test_a_value_without_words_or_with_too_many_is_refused(
    operator: str, value: object, message: str
) -> None:
    with pytest.raises(Invalid) as caught:
        parse({"AND": [leaf("story", operator, value)]}, SCHEMA)
    assert (caught.value.path, caught.value.message) == (
        "where.AND.0.value",
        message.format(repr(operator)),
    )
    assert isinstance(caught.value, TooLarge) == ("at most" in message)


def test_as_many_and_long_words_as_may_be_still_run() -> None:
    long = "\U00010400" * 94
    assert found("words", f"{long}ible {long}al") == []
    assert found("phrase", " ".join(f"{number:02}{long}ible" for number in range(50))) == []
    assert found("words", "run " + " ".join(str(number) for number in range(49))) == []


def test_only_text_has_words() -> None:
    with pytest.raises(Invalid, match="'id' is of the type integer, which 'words' does not fit"):
        parse(leaf("id", "words", "run"), SCHEMA)


# Every ending that the stemmer knows, and some that only look like one.
ENDINGS = """
    ed edly ing ingly s es ies ied y ly e ic ance ence able ible ate ive ize iti ity al ism ion er
    ous ant ent ment ement ational tional ation ization izer ator alism ality ally ently ously bly
    ably bility ivity fully fulness full lessly less ousness iveness ogi ogist ogy ful ness icate
    ative alize icity ical eed eedly l ll i ee t at bl iz nn pp dd sses ss us
"""
STARTS = """
    run hop hope cri relat sens nation gener commun arsen past univers later emerg organ inter succ
    proc exc even cann inn earr herr out d l t v sk idl gentl ugl earl onl singl how new atla bia
    cosmo ande happ a e o ab ad eg y by ess say play flow box fix \u00e9tat \u00fcber
    7 19 x don't o'c
"""
ODD = """
    skies sky skis idly gently ugly early only singly news howe howes univers dying vying skying
    generously communities pasted relational hopping hoping agreed feedly added egging
"""


def made(chance: random.Random) -> str:
    endings = chance.choices(ENDINGS.split(), k=chance.choice([0, 1, 1, 2, 2, 3, 4]))
    return chance.choice(STARTS.split()) + "".join(endings)


def library(word: str) -> str:
    stemmed: str = snowballstemmer.stemmer("english").stemWord(word)
    return stemmed


def check_stems(seed: int, roots: int) -> None:
    chance = random.Random(seed)
    words = sorted({made(chance) for _ in range(3_000)} | set(ODD.split()))
    alike = defaultdict(list)
    for word in words:
        alike[library(word)].append(word)
    for root in chance.sample(sorted(alike), roots):
        found = re.compile(pattern(root))
        assert [word for word in words if found.fullmatch(word)] == alike[root]


@pytest.mark.parametrize("seed", range(2))
def test_the_words_of_a_stem_are_those_that_the_library_gives_it(seed: int) -> None:
    check_stems(seed, 15)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 120))
def test_the_words_of_a_thousand_stems_are(seed: int) -> None:
    check_stems(seed, 50)


@pytest.mark.parametrize(
    "word",
    ODD.split(),
)
def test_a_word_is_among_those_of_its_stem(word: str) -> None:
    assert re.fullmatch(pattern(stem(word)), word)


def test_a_whole_filter_asks_for_a_bounded_number_of_words() -> None:
    one = {"field": "story", "operator": "words", "value": "a b c d e f g h i j"}
    parse({"AND": [one] * 5}, SCHEMA)
    with pytest.raises(TooLarge) as caught:
        parse({"AND": [one] * 6}, SCHEMA)
    assert caught.value.path == "where"
    assert caught.value.message == (
        "The filter asks for 60 words; it may ask for at most 50, all in all."
    )
