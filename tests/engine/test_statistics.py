"""Statistics say what Python would count of the same documents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from exports.engine.errors import Cancelled, TooSlow
from exports.engine.statistics import Statistics, statistics
from exports.query.schema import Role
from tests.engine.exporting import NAME, Place, of_query, place

if TYPE_CHECKING:
    from pathlib import Path

QUERY = """
    SELECT i AS id,
        ['red', 'green', 'blue', NULL][i % 4 + 1] AS colour,
        {'even': i % 2 = 0, 'size': (i % 10)::DECIMAL(4, 1)} AS about,
        CASE WHEN i % 5 > 0 THEN range(i % 5) END AS numbers,
        [{'name': 'n' || (i % 3)}] AS parts,
        [[i], [i, i]] AS nested,
        [i / 1.0, 1.0]::FLOAT[] AS vector,
        MAP {'a': i} AS labels,
        repeat('x', i % 4 * 100) || chr(0) AS long,
        DATE '2013-01-01' + (i % 3)::INTEGER AS day
    FROM range(1000) r(i)
"""


def counted(of: Place, *, seconds: float = 60) -> Statistics:
    return statistics(
        NAME,
        of.catalogue,
        of.source,
        scratch=of.folder / "counted",
        stop=of.stop,
        seconds=seconds,
    )


def told(found: Statistics, path: str, *names: str, element: bool = False) -> dict[str, Any]:
    """Some figures of one property."""
    (one,) = [each for each in found.properties if (each.path, each.element) == (path, element)]
    return {name: getattr(one, name) for name in names}


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Place:
    made = of_query(tmp_path_factory.mktemp("things"), QUERY)
    return replace(made, schema=made.schema.mark("vector", role=Role.VECTOR, length=2))


@pytest.fixture(scope="module")
def found(things: Place) -> Statistics:
    return counted(things)


def test_it_says_how_many_documents_there_are(found: Statistics, things: Place) -> None:
    assert (found.documents, found.complete) == (1000, True)
    assert not (things.folder / "counted").exists()


@pytest.mark.parametrize(
    ("path", "element", "figures"),
    [
        ("id", False, {"nulls": 0, "distinct": 1000, "least": "0", "most": "999", "top": None}),
        (
            "colour",
            False,
            {
                "values": 1000,
                "nulls": 250,
                "distinct": 3,
                "exact": True,
                "least": "blue",
                "most": "red",
                "top": (("blue", 250), ("green", 250), ("red", 250)),
            },
        ),
        ("about", False, {"type": "struct", "nulls": 0, "distinct": None, "lengths": None}),
        ("about.even", False, {"distinct": 2, "top": (("false", 500), ("true", 500))}),
        ("about.size", False, {"distinct": 10, "least": "0.0", "most": "9.0"}),
        ("numbers", False, {"nulls": 200, "lengths": (1, 2.5, 4), "top": None}),
        ("numbers", True, {"values": 2000, "nulls": 0, "distinct": 4}),
        ("parts.name", False, {"values": 1000, "distinct": 3}),
        ("nested", False, {"lengths": (2, 2.0, 2)}),
        ("nested", True, {"lengths": (1, 1.5, 2), "distinct": None}),
        ("vector", False, {"lengths": (2, 2.0, 2), "distinct": None, "least": None, "top": None}),
        ("labels", False, {"lengths": (1, 1.0, 1), "distinct": None}),
        ("day", False, {"least": "2013-01-01", "most": "2013-01-03", "distinct": 3}),
    ],
)
def test_it_counts_every_property(
    found: Statistics, path: str, element: bool, figures: dict[str, Any]
) -> None:
    assert told(found, path, *figures, element=element) == figures


def test_no_value_is_shown_that_is_long_or_no_text(found: Statistics) -> None:
    shown = told(found, "long", "least", "most", "top")

    assert shown == {"least": "\ufffd", "most": "x" * 200, "top": None}


def test_of_a_vector_there_is_its_length_alone(found: Statistics) -> None:
    assert [each.element for each in found.properties if each.path == "vector"] == [False]


def test_the_commonest_of_many_values_are_counted_exactly(tmp_path: Path) -> None:
    value = "CASE WHEN i % 10 = 0 THEN 'often' ELSE 'v' || i END"
    query = f"SELECT i AS id, {value} AS v FROM range(20000) r(i)"
    found = counted(of_query(tmp_path, query))

    shown = told(found, "v", "distinct", "exact", "top")
    assert (shown["exact"], shown["top"][0]) == (False, ("often", 2000))
    assert 16_000 < shown["distinct"] < 20_000


def test_text_sources_are_counted_too(tmp_path: Path) -> None:
    file = tmp_path / "things.jsonl"
    file.write_text("".join(f'{{"id":{at},"word":"w{at % 2}"}}\n' for at in range(9)))

    found = counted(place(tmp_path, file))
    assert told(found, "word", "distinct", "top") == {
        "distinct": 2,
        "top": (("w0", 5), ("w1", 4)),
    }


def test_what_is_not_counted_in_time_is_left_out(
    things: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object) -> None:
        raise TooSlow

    monkeypatch.setattr("exports.engine.statistics._Count._rank", late)
    found = counted(things)

    assert (found.complete, told(found, "colour", "nulls", "top")) == (
        False,
        {"nulls": 250, "top": None},
    )


def test_without_any_time_there_is_nothing(things: Place) -> None:
    with pytest.raises(TooSlow):
        counted(things, seconds=0)


def test_it_ends_when_it_is_told_to(things: Place) -> None:
    things.stop.set()
    try:
        with pytest.raises(Cancelled):
            counted(things)
    finally:
        things.stop.clear()
