"""The sample as an issue of the product counts it: each figure comes out of a real export."""

from __future__ import annotations

import json
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from exports.engine.errors import SourceInvalid
from exports.query.catalogue import PUBLIC
from tests.engine.exporting import SAMPLE
from tests.engine.samples import registered, sample

if TYPE_CHECKING:
    from tests.engine.samples import Out, World

UA_AND_BOEING = ("UA", "BOEING")


def read(name: str) -> pl.DataFrame:
    return pl.read_parquet(SAMPLE / f"{name}.parquet")


def test_flights_as_a_principal_are_his(tmp_path: Path) -> None:
    out = sample().export(tmp_path, "flights", identities=("UA",))

    assert out.result.rows == 58_665
    assert_frame_equal(pl.read_parquet(out.data), read("flights").filter(carrier="UA"))


def test_following_references_brings_no_flight_more_or_less(tmp_path: Path) -> None:
    out = sample().export(
        tmp_path, "flights", identities=("UA",), expand=("tailnum", "origin", "dest")
    )

    flights = read("flights").filter(carrier="UA")
    data = pl.read_parquet(out.data)
    assert out.result.rows == 58_665
    assert data["document_id"].equals(flights["document_id"])
    assert (
        data["origin"].struct.field("document_id").equals(flights["origin"].rename("document_id"))
    )
    assert set(data["origin"].struct.field("name")) == {
        "John F Kennedy Intl",
        "La Guardia",
        "Newark Liberty Intl",
    }


@pytest.mark.parametrize(("prefix", "rows"), [("fleet", 4_060), ("9E/fleet", 203)])
def test_a_fleet_has_a_row_for_each_plane(tmp_path: Path, prefix: str, rows: int) -> None:
    out = sample().export(tmp_path, "airlines", prefix=prefix)

    airlines = read("airlines")
    if "/" in prefix:
        airlines = airlines.filter(document_id="9E")
    fleets = airlines.select(
        pl.col("document_id").alias("_parent"),
        pl.int_ranges(pl.col("fleet").list.len(), dtype=pl.Int64).alias("_index"),
        "fleet",
    )
    wanted = fleets.explode("_index", "fleet").unnest("fleet")
    assert out.result.rows == rows
    assert_frame_equal(pl.read_parquet(out.data), wanted)


def test_each_flight_keeps_its_place_and_gets_its_plane(tmp_path: Path) -> None:
    out = sample().export(tmp_path, "flights", expand=("tailnum",))

    flights, data = read("flights"), pl.read_parquet(out.data)
    assert out.result.rows == len(data) == 336_776
    assert_frame_equal(data.drop("tailnum"), flights.drop("tailnum"))
    planes = read("planes").select(tailnum="document_id", plane=pl.struct(pl.all()))
    wanted = flights.join(planes, on="tailnum", how="left", maintain_order="left")
    assert_frame_equal(
        data.select(plane="tailnum").filter(pl.col("plane").is_not_null()),
        wanted.select("plane").filter(pl.col("plane").is_not_null()),
    )
    there = data["tailnum"].is_not_null()
    assert there.equals(wanted["plane"].is_not_null().rename("tailnum"))
    assert (there.sum(), flights["tailnum"].null_count()) == (284_170, 2_512)


def test_each_reference_to_nothing_is_told_once(tmp_path: Path) -> None:
    out = sample().export(tmp_path, "flights", paths=("tailnum.model",))

    flights = read("flights").select(key="document_id", value="tailnum")
    lost = flights.filter(pl.col("value").is_not_null()).join(
        read("planes"), left_on="value", right_on="document_id", how="anti", maintain_order="left"
    )
    assert out.result.notices == {"reference_to_nothing": 50_094}
    errors = pl.read_ndjson(out["errors.jsonl"])
    assert errors.columns == ["code", "key", "path", "value", "count"]
    assert_frame_equal(errors.select("key", "value"), lost)
    assert errors.drop("key", "value").unique().rows() == [("reference_to_nothing", "tailnum", 1)]


TAILS = read("flights")["tailnum"].drop_nulls().unique(maintain_order=True)[:100].to_list()


