"""The options of CSV: every one leaves a file that can be read back without loss."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv
import pytest

from exports.engine.csvcheck import check_csv
from exports.engine.encoders.csv import encode_csv, to_cells
from exports.engine.encoders.formulas import defused
from exports.engine.request import CsvOptions
from exports.query.errors import Invalid

TEXTS = ["a;b,c\td|e", 'say "hi"', "two\nlines", "", None, "NULL", "=1", ";=1"]
BATCH = pa.record_batch({"id": range(8), "text": TEXTS, "n": [1.5, None, *[-2.5] * 6]})


def written(options: CsvOptions, batch: pa.RecordBatch = BATCH) -> bytes:
    cells = to_cells(batch, texts=frozenset({"text"}), options=options)
    pieces = encode_csv([cells], names=batch.schema.names, options=options)
    return b"".join(piece.data for piece in pieces)


def plain(**options: str | bool) -> CsvOptions:
    return CsvOptions(**{"formula_guard": False, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", " ", "^", "\x1f", "\x01", "\\"])
def test_a_delimiter_leaves_all_text_as_it_is(delimiter: str) -> None:
    options = plain(delimiter=delimiter)
    check_csv(options)
    text = written(options).decode()
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert rows[0] == ["id", "text", "n"]
    assert [row[1] for row in rows[1:]] == [text or "" for text in TEXTS]


@pytest.mark.parametrize("null_text", ["", "NULL", "\\N", "-", "n/a", "(leer)", "—"])
def test_null_and_the_text_that_stands_for_it_stay_two_things(null_text: str) -> None:
    options = plain(null_text=null_text)
    check_csv(options)
    batch = pa.record_batch({"id": [1, 2, 3], "text": [None, null_text, "x"], "n": [None, 1, 2]})
    read = pyarrow.csv.read_csv(
        io.BytesIO(written(options, batch)),
        convert_options=pyarrow.csv.ConvertOptions(
            null_values=[null_text], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
    assert read.to_pydict() == batch.to_pydict()


def test_duckdb_reads_nulls_back(tmp_path: Path) -> None:
    file = str(tmp_path / "data.csv")
    Path(file).write_bytes(written(plain(null_text="NULL", delimiter=";")))
    query = "SELECT text, n FROM read_csv(?, delim=';', nullstr='NULL', allow_quoted_nulls=false)"
    with duckdb.connect() as connection:
        found = connection.execute(query, [file]).fetchall()
    assert found == list(zip(TEXTS, BATCH["n"].to_pylist(), strict=True))


def test_what_has_no_quotes_holds_no_delimiter_that_is_allowed() -> None:
    batch = pa.record_batch(
        {"id": [-1], "f": [1e-300], "g": [1e300], "d": [date(2013, 7, 4)], "b": [True]}
    )
    bare = set(written(plain(), batch).decode().split("\n")[1]) - {","}
    for each in sorted(bare):
        with pytest.raises(Invalid):
            check_csv(plain(delimiter=each))


def test_the_mark_for_excel_comes_once_and_first() -> None:
    assert written(CsvOptions(bom=True)) == b"\xef\xbb\xbf" + written(CsvOptions())


def test_the_guard_can_be_off_for_cells_and_headers() -> None:
    batch = pa.record_batch({"text": ["=1"], "=name": ["+1"]})
    assert written(plain(), batch) == b'"text","=name"\n"=1","+1"\n'
    assert written(CsvOptions(), batch) == b'"text","\'=name"\n"\'=1","+1"\n'


@pytest.mark.parametrize("delimiter", [",", ";", "|", "^", "\\", " ", "\x1f"])
def test_the_guard_looks_behind_the_delimiter(delimiter: str) -> None:
    texts = [f"{delimiter}=1", f" {delimiter} -1", f"{delimiter}x", delimiter, "x=1"]
    dangerous, again, *harmless = defused(pa.array(texts), delimiter).to_pylist()
    assert [dangerous, again] == ["'" + text for text in texts[:2]]
    assert harmless == texts[2:]


@pytest.mark.parametrize(
    "delimiter", ["", ";;", '"', "'", "\r", "\n", "\0", "a", "7", "é", "§", "=", "@", "-", "+", "."]
)
def test_a_delimiter_that_would_lose_something_is_refused(delimiter: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_csv(CsvOptions(delimiter=delimiter))
    assert refusal.value.path == "csv.delimiter"


LOOKALIKES = ["0", "-1", "+2", ".5", "1e3", "true", "FALSE", "2013-07-04"]
UNWRITABLE = ["a;b", '"', "a\nb", "\0", "\ud800", "x" * 101]
FORMULAS = ["=1", "@x", " =x"]


@pytest.mark.parametrize("null_text", [*LOOKALIKES, *UNWRITABLE, *FORMULAS])
def test_a_null_text_that_would_be_taken_for_something_else_is_refused(null_text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_csv(CsvOptions(null_text=null_text, delimiter=";"))
    assert refusal.value.path == "csv.null_text"


def test_dashes_are_no_formula() -> None:
    check_csv(CsvOptions(null_text="--"))
    check_csv(plain(null_text="=x"))
