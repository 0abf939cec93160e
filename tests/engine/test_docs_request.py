"""Every example of docs/request.md is a request that does what the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from exports.domain.plans import FIELDS, format_named, plan_thaw
from exports.domain.reasons import REASONS
from exports.domain.requests import request_parse
from exports.engine.errors import EngineError
from exports.engine.manifest import build
from exports.models import Collection, Export, Principal
from exports.query.errors import Invalid
from exports.query.parse import parse
from exports.query.reach import reading_schema
from exports.query.tree import to_json
from tests.engine.samples import sample

if TYPE_CHECKING:
    from exports.engine.plan import Plan

PAGE = (Path(__file__).parents[2] / "docs" / "request.md").read_text()
EXAMPLES = re.findall(r"```json\n(.*?)```\n→ (.*?)\n\n", PAGE, re.DOTALL)
COMES = re.compile(r"([\d,]+) rows in (.*)")
REFUSED = re.compile(r"refused at `(.*?)`: (.*)")
FAILS = re.compile(r"ends as failed, `(.*?)`: (.*)")


def planned(body: dict[str, Any]) -> Plan:
    """The plan of a request, as it is made of the export that was accepted for it."""
    request, known = request_parse(body), sample().catalogue
    schema = reading_schema(known, request.collection, request.prefix)
    collections = {
        name: Collection(
            uid=name, name=name, schema_tree=entry.schema.to_json(), access=entry.access
        )
        for name, entry in known.items()
    }
    export = Export(
        collection=collections[request.collection],
        format=format_named(request.format),
        principal=Principal(identities=[request.principal]) if request.principal else None,
        frozen={"where": to_json(parse(request.where, schema))},
        csv=request.csv.model_dump(),
        sample_seed=request.sample_seed or 0,
        **request.model_dump(include=set(FIELDS)),
    )
    return plan_thaw(export, collections.values())


def told(names: list[str]) -> list[str]:
    """Names as the page has them: those of exported files counted."""
    files = [name for name in names if name.startswith("files/")]
    counted = [f"`files/` ({len(files)})"] if files else []
    [first, *others] = [f"`{name}`" for name in names if name not in files]
    return [first, *counted, *others]


@pytest.mark.parametrize(("example", "outcome"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_does_what_the_page_says(tmp_path: Path, example: str, outcome: str) -> None:
    body, outcome = json.loads(example), outcome.replace("\n", " ")
    if refused := REFUSED.fullmatch(outcome):
        with pytest.raises(Invalid) as caught:
            planned(body)
        assert (caught.value.path, caught.value.message) == refused.groups()
    elif fails := FAILS.fullmatch(outcome):
        with pytest.raises(EngineError) as failure:
            sample().run(tmp_path, planned(body))
        reason = REASONS[failure.value.code]
        assert (failure.value.code, f"{reason.what} {reason.remedy}") == fails.groups()
    else:
        out = sample().run(tmp_path, planned(body))
        names = ", ".join(told(out.names))
        if out.result.members:
            names += f": {', '.join(told([each.name for each in out.result.members]))}"
        assert COMES.fullmatch(outcome)
        assert outcome == f"{out.result.rows:,} rows in {names}"


def test_no_example_is_without_its_outcome() -> None:
    assert len(EXAMPLES) == PAGE.count("```json\n") > 30


def test_the_page_names_every_field_of_a_request() -> None:
    table = PAGE.split("| field | meaning |")[1].split("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))))
    known = set(request_parse({"collection": "flights"}).model_dump())
    assert named | {"objects", "after_script", "notify"} == known


def test_the_page_names_every_part_of_the_manifest(tmp_path: Path) -> None:
    out = sample().export(tmp_path, "airlines", "jsonl")
    manifest = json.loads(build(out.plan, out.result, export={}, request={}))
    table = PAGE.split("| part | says |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(manifest)