@pytest.mark.parametrize(
    "asked",
    [
        {"where": {"dest": "MIA"}, "expand": ("tailnum",)},
        {"where": {"tailnum": {"$in": TAILS}}},
        {"where": {"tailnum.manufacturer": {"$regex": "^AIRBUS"}, "carrier": "UA"}},
        {"sample_size": 10_000, "sample_method": "random"},
    ],
)
def test_now_few_now_many_rows_that_are_looked_up_keep_their_order(
    tmp_path: Path, asked: dict[str, Any]
) -> None:
    out = sample().export(tmp_path, "flights", **asked)

    keys = pl.read_parquet(out.data)["document_id"]
    places = read("flights").select("document_id").with_row_index()
    found = keys.to_frame().join(places, on="document_id", maintain_order="left")["index"]
    assert len(found) == out.result.rows > 5_000
    assert found.is_sorted()


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Out:
    """All digits with their vectors and images, in one zip, which is unpacked beside it."""
    folder = tmp_path_factory.mktemp("digits")
    out = sample().export(
        folder, "digits", include_vectors=True, export_files=True, zip_files=True, archive=True
    )
    subprocess.run(["unzip", "-q", out["digits.zip"], "-d", folder / "all"], check=True)
    subprocess.run(
        ["unzip", "-q", folder / "all" / "files.zip", "-d", folder / "all" / "inner"], check=True
    )
    return out


def test_the_zip_of_the_digits_holds_all_that_came_out(digits: Out) -> None:
    names = ["data.parquet", "digits_vectors.parquet", "files.zip", "files.jsonl"]
    assert digits.names == ["digits.zip"]
    assert [each.name for each in digits.result.members] == names
    assert (digits.result.rows, digits.result.notices) == (1_797, {})
    with zipfile.ZipFile(digits["digits.zip"]) as found:
        assert found.namelist() == [*names, "SHA256SUMS"]
        assert found.testzip() is None
    with zipfile.ZipFile(digits["all/files.zip"]) as found:
        assert len(found.namelist()) == 1_797 + len(["SHA256SUMS"])
        assert found.testzip() is None


@pytest.mark.parametrize(("folder", "files"), [("all", 4), ("all/inner", 1_797)])
def test_the_checksums_of_the_digits_agree(digits: Out, folder: str, files: int) -> None:
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=digits[folder],
        check=True,
        capture_output=True,
        text=True,
    )
    assert checked.stdout.count(": OK\n") == files == len(checked.stdout.splitlines())


def test_the_image_of_each_digit_is_the_one_that_its_document_names(digits: Out) -> None:
    named = dict(read("digits").select("document_id", "image").rows())
    rows = pl.read_parquet(digits["all/data.parquet"]).select("document_id", "image").rows()
    assert len(rows) == len(named) == len({image for _, image in rows})
    for key, image in rows:
        assert digits[f"all/inner/{image}"].read_bytes() == (SAMPLE / named[key]).read_bytes()


def test_the_list_of_files_tells_whence_each_is(digits: Out) -> None:
    listed = [json.loads(line) for line in digits["all/files.jsonl"].read_text().splitlines()]
    sums = {
        name: digest
        for digest, name in map(str.split, digits["all/inner/SHA256SUMS"].read_text().splitlines())
    }
    rows = pl.read_parquet(digits["all/data.parquet"]).select("document_id", "image")
    origins = read("digits")["image"]
    assert listed == [
        {
            "key": key,
            "property": "image",
            "name": name,
            "origin": origin,
            "bytes": (SAMPLE / origin).stat().st_size,
            "sha256": sums[name],
        }
        for (key, name), origin in zip(rows.rows(), origins, strict=True)
    ]


def test_the_vectors_of_the_digits_are_those_of_their_documents(digits: Out) -> None:
    vectors = pl.read_parquet(digits["all/digits_vectors.parquet"])
    assert vectors.schema["embedding"] == pl.Array(pl.Float32, 64)
    wanted = read("digits").select(
        "document_id", pl.col("embedding").cast(pl.Array(pl.Float32, 64))
    )
    assert_frame_equal(vectors, wanted)
    assert "embedding" not in pl.read_parquet_schema(digits["all/data.parquet"])


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, World]:
    """Planes that only their makers may read; and planes of which the others do not exist."""
    known = sample()
    planes = known.catalogue["planes"]
    restricted = replace(planes, access=("manufacturer",))
    file = tmp_path_factory.mktemp("planes") / "planes.parquet"
    read("planes").filter(manufacturer="BOEING").write_parquet(file)
    source, schema = registered(file)
    assert schema == planes.schema
    return (
        known.having("planes", restricted, known.sources["planes"]),
        known.having("planes", replace(planes, access=PUBLIC), source),
    )


