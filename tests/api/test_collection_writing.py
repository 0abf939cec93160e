"""Collections that are made, changed, refreshed and deleted over REST."""

from __future__ import annotations

import gzip
import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from exports.models import AuditEvent, Collection, Scope
from exports.queue.preparer import prepare_claimed
from tests.api.conftest import Rest, key_for, paths_of, signed_in
from tests.plugin import VAR

if TYPE_CHECKING:
    from pathlib import Path

    from exports.models import Export, Namespace, User
    from tests.api.conftest import Answer

LINES = b'{"id": "a", "note": "x", "v": [0.5, 1]}\n{"id": "b", "note": "x", "v": [1, 2.5]}\n'


class File:
    """A file as the test client sends one."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self._content = content

    def read(self) -> bytes:
        return self._content


def send(rest: Rest, content: bytes, file: str = "things.jsonl", **fields: Any) -> Answer:
    body = encode_multipart(BOUNDARY, {"name": "things", **fields, "file": File(file, content)})
    return rest.send("POST", "/collections", body, MULTIPART_CONTENT)


def seen(rest: Rest, name: str = "things") -> dict[str, Any]:
    found: dict[str, Any] = rest.get(f"/collections/{name}").json()
    return found


def left() -> list[str]:
    folder = settings.UPLOAD_DIR
    return sorted(each.name for each in folder.iterdir()) if folder.exists() else []


@pytest.fixture(autouse=True)
def _no_uploads(tmp_path: Path, settings: Any) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"


def test_an_upload_is_prepared_by_the_queue(rest: Rest) -> None:
    answer = send(rest, LINES, description="Some", access=["note"])
    made = answer.json()

    assert (answer.status_code, made["state"], made["documents"]) == (202, "preparing", None)
    assert answer.headers["Location"] == f"/api/v1/collections/{made['id']}"
    assert prepare_claimed()
    ready = seen(rest)
    assert (ready["state"], ready["documents"], ready["key"]) == ("ready", 2, "id")
    assert (ready["access"], ready["uploaded"], ready["error"]) == (["note"], True, None)
    assert ready["locations"] == ["things.jsonl"]
    assert [each["path"] for each in ready["properties"]] == ["id", "note", "v"]
    assert left() == [made["id"]]
    told = AuditEvent.objects.filter(subject=made["id"]).order_by("pk")
    assert list(told.values_list("action", flat=True)) == [
        "collection.created",
        "collection.registered",
    ]
    assert not prepare_claimed()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("things.txt", LINES, "'things.txt' cannot be read: its name must end in .parquet"),
        ("things", LINES, "'things' cannot be read: its name must end in"),
        ("things.csv", b"", "'things.csv' is empty."),
        ("things.parquet", LINES, "'things.parquet' is no Parquet file"),
        ("things.parquet", b"PAR1", "'things.parquet' is no Parquet file"),
        ("x" * 200 + ".csv", b"id\n1\n", "A file's name is text of at most 200 characters."),
    ],
)
def test_a_bad_file_is_refused_at_once(name: str, content: bytes, says: str, rest: Rest) -> None:
    answer = send(rest, content, name)

    assert (answer.status_code, paths_of(answer)) == (422, ["file"])
    assert answer.json()["detail"].startswith(says)
    assert left() == []
    assert not Collection.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "path", "says"),
    [
        (
            "a b.jsonl",
            b'{"id": 1}\n{"id":\n',
            "locations",
            "a b.jsonl, line 2: it is not a JSON",
        ),
        ("a.csv", b"id,id\n1,2\n", "locations", "The property 'id' cannot be used"),
        ("a.csv", b'id,"x\n', "locations", "a.csv, line 1: it does not hold the names"),
        ("a.csv", b"id,a.b\n1,2\n", "locations", "The property 'a.b' cannot be used"),
        ("a.csv", b"note\nx\nx\n", "key", "No property can be the key"),
        ("a.csv.gz", b"id\n1\n", "locations", "a.csv.gz: it is cut short, damaged, or not"),
        ("a.jsonl", b"\x00\xff\xfe\n", "locations", "a.jsonl"),
        ("a.csv", b"id\n1\n\xff\n", "locations", "a.csv"),
        ("a.csv", b"id,n\n1,2\n3\n", "locations", "a.csv, line 3: it has 1 cells, not 2."),
    ],
)
def test_what_only_reading_tells_is_an_error_of_the_collection(
    name: str, content: bytes, path: str, says: str, rest: Rest
) -> None:
    send(rest, content, name)
    prepare_claimed()

    made = seen(rest)
    assert (made["state"], made["error"]["path"]) == ("error", path)
    assert made["error"]["message"][: len(says)] == says
    assert str(VAR) not in json.dumps(made)


def test_a_bomb_is_bounded_by_what_reading_may_take(rest: Rest) -> None:
    send(rest, gzip.compress(b'{"id": "' + b"x" * 60_000_000 + b'"}\n'), "a.jsonl.gz")
    prepare_claimed()

    assert seen(rest)["error"]["message"].startswith("a.jsonl.gz: a document is longer than")


def test_the_key_that_is_named_has_to_be_one(rest: Rest) -> None:
    send(rest, LINES, key="note")
    prepare_claimed()
    found = seen(rest)
    assert found["error"] == {
        "path": "key",
        "message": "'note' cannot be the key: 2 documents have 'x'. It could be 'id'.",
    }

    changed = rest.send("PATCH", "/collections/things", b'{"key": "id"}').json()
    assert (changed["state"], changed["error"]) == ("preparing", None)
    prepare_claimed()
    assert (seen(rest)["state"], seen(rest)["key"]) == ("ready", "id")


def test_several_files_are_one_collection(rest: Rest) -> None:
    files = [File("b.csv", b"id\n3\n"), File("a.csv", b"id\n1\n2\n")]
    body = encode_multipart(BOUNDARY, {"name": "things", "file": files})
    rest.send("POST", "/collections", body, MULTIPART_CONTENT)
    prepare_claimed()

    assert (seen(rest)["documents"], Collection.objects.get().locations) == (3, ["a.csv", "b.csv"])


def test_what_ends_too_soon_leaves_nothing(rest: Rest) -> None:
    body = encode_multipart(BOUNDARY, {"name": "things", "file": File("a.jsonl", LINES * 1000)})
    cut: dict[str, Any] = {
        "wsgi.input": BytesIO(body[:-500]),
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": MULTIPART_CONTENT,
    }
    answer = rest.client.generic(
        "POST",
        "/api/v1/collections",
        b"",
        MULTIPART_CONTENT,
        **cut,
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
    assert left() == []
    assert not Collection.objects.exists()


def test_more_than_the_limit_is_413(rest: Rest, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 100_000
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

    for size in (100_001, 1_200_000):
        answer = send(rest, b"x" * size)
        assert (answer.status_code, paths_of(answer)) == (413, ["file"])
    assert left() == []


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": "new"}, "name"),
        ({"name": "col_x"}, "name"),
        ({"name": "a\0"}, "name"),
        ({"colour": "red"}, "colour"),
        ({"key": ["a", "b"]}, "key"),
        ({"marks": "{"}, "marks"),
        ({"marks": '{"id": {"role": 5}}'}, "marks.id.role"),
        ({"description": "x" * 2001}, "description"),
    ],
)
def test_a_field_of_an_upload_that_is_wrong_is_named(
    fields: dict[str, Any], path: str, rest: Rest
) -> None:
    answer = send(rest, LINES, **fields)

    assert (answer.status_code, paths_of(answer)) == (422, [path])
    assert left() == []


def test_a_body_that_is_not_what_it_says_is_400(rest: Rest) -> None:
    for kind in ("multipart/form-data", MULTIPART_CONTENT):
        answer = rest.send("POST", "/collections", b"{}", kind)
        assert (answer.status_code, answer.headers["Content-Type"]) in (
            (400, "application/problem+json"),
            (422, "application/problem+json"),
        )


def test_a_session_sends_no_files(ada: User, demo: Namespace) -> None:
    rest = signed_in(ada)
    rest.client.cookies["csrftoken"] = "a" * 32
    body = encode_multipart(BOUNDARY, {"name": "things", "file": File("a.jsonl", LINES)})
    answer = rest.send("POST", "/collections", body, MULTIPART_CONTENT, X_CSRFToken="a" * 32)

    assert answer.status_code == 400
    assert left() == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "name"),
        ({"name": "x", "locations": []}, "locations"),
        ({"name": "x", "locations": "a"}, "locations"),
        ({"name": "x", "locations": ["/etc/passwd"]}, "locations"),
        ({"name": "x", "locations": ["nothing.csv"]}, "locations"),
        ({"name": "x", "locations": ["a" * 5000 + ".csv"]}, "locations"),
        ({"name": "x", "locations": ["trips.parquet"], "access": 5}, "access"),
        ({"name": "trips", "locations": ["trips.parquet"]}, "name"),
    ],
)
def test_a_location_that_does_not_fit_is_named(
    body: dict[str, Any], path: str, rest: Rest, trips: Collection
) -> None:
    answer = rest.post("/collections", body)

    assert answer.status_code == 422
    assert path in paths_of(answer)


def test_a_location_is_registered_with_what_is_said_of_it(rest: Rest, trips: Collection) -> None:
    marks = {"carrier": {"role": "reference", "target": "trips"}, "delay": {"optional": True}}
    body = {"name": "tours", "locations": ["trips.parquet"], "access": "public", "marks": marks}
    rest.post("/collections", body)
    prepare_claimed()

    made = seen(rest, "tours")
    assert (made["state"], made["key"], made["documents"]) == ("ready", "document_id", 1000)
    assert made["locations"] == ["trips.parquet"]
    by_path = {each["path"]: each for each in made["properties"]}
    assert (by_path["carrier"]["target"], by_path["delay"]["optional"]) == (trips.uid, True)
    assert rest.send("DELETE", "/collections/trips").status_code == 409
    assert rest.send("DELETE", "/collections/tours").status_code == 204
    assert rest.send("DELETE", "/collections/trips").status_code == 204


def test_the_upload_of_another_is_no_location(rest: Rest, settings: Any) -> None:
    settings.UPLOAD_DIR = VAR / "sources" / "uploads"
    made = send(rest, LINES).json()
    answer = rest.post(
        "/collections", {"name": "x", "locations": [f"uploads/{made['id']}/0001.jsonl"]}
    )

    assert paths_of(answer) == ["locations"]
    assert "outside" in answer.json()["detail"]


def test_patch_changes_what_it_names(rest: Rest, trips: Collection) -> None:
    marks = {"delay": {"optional": True}}
    body = {"name": "tours", "description": "New", "access": None, "marks": marks}
    answer = rest.send("PATCH", "/collections/trips", json.dumps(body).encode())

    changed = answer.json()
    assert (answer.status_code, changed["name"], changed["access"]) == (200, "tours", None)
    assert changed["schema_version"] != trips.schema_version
    assert rest.get("/collections/trips").status_code == 404
    again = rest.send("PATCH", "/collections/tours", b'{"marks": {"delay": {"optional": false}}}')
    assert again.json()["schema_version"] == trips.schema_version


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"name": ""}, "name"),
        ({"name": 5}, "name"),
        ({"access": []}, "access"),
        ({"access": ["delay"]}, "access"),
        ({"access": "private"}, "access"),
        ({"marks": {"delay": {"role": "vector"}}}, "marks.delay"),
        ({"marks": {"delay": {"role": "x"}}}, "marks.delay"),
        ({"marks": {"nothing": {"optional": True}}}, "marks.nothing"),
        ({"marks": {"carrier": {"role": "reference", "target": "nothing"}}}, "marks.carrier"),
        ({"marks": {"carrier": {"role": "file"}}}, "file_root"),
        ({"file_root": "/etc"}, "file_root"),
        ({"source": {}}, "source"),
    ],
)
def test_a_change_that_does_not_fit_is_named(
    body: dict[str, Any], path: str, rest: Rest, trips: Collection
) -> None:
    answer = rest.send("PATCH", "/collections/trips", json.dumps(body).encode())

    assert (answer.status_code, paths_of(answer)) == (422, [path])
    trips.refresh_from_db()
    assert trips.name == "trips"


def test_a_collection_that_is_read_by_an_export_stays(rest: Rest, finished: Export) -> None:
    rest.post("/exports", {"collection": "trips"})

    answer = rest.send("DELETE", "/collections/trips")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert answer.json()["detail"].startswith("1 export that reads it waits or runs.")


def test_what_was_made_of_it_outlives_it(rest: Rest, finished: Export) -> None:
    assert rest.send("DELETE", "/collections/trips").status_code == 204

    assert rest.get("/collections/trips").status_code == 404
    assert rest.get("/collections").json()["items"] == []
    assert rest.get("/exports").json()["items"][0]["collection"]["name"] == "trips"
    file = rest.get(f"/exports/{finished.uid}/files/data.csv")
    assert (file.status_code, file.getvalue()[:11]) == (200, b"document_id")
    assert rest.post(f"/exports/{finished.uid}/retry").status_code == 404
    answer = rest.post("/collections", {"name": "trips", "locations": ["trips.parquet"]})
    assert answer.status_code == 202


def test_it_needs_the_scope(demo: Namespace, ada: User, eve: User, trips: Collection) -> None:
    reader = Rest(key_for(demo, ada, Scope.EXPORTS_READ, Scope.EXPORTS_WRITE))
    writer = Rest(key_for(demo, ada, Scope.COLLECTIONS_WRITE))

    assert reader.send("DELETE", "/collections/trips").status_code == 403
    assert send(reader, LINES).status_code == 403
    assert send(writer, LINES).status_code == 202


def test_why_it_is_an_error_is_told_to_who_can_mend_it(
    rest: Rest, demo: Namespace, ari: User
) -> None:
    made = send(rest, b'{"id": "secret"}\n{"id": "secret"}\n', key="id").json()
    prepare_claimed()
    auditor = Rest(key_for(demo, ari, Scope.EXPORTS_READ, Scope.AUDIT_READ))

    assert "secret" in seen(rest)["error"]["message"]
    told = "Its files could not be read as they are. An admin of the workspace sees why."
    assert seen(auditor)["error"] == {"path": "key", "message": told}
    assert auditor.get("/collections").json()["items"][0]["error"]["message"] == told
    history = auditor.get(f"/audit?subject={made['id']}").json()["items"]
    assert history[0]["detail"] == {"name": "things", "field": "key"}


def test_a_rule_without_a_path_is_refused(rest: Rest, trips_file: Path) -> None:
    answer = rest.post("/collections", {"name": "t", "locations": [str(trips_file)], "access": []})

    assert (answer.status_code, paths_of(answer)) == (422, ["access"])


def test_files_of_several_kinds_are_refused_at_once(rest: Rest) -> None:
    files = [File("a.csv", b"id\n1\n"), File("b.jsonl", b'{"id": 1}\n')]
    body = encode_multipart(BOUNDARY, {"name": "things", "file": files})
    answer = rest.send("POST", "/collections", body, MULTIPART_CONTENT)

    assert (answer.status_code, paths_of(answer)) == (422, ["file"])
    says = "All files of a collection must be of one kind, but 'a.csv' is CSV and 'b.jsonl' is"
    assert answer.json()["detail"].startswith(says)
    assert left() == []
