"""Registering collections, and what is refused."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from exports.domain.audit import SYSTEM
from exports.domain.collections import collection_register
from exports.domain.errors import InvalidRequest
from exports.management.sample import sample_load
from exports.models import AuditEvent, Collection
from exports.query.schema import Role
from tests.plugin import VAR
from tests.services import write_parquet

if TYPE_CHECKING:
    from pathlib import Path

    from exports.models import Namespace

SOURCES = VAR / "sources"


def register(namespace: Namespace, location: object, **fields: Any) -> Collection:
    return collection_register(
        **{
            "namespace": namespace,
            "name": "things",
            "locations": [str(location)],
            "key": "document_id",
            "actor": SYSTEM,
            **fields,
        }
    )


def refused(namespace: Namespace, location: object, **fields: Any) -> tuple[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        register(namespace, location, **fields)
    assert not Collection.objects.exists()
    assert len(caught.value.errors) == 1
    return caught.value.errors[0].path, caught.value.errors[0].message


def test_a_collection_keeps_the_schema_it_was_read_with(demo: Namespace, trips_file: Path) -> None:
    made = register(demo, trips_file)

    stored = Collection.objects.get(uid=made.uid)
    assert stored.documents == 1000
    assert stored.schema.version == stored.schema_version
    assert "place.lat" in list(stored.schema.paths())
    assert AuditEvent.objects.filter(action="collection.registered", subject=made.uid).count() == 1


def test_text_is_registered_with_the_length_of_its_vectors(demo: Namespace) -> None:
    path = SOURCES / "things.jsonl"
    path.write_text('{"document_id": "a", "v": [0.5, 1]}\n{"document_id": "b", "v": null}\n')

    made = register(demo, path, marks={"v": {"role": "vector"}})

    assert (made.documents, made.source["kind"]) == (2, "jsonl")
    assert Collection.objects.get(uid=made.uid).schema.find("v")[-1].length == 2


@pytest.mark.parametrize(
    ("line", "path", "message"),
    [
        ('{"document_id": "b", "v": [1]}', "marks.v", "'v' is no vector: one has 1 numbers"),
        ('{"document_id": "b", "v": ["x"]}', "locations", "other.jsonl, line 2: 'v' is not"),
    ],
)
def test_text_that_does_not_fit_is_refused(
    demo: Namespace, line: str, path: str, message: str
) -> None:
    file = SOURCES / "other.jsonl"
    file.write_text(f'{{"document_id": "a", "v": [0.5, 1]}}\n{line}\n')

    found = refused(demo, file, marks={"v": {"role": "vector"}})

    assert (found[0], found[1][: len(message)]) == (path, message)


def test_a_location_outside_the_roots_is_refused(
    demo: Namespace, trips_file: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.parquet"
    outside.write_bytes(trips_file.read_bytes())
    link = SOURCES / "link.parquet"
    link.unlink(missing_ok=True)
    link.symlink_to(outside)
    for location in (outside, link, SOURCES / ".." / ".." / "etc" / "passwd"):
        path, message = refused(demo, location)
        assert path == "locations"
        assert "outside" in message


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"x" * 500 + b"PAR1"])
def test_a_file_that_is_no_parquet_is_refused(demo: Namespace, content: bytes) -> None:
    file = SOURCES / f"broken-{os.getpid()}.parquet"
    file.write_bytes(content)

    path, message = refused(demo, file)

    assert path == "locations"
    assert file.name in message


def test_a_key_that_repeats_is_refused(demo: Namespace) -> None:
    query = "SELECT 'k' || (i % 9) AS document_id FROM range(10) r(i)"
    file = write_parquet(SOURCES / "doubled.parquet", query)

    path, message = refused(demo, file)

    assert path == "key"
    assert "k0" in message


def test_a_key_that_is_not_there_is_refused(demo: Namespace, trips_file: Path) -> None:
    assert refused(demo, trips_file, key="id")[0] == "key"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": ""}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": ".."}, "name"),
        ({"name": "col_x"}, "name"),
        ({"marks": {"nothing": {"optional": True}}}, "marks.nothing"),
        ({"marks": {"delay": {"role": "vector"}}}, "marks.delay"),
        ({"marks": {"delay": {"role": "file"}}}, "marks.delay"),
        ({"marks": {"carrier": {"role": "reference", "target": "x"}}}, "marks.carrier"),
        ({"access": "private"}, "access"),
        ({"access": ["delay"]}, "access"),
        ({"access": ["nobody"]}, "access"),
    ],
)
def test_what_does_not_fit_is_named(
    demo: Namespace, trips_file: Path, fields: dict[str, Any], path: str
) -> None:
    assert refused(demo, trips_file, **fields)[0] == path


def test_a_name_is_taken_once(demo: Namespace, other: Namespace, trips_file: Path) -> None:
    register(demo, trips_file)
    register(other, trips_file)

    with pytest.raises(InvalidRequest, match="already"):
        register(demo, trips_file)


def test_the_sample_is_five_collections_with_their_references(db: None) -> None:
    namespace, added = sample_load(actor=SYSTEM)

    documents = dict(namespace.collections.values_list("name", "documents"))
    assert added == 5
    assert documents == {
        "airlines": 16,
        "airports": 1458,
        "planes": 3322,
        "flights": 336776,
        "digits": 1797,
    }
    flights = namespace.collections.get(name="flights")
    targets = {path: flights.schema.find(path)[-1].target for path in ("carrier", "origin")}
    assert targets == {
        "carrier": namespace.collections.get(name="airlines").uid,
        "origin": namespace.collections.get(name="airports").uid,
    }
    assert flights.access == ["carrier"]
    digits = namespace.collections.get(name="digits").schema
    assert digits.find("embedding")[-1].role is Role.VECTOR
    assert digits.find("image")[-1].role is Role.FILE
    carriers = [(each, [each]) for each in ("AA", "B6", "DL", "EV", "UA")]
    principals = namespace.principals.order_by("name")
    assert sample_load(actor=SYSTEM)[1] == 0
    assert list(principals.values_list("name", "identities")) == carriers
