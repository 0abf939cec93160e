"""What came out is read back as it was promised: columns, cells, types, sums."""

from __future__ import annotations

from typing import Any as Value

from exports.engine.request import CsvOptions, Format, Nested
from tests.worlds.cast import WORLD, asked, rows
from tests.worlds.evaluator import evaluate
from tests.worlds.reading import columns, expected_rows, found_rows
from tests.worlds.shapes import Names, Shape, first_names, row_properties, wishes
from tests.worlds.world import integer


def header(**said: Value) -> list[str]:
    return [".".join(way) for way in cells_of(**said)]


def cells_of(**said: Value) -> dict[Names, Shape]:
    request = asked(format=Format.CSV, **said).request
    ways = wishes(request, row_properties(WORLD, request), first_names(WORLD, request))
    return columns(request, evaluate(WORLD, asked(**said)).shape, ways)


def test_paths_into_structs_are_columns_in_their_order() -> None:
    assert header(paths=("gate.level", "minutes", "gate.name", "carrier.fleet.seats")) == [
        "id",
        "gate.level",
        "minutes",
        "gate.name",
        "carrier.fleet",
    ]


def test_a_struct_that_is_wanted_whole_is_one_column_or_flat() -> None:
    assert header(paths=("gate", "minutes")) == ["id", "gate", "minutes"]
    flat = CsvOptions(nested=Nested.FLATTEN)
    assert header(paths=("gate", "carrier"), expand=("carrier",), csv=flat) == [
        "id",
        "gate.name",
        "carrier.code",
        "carrier.name",
        "carrier.hub",
        "carrier.fleet",
    ]


CSV = b"""\xef\xbb\xbf"id","gate.name","stops"
3,"a","[""SFO"",null,""DFW"",""YYY""]"
1,,"[]"
2,"'=b",
"""


def test_csv_is_read_back_with_its_nulls_and_its_guard() -> None:
    said: dict[str, Value] = {"paths": ("gate.name", "stops"), "csv": CsvOptions(bom=True)}
    request = asked(format=Format.CSV, **said).request
    wanted = cells_of(**said)
    found = found_rows(request, wanted, CSV)
    assert found == expected_rows(request, wanted, rows(**said))
    assert found[2] == [2, "'=b", None]


def test_a_value_of_another_type_in_json_is_seen() -> None:
    wanted: dict[Names, Shape] = {("id",): Shape(integer("id"))}
    request = asked(format=Format.JSONL).request
    found = found_rows(request, wanted, b'{"id":1.0}\n{"id":true}\n{"id":1}\n')
    assert [repr(each) for each in found] == ["[Decimal('1.0')]", "[True]", "[1]"]
