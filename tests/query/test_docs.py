"""Every example of docs/filters.md is a filter that its collection can be asked."""

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
EXAMPLES = re.findall(r"```json(?: (\w+))?\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Registered]:
    scratch = tmp_path_factory.mktemp("scratch")
    roots = [ROOT / "sample"]
    return {
        name: register([f"{name}.parquet"], key="document_id", roots=roots, scratch=scratch)
        for name in ("flights", "airports")
    }


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_an_example_finds_some_documents_and_not_all(
    name: str, example: str, collections: dict[str, Registered]
) -> None:
    asked = collections[name or "flights"]
    found = condition(parse(example, asked.schema), asked.schema).where.sql("duckdb")

    query = f"SELECT count(*) FROM read_parquet('{asked.source.files[0]}') d WHERE {found}"
    rows = duckdb.execute(query).fetchall()[0][0]
    assert 0 < rows < asked.documents


def test_the_error_of_the_page_is_the_one_that_is_given(collections: dict[str, Registered]) -> None:
    with pytest.raises(UnknownProperty) as caught:
        parse({"departure.delay": 5}, collections["flights"].schema)

    assert f'{{"path": "{caught.value.path}", "message": "{caught.value.message}"}}' in PAGE
