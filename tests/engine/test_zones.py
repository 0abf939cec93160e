"""Times in a zone: the offset is always written, and the instant is always the one that was."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exports.engine.encoders.texts import json_lines
from exports.engine.legible import Legible
from exports.engine.plan import plan
from exports.engine.request import Format, Request
from exports.query.catalogue import Entry
from exports.query.errors import Invalid
from exports.query.schema import Schema
from tests.engine.exporting import NAME, Place, of_table

if TYPE_CHECKING:
    from pathlib import Path

SUMMER = dt.datetime(2013, 7, 4, 10, 30, tzinfo=dt.UTC)
WINTER = dt.datetime(2013, 1, 4, 23, 30, 0, 500_000, tzinfo=dt.UTC)
MOMENTS = [
    *(dt.datetime(year, 3, 1, 12, 0, 17, 250_000, tzinfo=dt.UTC) for year in (1, 999, 1583)),
    *(dt.datetime(year, 7, 1, 12, tzinfo=dt.UTC) for year in range(1840, 2040, 3)),
    dt.datetime(1972, 1, 7, 0, 44, 29, tzinfo=dt.UTC),  # Monrovia's last offset with seconds
    dt.datetime(9998, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC),
]


@pytest.fixture(scope="module")
def moments(tmp_path_factory: pytest.TempPathFactory) -> Place:
    kind = pa.timestamp("us", "UTC")
    columns = {
        "id": pa.array(range(len(MOMENTS))),
        "at": pa.array(MOMENTS, kind),
        "deep": pa.array(
            [[{"at": each}, None] for each in MOMENTS], pa.list_(pa.struct([("at", kind)]))
        ),
    }
    return of_table(tmp_path_factory.mktemp("zones"), pa.table(columns))


def read(place: Place, zone: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in place.out("jsonl", timezone=zone).read_text().splitlines()]


@pytest.mark.parametrize(
    ("zone", "summer", "winter"),
    [
        ("UTC", "2013-07-04T10:30:00Z", "2013-01-04T23:30:00.500Z"),
        ("Europe/Berlin", "2013-07-04T12:30:00+02:00", "2013-01-05T00:30:00.500+01:00"),
        ("America/New_York", "2013-07-04T06:30:00-04:00", "2013-01-04T18:30:00.500-05:00"),
        ("Asia/Kolkata", "2013-07-04T16:00:00+05:30", "2013-01-05T05:00:00.500+05:30"),
        ("+02:00", "2013-07-04T12:30:00+02:00", "2013-01-05T01:30:00.500+02:00"),
    ],
)
@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.timestamp("ms", "Asia/Tokyo")])
def test_the_offset_is_written(
    tmp_path: Path, zone: str, summer: str, winter: str, kind: pa.DataType
) -> None:
    values = pa.array([SUMMER, WINTER, None], pa.timestamp("us", "UTC")).cast(kind)
    things = of_table(tmp_path, pa.table({"id": [1, 2, 3], "at": values}))
    assert [each["at"] for each in read(things, zone)] == [summer, winter, None]
    rows = things.out("csv", timezone=zone).read_text().splitlines()
    assert rows[1:] == [f'1,"{summer}"', f'2,"{winter}"', "3,"]


@pytest.mark.parametrize("zone", ["Europe/Paris", "Africa/Monrovia", "Asia/Kathmandu", "+05:45"])
def test_every_instant_is_the_one_that_was(moments: Place, zone: str) -> None:
    found = read(moments, zone)
    assert [dt.datetime.fromisoformat(each["at"]) for each in found] == MOMENTS
    assert [dt.datetime.fromisoformat(each["deep"][0]["at"]) for each in found] == MOMENTS


def test_recent_times_are_those_of_the_clocks_there(moments: Place) -> None:
    zone = ZoneInfo("Europe/Paris")
    recent = [each for each in MOMENTS if 1980 < each.year < 2030]
    found = [each["at"] for each in read(moments, zone.key)]
    assert {each.astimezone(zone).isoformat() for each in recent} <= set(found)


def test_old_times_in_all_zones_are_the_instants_that_were() -> None:
    old = dt.datetime(1850, 5, 6, 7, 8, 9, tzinfo=dt.UTC)
    batch = pa.record_batch({"at": pa.array([old], pa.timestamp("us", "UTC"))})
    for zone in sorted(available_timezones() - {"Factory", "localtime"}):
        legible = Legible(pa.schema({"at": pa.timestamp("us", zone)}), lambda *_: None)
        told = json.loads(bytes(json_lines(legible(batch))))["at"]
        assert dt.datetime.fromisoformat(told) == old, zone


def test_parquet_holds_utc_whatever_the_zone(moments: Place) -> None:
    table = pq.read_table(moments.out("parquet", timezone="Asia/Tokyo"))
    assert table["at"].type == pa.timestamp("us", "UTC")
    assert table["at"].to_pylist() == MOMENTS


@pytest.mark.parametrize("zone", ["", "Europe/Barlin", "Z", "+2", "\ud800", "a\0b"])
def test_a_zone_that_is_not_there_is_refused(zone: str) -> None:
    request = Request(collection=NAME, format=Format.CSV, timezone=zone)
    with pytest.raises(Invalid) as refused:
        plan(request, {NAME: Entry(NAME, Schema("id", ()))})
    assert refused.value.path == "timezone"
    assert refused.value.message.startswith("There is no time zone")
