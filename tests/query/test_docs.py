"""Every example of docs/filters.md is a filter that flights can be asked."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from exports.query.condition import condition
from exports.query.errors import UnknownProperty
from exports.query.parse import parse
from exports.sources.register import Registered, register

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "filters.md").read_text()
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Registered:
    scratch = tmp_path_factory.mktemp("scratch")
    roots = [ROOT / "sample"]
    return register(["flights.parquet"], key="document_id", roots=roots, scratch=scratch)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_finds_some_flights_and_not_all(example: str, flights: Registered) -> None:
    found = condition(parse(example, flights.schema), flights.schema).where.sql("duckdb")

    query = f"SELECT count(*) FROM read_parquet('{flights.source.files[0]}') d WHERE {found}"
    rows = duckdb.execute(query).fetchall()[0][0]
    assert 0 < rows < flights.documents


def test_the_error_of_the_page_is_the_one_that_is_given(flights: Registered) -> None:
    with pytest.raises(UnknownProperty) as caught:
        parse({"departure.delay": 5}, flights.schema)

    assert f'{{"path": "{caught.value.path}", "message": "{caught.value.message}"}}' in PAGE