ABOUT_PLANES: list[dict[str, Any]] = [
    {"expand": ("tailnum",)},
    {"paths": ("tailnum.manufacturer", "tailnum.seats"), "sample_size": 5_000},
    {"where": {"tailnum.manufacturer": "AIRBUS"}},
    {"where": {"tailnum.manufacturer": {"$ne": "AIRBUS"}}},
    {"where": {"tailnum.manufacturer": {"$exists": True}}, "paths": ("dest",)},
    {"where": {"field": "tailnum.seats", "operator": "is_null", "value": True}},
    {"where": {"NOT": [{"field": "tailnum.seats", "operator": "gte", "value": 1}]}},
    {"where": {"tailnum.document_id": {"$in": ["N14228", "N407UA"]}}},
    {"order_by": ("-tailnum.year_built", "tailnum.model"), "paths": ("tailnum",)},
    {
        "where": {"tailnum.seats": {"$gt": 0}},
        "sample_size": 100,
        "sample_method": "random",
        "expand": ("tailnum",),
    },
]


@pytest.mark.parametrize("asked", ABOUT_PLANES)
def test_what_may_not_be_read_is_as_if_it_were_not_there(
    tmp_path: Path, worlds: tuple[World, World], asked: dict[str, Any]
) -> None:
    results = []
    for number, world in enumerate(worlds):
        out = world.export(tmp_path / str(number), "flights", identities=UA_AND_BOEING, **asked)
        files = {each.name: (each.rows, each.sha256) for each in out.result.files}
        results.append((out.result.rows, dict(out.result.notices), files))
    assert results[0] == results[1]


def test_the_planes_of_others_are_neither_in_the_data_nor_told_apart_in_the_errors(
    tmp_path: Path, worlds: tuple[World, World]
) -> None:
    out = worlds[0].export(tmp_path, "flights", identities=UA_AND_BOEING, expand=("tailnum",))

    flights = read("flights").filter(carrier="UA").select("document_id", "tailnum")
    readable = read("planes").filter(manufacturer="BOEING").select(tailnum="document_id")
    data = pl.read_parquet(out.data)
    seen = data["tailnum"].struct
    assert set(seen.field("manufacturer").drop_nulls()) == {"BOEING"}
    assert seen.field("document_id").null_count() == data["tailnum"].null_count()
    lost = flights.filter(pl.col("tailnum").is_not_null()).join(
        readable, on="tailnum", how="anti", maintain_order="left"
    )
    unreadable = lost.join(read("planes"), left_on="tailnum", right_on="document_id", how="semi")
    assert 0 < len(unreadable) < len(lost)
    assert out.result.notices == {"reference_to_nothing": len(lost)}
    errors = pl.read_ndjson(out["errors.jsonl"])
    assert_frame_equal(errors.select(document_id="key", tailnum="value"), lost)
    assert errors.drop("key", "value").n_unique() == 1


def test_a_filter_does_not_tell_that_an_unreadable_plane_exists(
    tmp_path: Path, worlds: tuple[World, World]
) -> None:
    for number, (world, rows) in enumerate([(worlds[0], 0), (sample(), 16_187)]):
        out = world.export(
            tmp_path / str(number),
            "flights",
            identities=UA_AND_BOEING,
            where={"tailnum.manufacturer": {"$regex": "^AIRBUS"}},
        )
        assert out.result.rows == rows


def test_keys_that_came_to_be_doubled_double_no_row(tmp_path: Path) -> None:
    planes = tmp_path / "planes.parquet"
    planes.write_bytes((SAMPLE / "planes.parquet").read_bytes())
    source, schema = registered(planes)
    entry = replace(sample().catalogue["planes"], schema=schema)
    world = sample().having("planes", entry, source)
    once = pq.read_table(planes)
    pq.write_table(pa.concat_tables([once, once.slice(0, 1)]), planes)
    with pytest.raises(SourceInvalid) as caught:
        world.export(tmp_path / "out", "flights", paths=("tailnum.model",), sample_size=5)
    assert str(caught.value) == "Two documents of 'planes' have the same key by now."
