"""What ticks in the tree of fields mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exports.domain.plans import catalogue_of
from exports.query.columns import choose
from exports.query.reach import reading_schema
from exports.web.fields import Outline, names_of
from exports.web.ticks import Choice, chosen

if TYPE_CHECKING:
    from exports.models import Collection
    from exports.query.schema import Schema


@pytest.fixture
def schema(pictures: Collection, makers: Collection) -> Schema:
    return reading_schema(catalogue_of([pictures, makers]), pictures.uid)


@pytest.fixture
def outline(schema: Schema, pictures: Collection, makers: Collection) -> Outline:
    return Outline.of(schema, names_of([pictures, makers]))


def test_the_tree_reaches_one_reference_deep_and_shows_no_vector_there(outline: Outline) -> None:
    fields = {each.path: each for each in outline.all()}

    assert [each.path for each in outline.lines if each.above == ""] == [
        *("id", "title", "note", "place", "maker", "image", "embedding", "pages")
    ]
    assert [each.path for each in fields["maker"].behind] == [
        *("maker.id", "maker.name", "maker.born")
    ]
    assert [path for path, each in fields.items() if each.left_out] == [
        *("note", "place.secret", "maker.born")
    ]


@pytest.mark.parametrize(
    ("ticked", "whole", "means"),
    [
        ([], [], Choice()),
        (["title", "place"], [], Choice(["title", "place"])),
        (["place", "place.lat"], [], Choice(["place"])),
        (["note"], [], Choice([], ["note"])),
        (["title", "place.secret"], [], Choice(["title", "place.secret"])),
        (["title", "note", "id"], [], Choice(["title", "note", "id"])),
        (["place", "place.secret"], [], Choice(["place"], ["place.secret"])),
        (["maker.name"], [], Choice(["maker.name"])),
        (["maker.born"], [], Choice(["maker.born"])),
        ([], ["maker"], Choice([], [], ["maker"])),
        (["title"], ["maker"], Choice(["title", "maker"], [], ["maker"])),
        (["maker"], ["maker"], Choice(["maker"], [], ["maker"])),
        (["maker.name", "maker.born"], ["maker"], Choice(["maker"], ["maker.born"], ["maker"])),
        (["maker.born"], ["maker"], Choice([], ["maker.born"], ["maker"])),
    ],
)
def test_ticks_become_fields_that_the_engine_takes(
    schema: Schema, outline: Outline, ticked: list[str], whole: list[str], means: Choice
) -> None:
    assert chosen(outline, ticked, whole) == means
    assert choose(schema, means.paths, means.include, means.expand)


def test_what_is_not_in_the_tree_stays_for_the_domain_to_refuse(outline: Outline) -> None:
    assert chosen(outline, ["nothing", "title"], []) == Choice(["nothing", "title"])
