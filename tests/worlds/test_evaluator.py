"""The slow evaluator says what the product's description says: literal cases, computed by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any as Value

import pytest

from exports.engine.request import SampleMethod
from exports.query.schema import Role, Schema
from exports.query.tree import Any, Element, Node, Not, Operator
from exports.query.tree import Test as Question
from tests.worlds.cast import AIRPORTS, WORLD, asked, refers, rows
from tests.worlds.evaluator import NoSuchParent, evaluate
from tests.worlds.world import Collection, integer, text


def ids(where: Node | None = None, **said: Value) -> list[int]:
    return [each["id"] for each in rows("flights", where, paths=("minutes",), **said)]


def is_null(path: str) -> Question:
    return Question(path, Operator.IS_NULL, True)


def test_without_paths_come_all_that_are_not_optional_the_key_first() -> None:
    assert list(rows()[0]) == ["id", "minutes", "carrier", "gate", "stops", "grid"]


def test_documents_come_in_the_order_of_the_source() -> None:
    assert ids() == [3, 1, 2]


def test_paths_come_in_their_order_the_key_first_and_no_twice() -> None:
    assert rows(paths=("carrier", "id", "minutes", "carrier"))[1] == {
        "id": 1,
        "carrier": "AA",
        "minutes": None,
    }
    assert list(rows(paths=("carrier", "id", "minutes"))[1]) == ["id", "carrier", "minutes"]


def test_paths_into_a_struct_keep_it_and_its_nulls() -> None:
    found = [each["gate"] for each in rows(paths=("gate.level", "minutes", "gate.name"))]
    assert found == [{"level": 1, "name": "a"}, None, {"level": None, "name": "=b"}]


def test_a_path_into_a_list_of_structs_keeps_the_list() -> None:
    assert [each["fleet"] for each in rows("airlines", paths=("fleet.seats",))] == [
        None,
        [{"seats": 9}, None, {"seats": None}],
        [],
    ]


def test_an_included_property_comes_in_its_place() -> None:
    assert list(rows("airlines", include=("motto",))[0]) == [
        "code",
        "name",
        "motto",
        "hub",
        "fleet",
    ]
    assert rows(include=("gate.level",))[0]["gate"] == {"name": "a", "level": 1}


def test_an_included_property_comes_last_behind_paths() -> None:
    assert list(rows("airlines", paths=("hub",), include=("motto",))[0]) == ["code", "hub", "motto"]


def test_a_reference_is_a_key_unless_it_is_expanded() -> None:
    assert [each["hub"] for each in rows("airlines")] == ["DFW", "XXX", None]


def test_an_expanded_reference_is_the_document_without_optional_properties() -> None:
    first = rows(paths=("carrier",), expand=("carrier",), where=Question("id", Operator.EQ, 1))[0]
    assert first["carrier"] == {"code": "AA", "name": "American", "hub": "DFW", "fleet": None}


def test_a_reference_to_nothing_is_null() -> None:
    assert [each["carrier"] for each in rows(paths=("carrier.name",))] == [
        {"name": "United"},
        {"name": "American"},
        None,
    ]


def test_a_chain_is_expanded_at_every_step() -> None:
    carriers = [each["carrier"] for each in rows(expand=("carrier.hub",))]
    assert carriers[0]["hub"] is None
    assert carriers[1]["hub"] == {"id": "DFW", "runways": 7, "readers": ["ann"]}
    assert carriers[2] is None


def test_a_path_through_a_chain_brings_only_what_it_names() -> None:
    assert rows(paths=("carrier.hub.runways", "carrier.motto"))[1] == {
        "id": 1,
        "carrier": {"hub": {"runways": 7}, "motto": "fly"},
    }


def test_an_optional_property_of_an_expanded_document_can_be_included() -> None:
    carrier = rows(expand=("carrier",), include=("carrier.motto",))[1]["carrier"]
    assert list(carrier) == ["code", "name", "motto", "hub", "fleet"]


def test_a_list_of_references_keeps_its_places() -> None:
    assert rows(paths=("stops.runways",))[0]["stops"] == [
        {"runways": 4},
        None,
        {"runways": 7},
        None,
    ]
    assert [each["stops"] for each in rows(paths=("stops.runways",))[1:]] == [[], None]


def test_a_principal_reads_the_documents_that_hold_his_identity() -> None:
    assert ids(identities=("UA", "nobody")) == [3]
    assert ids(identities=()) == []
    assert len(rows("airlines", identities=())) == 3


def test_no_principal_reads_what_has_no_rule() -> None:
    closed = {"airports": replace(AIRPORTS, access=None)}
    assert evaluate(closed, asked("airports", identities=("ann",))).rows == []
    assert len(evaluate(closed, asked("airports")).rows) == 2


def test_an_access_list_may_be_a_list_of_texts() -> None:
    assert [each["id"] for each in rows("airports", identities=("ann",))] == ["DFW"]


def test_what_a_principal_may_not_read_is_null_behind_references() -> None:
    assert rows("airlines", paths=("hub.runways",), identities=("bob",))[0]["hub"] is None
    assert rows(paths=("stops.id",), identities=("UA", "ann"))[0]["stops"] == [
        None,
        None,
        {"id": "DFW"},
        None,
    ]


def test_a_filter_through_a_reference_tells_nothing_of_what_may_not_be_read() -> None:
    seven = Question("hub.runways", Operator.EQ, 7)
    assert [each["code"] for each in rows("airlines", seven)] == ["AA"]
    assert rows("airlines", seven, identities=("bob",)) == []
    assert [each["code"] for each in rows("airlines", Not(seven), identities=("bob",))] == [
        "AA",
        "UA",
        "ZZ",
    ]


def test_a_filter_takes_a_reference_to_nothing_as_missing() -> None:
    assert ids(is_null("carrier.name")) == [2]
    assert ids(Question("carrier.name", Operator.NE, "United")) == [1, 2]


def test_a_filter_on_a_reference_itself_is_about_its_key() -> None:
    assert ids(Question("carrier", Operator.EQ, "QQ")) == [2]


def test_a_filter_reaches_the_documents_of_a_list_of_references() -> None:
    assert ids(Question("stops.runways", Operator.GT, 5)) == [3]
    assert ids(Question("stops.runways", Operator.NIN, (7,))) == [1, 2]


def test_an_element_satisfies_the_whole_node() -> None:
    both = Any((Question("seats", Operator.EQ, 9), Question("doors", Operator.SIZE, 5)))
    assert [each["code"] for each in rows("airlines", Element("fleet", both))] == ["UA"]


def test_it_sorts_with_missing_values_last_and_ties_by_the_key() -> None:
    assert ids(order_by=("minutes",)) == [2, 3, 1]
    assert ids(order_by=("-minutes",)) == [2, 3, 1]
    assert ids(order_by=("-minutes", "-id")) == [3, 2, 1]


def test_it_sorts_through_references() -> None:
    assert ids(order_by=("-carrier.name",)) == [3, 1, 2]
    assert ids(order_by=("-carrier.hub.runways",)) == [1, 2, 3]


def test_a_prefix_gives_the_elements_that_are_there_with_their_places() -> None:
    assert rows("airlines", prefix="fleet") == [
        {"_parent": "UA", "_index": 0, "seats": 9, "doors": ["l", "r"]},
        {"_parent": "UA", "_index": 2, "seats": None, "doors": []},
    ]


def test_a_prefix_goes_down_to_what_is_no_list() -> None:
    assert rows(prefix="grid") == [
        {"_parent": 3, "_index": [0, 0], "value": 1},
        {"_parent": 3, "_index": [3, 0], "value": 2},
    ]


def test_a_prefix_goes_through_a_list_of_structs() -> None:
    assert rows("airlines", prefix="fleet.doors") == [
        {"_parent": "UA", "_index": [0, 0], "value": "l"},
        {"_parent": "UA", "_index": [0, 1], "value": "r"},
    ]


def test_a_prefix_of_one_document() -> None:
    assert [each["value"] for each in rows(prefix="3/stops")] == ["SFO", "DFW", "YYY"]
    assert rows(prefix="2/stops") == []


@pytest.mark.parametrize("identities", [None, ("AA",)])
def test_a_prefix_of_a_document_that_is_not_there_fails(identities: tuple[str, ...]) -> None:
    with pytest.raises(NoSuchParent):
        rows(prefix="3/stops" if identities else "4/stops", identities=identities)


def test_the_elements_of_a_list_of_references_can_be_expanded() -> None:
    found = rows(prefix="stops", expand=("value",))
    assert [each["value"] and each["value"]["runways"] for each in found] == [4, 7, None]


def test_elements_are_filtered_and_sorted_by_their_own_paths() -> None:
    found = rows(
        prefix="stops", where=Question("_index", Operator.GT, 0), order_by=("-value.runways",)
    )
    assert [each["_index"] for each in found] == [2, 3]


def test_a_sample_takes_the_first_after_filter_and_order() -> None:
    assert ids(sample_size=2) == [3, 1]
    assert ids(order_by=("id",), sample_size=2) == [1, 2]
    assert ids(where=is_null("minutes"), sample_size=2) == [1]


def test_a_random_sample_may_take_any() -> None:
    assert ids(sample_size=1, sample_method=SampleMethod.RANDOM) == [3, 1, 2]


def test_vectors_come_apart_with_the_key_for_the_same_documents() -> None:
    found = evaluate(WORLD, asked(include_vectors=True, order_by=("id",), sample_size=2))
    assert found.vectors == [
        {"id": 1, "gate": None, "voice": [2, 3]},
        {"id": 2, "gate": {"face": None}, "voice": None},
    ]


def test_references_to_nothing_are_told_by_path_and_by_what_they_name() -> None:
    found = evaluate(WORLD, asked(expand=("carrier.hub", "stops")))
    assert found.lost == [
        [("carrier.hub", "XXX"), ("stops", "YYY")],
        [],
        [("carrier", "QQ")],
    ]


def test_a_reference_that_is_only_asked_about_is_not_lost() -> None:
    found = evaluate(WORLD, asked(where=is_null("carrier.name"), order_by=("carrier.name",)))
    assert found.lost == [[]]


def test_files_are_named_by_their_origin_and_only_those_of_own_documents() -> None:
    pictures = Collection(
        "pictures",
        Schema(
            "id", (integer("id"), text("image", role=Role.FILE), refers(text("next"), "others"))
        ),
        ({"id": 1, "image": "deep/b c.png", "next": "x"}, {"id": 2, "image": None, "next": None}),
    )
    others = Collection(
        "others",
        Schema("id", (text("id"), text("image", role=Role.FILE))),
        ({"id": "x", "image": "a.png"},),
    )
    world = {"pictures": pictures, "others": others}
    found = evaluate(world, asked("pictures", expand=("next",), export_files=True))
    name = "files/25730919eb1e7110-b_c.png"
    assert found.rows == [
        {"id": 1, "image": name, "next": {"id": "x", "image": "a.png"}},
        {"id": 2, "image": None, "next": None},
    ]
    assert found.files == [[("image", "deep/b c.png")], []]
