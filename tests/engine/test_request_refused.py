"""What a request cannot ask: refused before anything is read, with the place and the way out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from exports.engine.errors import DocumentMissing
from exports.engine.plan import plan
from exports.engine.request import Compression, CsvOptions, Format, Request, SampleMethod
from exports.query.catalogue import Entry
from exports.query.errors import Invalid, UnknownProperty
from exports.query.schema import Kind, Property, Role, Schema
from exports.sources.errors import PropertyRefused
from exports.sources.register import register
from tests.engine.samples import sample
from tests.query.library import integer, listed, scalar, struct, text
from tests.services import write_parquet

if TYPE_CHECKING:
    from pathlib import Path


def to(target: str, node: Property) -> Property:
    return replace(node, role=Role.REFERENCE, target=target)


def collection(name: str, *properties: Property) -> Entry:
    return Entry(name, Schema("id", (text("id"), *properties)))


SMALL = {
    each.name: each
    for each in [
        collection("people", to("teams", text("team")), to("people", text("boss"))),
        collection("teams", to("people", text("lead")), to("towns", text("town"))),
        collection("towns", to("states", text("state")), to("gone", text("twin"))),
        collection("states", to("countries", text("country"))),
        collection("countries", to("planets", text("planet"))),
        collection("planets", text("name")),
        collection(
            "orders",
            to("people", integer("buyer")),
            listed("lines", struct("element", to("people", text("seller")), text("_Index"))),
            to("people", scalar("maker", Kind.ENUM, "ENUM('ada')")),
            Property("extra", Kind.MAP, "MAP(VARCHAR, INTEGER)", (text("key"), integer("value"))),
            struct("notes", replace(text("secret"), optional=True)),
        ),
    ]
}


def refusal(catalogue: Any, collection: str, **asked: Any) -> tuple[str, str]:
    """Where in the request the error is, and what it says."""
    with pytest.raises(Invalid) as caught:
        plan(Request(collection=collection, **asked), catalogue)
    return caught.value.path, caught.value.message


PATHS = [
    (
        {"paths": ("dest", "departure.delay")},
        "paths.1",
        (
            "There is no property 'departure.delay'. Did you mean 'departure.delay_minutes' or "
            "'departure' or 'departure.actual'?"
        ),
    ),
    (
        {"paths": ("carrier.nam",)},
        "paths.0",
        (
            "There is no property 'carrier.nam'. Did you mean 'carrier.name' or 'carrier.bases' or "
            "'carrier.fleet'?"
        ),
    ),
    (
        {"order_by": ("-tailnum.seat",)},
        "order_by.0",
        (
            "There is no property 'tailnum.seat'. Did you mean 'tailnum.seats' or 'tailnum.type' "
            "or 'tailnum.year_built'?"
        ),
    ),
    ({"include": ("dest",)}, "include.0", "'dest' is not optional: it comes by itself."),
    (
        {"paths": ("origin",), "include": ("dest",)},
        "include.0",
        "'dest' is not optional: name it in 'paths'.",
    ),
    (
        {"expand": ("dest", "distance_miles")},
        "expand.1",
        "'distance_miles' is no reference, and cannot be expanded. Leave it out.",
    ),
    (
        {"paths": ("dest",), "expand": ("carrier",)},
        "expand.0",
        "'carrier' is not exported; name it in 'paths' or 'include' as well.",
    ),
    (
        {"paths": ("carrier", "carrier.name")},
        "paths.1",
        (
            "Both 'carrier' and what lies behind it are wanted. Name only one of the two, or put "
            "'carrier' into 'expand'."
        ),
    ),
    (
        {"prefix": "carrier.fleet"},
        "prefix",
        "'carrier.fleet' lies behind a reference. Name a list of the documents themselves.",
    ),
    ({"prefix": "dest"}, "prefix", "'dest' is of the type text; name a list."),
    ({"prefix": "K/dest"}, "prefix", "'dest' is of the type text; name a list."),
    (
        {"order_by": ("departure",)},
        "order_by.0",
        "'departure' is of the type struct; name a single value to sort by.",
    ),
]


@pytest.mark.parametrize(("asked", "path", "message"), PATHS)
def test_a_path_that_does_not_fit(asked: dict[str, Any], path: str, message: str) -> None:
    assert refusal(sample().catalogue, "flights", **asked) == (path, message)


def test_a_path_that_is_not_there_has_an_error_of_its_own() -> None:
    with pytest.raises(UnknownProperty):
        plan(Request(collection="flights", paths=("carier",)), sample().catalogue)


VECTORS = [
    (
        "digits",
        {"paths": ("split", "embedding")},
        "paths.1",
        "'embedding' is a vector, which is never in the data; ask for include_vectors.",
    ),
    (
        "digits",
        {"include": ("embedding",)},
        "include.0",
        "'embedding' is a vector, which is never in the data; ask for include_vectors.",
    ),
    (
        "digits",
        {"prefix": "embedding"},
        "prefix",
        "'embedding' is a vector; ask for include_vectors.",
    ),
    (
        "flights",
        {"include_vectors": True},
        "include_vectors",
        "The collection has no vectors. Leave 'include_vectors' out.",
    ),
    (
        "airlines",
        {"include_vectors": True, "prefix": "fleet"},
        "include_vectors",
        "The vectors belong to documents, not to elements of a list; leave one out.",
    ),
    (
        "digits",
        {"export_files": True, "paths": ("split",)},
        "export_files",
        "None of the exported fields is a file. Name one in 'paths' or 'include'.",
    ),
]


@pytest.mark.parametrize(("collection", "asked", "path", "message"), VECTORS)
def test_vectors_and_files_that_are_not_there(
    collection: str, asked: dict[str, Any], path: str, message: str
) -> None:
    assert refusal(sample().catalogue, collection, **asked) == (path, message)


FITTING = [
    (
        {"sample_method": SampleMethod.RANDOM},
        "sample_size",
        "A random sample needs a size: say how many rows to take.",
    ),
    (
        {"csv": CsvOptions(null_text="NULL")},
        "csv.null_text",
        "This is an option of CSV, and the format is parquet. Leave it out.",
    ),
    (
        {"compression": Compression.SNAPPY, "format": Format.JSONL},
        "compression",
        "snappy does not fit jsonl; choose one of none, gzip, zstd.",
    ),
    (
        {"zip_files": True},
        "zip_files",
        "'zip_files' says how files come along: ask for 'export_files' as well.",
    ),
    (
        {"timezone": "Europe/Pari"},
        "timezone",
        (
            "There is no time zone 'Europe/Pari'. Write one such as 'Europe/Paris'. "
            "Did you mean 'Europe/Paris' or 'Europe/Madrid' or 'Europe/Riga'?"
        ),
    ),
]


@pytest.mark.parametrize(("asked", "path", "message"), FITTING)
def test_fields_that_do_not_fit_each_other(asked: dict[str, Any], path: str, message: str) -> None:
    assert refusal(sample().catalogue, "flights", **asked) == (path, message)


REFERENCES = [
    (
        "people",
        "boss",
        "'boss' leads in a circle: people → people. Follow fewer references.",
    ),
    (
        "people",
        "team.lead",
        "'team.lead' leads in a circle: people → teams → people. Follow fewer references.",
    ),
    (
        "people",
        "team.town.state.country",
        "'team.town.state.country' lies more than 3 references deep. Follow fewer.",
    ),
    (
        "towns",
        "twin",
        "'twin' cannot be followed: its collection may not be read here.",
    ),
    (
        "orders",
        "buyer",
        (
            "'buyer' cannot be followed: it holds values of the type integer, and the keys it "
            "refers to are of the type text."
        ),
    ),
    (
        "orders",
        "lines.seller",
        (
            "'lines.seller' lies in a list, where no reference is followed. Ask for its elements "
            "with 'prefix' instead."
        ),
    ),
]


@pytest.mark.parametrize(("collection", "path", "message"), REFERENCES)
@pytest.mark.parametrize("field", ["expand", "paths", "order_by"])
def test_a_reference_that_cannot_be_followed(
    collection: str, path: str, message: str, field: str
) -> None:
    wanted = path if field == "expand" else f"{path}.id"
    assert refusal(SMALL, collection, **{field: (wanted,)}) == (f"{field}.0", message)


def test_three_references_deep_is_not_too_deep() -> None:
    made = plan(Request(collection="people", paths=("team.town.state.id",)), SMALL)
    assert made.relation.collections == ("people", "teams", "towns", "states")


def test_an_enum_may_hold_the_keys_that_are_text() -> None:
    made = plan(Request(collection="orders", paths=("maker.id",)), SMALL)
    assert made.relation.collections == ("orders", "people")


SHAPES = [
    (
        {"paths": ("extra.a",)},
        "paths.0",
        "'extra' is a map; its entries cannot be named in a path.",
    ),
    (
        {"paths": ("notes",)},
        "paths.0",
        "'notes' has only optional fields and vectors; name the fields you want.",
    ),
    (
        {"prefix": "lines"},
        "prefix",
        "The elements of 'lines' have a field '_Index', a name that is needed here.",
    ),
]


@pytest.mark.parametrize(("asked", "path", "message"), SHAPES)
def test_a_shape_that_cannot_be_had(asked: dict[str, Any], path: str, message: str) -> None:
    assert refusal(SMALL, "orders", **asked) == (path, message)


@pytest.mark.parametrize("prefix", ["ZZ/fleet", "/fleet", "9e/fleet", "9E/9E/fleet"])
def test_elements_of_a_document_that_is_not_there_end_the_run(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(DocumentMissing, match="no document with the key that 'prefix' names"):
        sample().export(tmp_path, "airlines", prefix=prefix)
    assert list(tmp_path.iterdir()) == []


def test_a_document_that_may_not_be_read_is_one_that_is_not_there(tmp_path: Path) -> None:
    known = sample()
    restricted = replace(known.catalogue["airlines"], access=("name",))
    world = known.having("airlines", restricted, known.sources["airlines"])
    name = ("Endeavor Air Inc.",)
    out = world.export(tmp_path / "his", "airlines", prefix="9E/fleet", identities=name)
    assert out.result.rows == 203
    for prefix in ("AA/fleet", "ZZ/fleet"):
        with pytest.raises(DocumentMissing) as caught:
            world.export(tmp_path / "other", "airlines", prefix=prefix, identities=name)
        assert str(caught.value) == DocumentMissing.text


def test_no_two_columns_can_have_one_name(tmp_path: Path) -> None:
    """Dotted columns are unlike all others, since no property has a dot in its name."""
    query = "SELECT 1 AS id, {'b': 1} AS a, 2 AS \"a.b\""
    file = write_parquet(tmp_path / "things.parquet", query)
    with pytest.raises(PropertyRefused, match="its name holds a dot"):
        register([str(file)], key="id", roots=[tmp_path], scratch=tmp_path)
