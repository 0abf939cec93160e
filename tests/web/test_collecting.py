"""Collections that are made, changed and deleted on the pages."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from exports.models import Collection
from exports.query.schema import Role
from exports.queue.preparer import prepare_claimed
from tests.conftest import give
from tests.plugin import VAR
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from pathlib import Path

    from exports.models import Export, Namespace, User

NEW = "/demo/collections/new"
ONE = "/demo/collections/trips"
TYPED = {"name": "things", "key": "", "description": "", "access": "", "access_paths": ""}
PAGES = [
    NEW,
    f"{NEW}/browse",
    f"{NEW}/location",
    *(f"{ONE}/{end}" for end in ("edit", "fields", "delete")),
]


@pytest.fixture(autouse=True)
def _no_uploads(tmp_path: Path, settings: Any) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"


def file(name: str, content: bytes) -> BytesIO:
    made = BytesIO(content)
    made.name = name
    return made


def test_an_upload_shows_how_it_stands_until_it_is_ready(as_ada: Browser) -> None:
    answer = as_ada.post(NEW, **TYPED, file=file("a.csv", b"id,n\n1,x\n2,x\n"))

    assert (answer.status_code, answer.url) == (302, "/demo/collections/things")
    shown = as_ada.get(answer.url)
    assert "Preparing" in texts(shown, "span", class_="state")[0]
    assert one(shown, "p", hx_trigger="every").attributes["hx-get"] == answer.url
    assert as_ada.poll(answer.url).content.decode().count("<p") == 1
    prepare_claimed()
    assert as_ada.poll(answer.url).headers["HX-Refresh"] == "true"
    assert texts(as_ada.get(answer.url), "tr")[1:] == ["id integer key", "n text"]


def test_a_script_is_told_where_to_go(ada: User, demo: Namespace) -> None:
    client = Client()
    client.force_login(ada)
    sent = {**TYPED, "file": file("a.csv", b"id\n1\n")}
    answer = client.post(NEW, sent, headers={"X-Requested-With": "XMLHttpRequest"})

    assert (answer.status_code, answer.headers["Location"]) == (201, "/demo/collections/things")


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({}, "id_file", "Choose a file."),
        ({"file": ("a.txt", b"x")}, "id_file", "'a.txt' cannot be read: its name must end in"),
        ({"file": ("a.csv", b"")}, "id_file", "'a.csv' is empty."),
        ({"name": "new", "file": ("a.csv", b"id\n1\n")}, "id_name", "A name begins with"),
        ({"name": "", "file": ("a.csv", b"id\n1\n")}, "id_name", "This cannot be empty."),
        (
            {"access": "paths", "file": ("a.csv", b"id\n1\n")},
            "id_access_paths",
            "Name a field, or choose another rule.",
        ),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    typed: dict[str, Any], field: str, says: str, as_ada: Browser, tmp_path: Path
) -> None:
    if "file" in typed:
        typed = {**typed, "file": file(*typed["file"])}
    html = as_ada.post(NEW, **{**TYPED, "description": "Typed", **typed}).content.decode()

    wrong = one(html, "", id=field)
    assert wrong.attributes["aria-invalid"] == "true"
    assert "autofocus" in wrong.attributes
    assert one(html, "ul", id=f"{field}_error").text.startswith(says)
    assert one(html, "textarea", id="id_description").text == "Typed"
    assert list((tmp_path / "uploads").iterdir()) == []


def test_too_large_a_file_is_refused(as_ada: Browser, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 10
    html = as_ada.post(NEW, **TYPED, file=file("a.csv", b"id\n" * 99)).content.decode()

    assert one(html, "ul", id="id_file_error").text == "It is larger than 0 MiB."


def test_without_the_token_nothing_is_taken(ada: User, demo: Namespace, tmp_path: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    answer = client.post(NEW, {**TYPED, "file": file("a.csv", b"id\n1\n")})

    assert answer.status_code == 403
    assert list((tmp_path / "uploads").iterdir()) == []
    assert not Collection.objects.exists()


def test_no_other_page_takes_a_file(as_ada: Browser, demo: Namespace) -> None:
    answer = as_ada.post("/demo/exports/new", file=file("a.csv", b"id\n1\n"))

    assert answer.status_code == 400


def test_browsing_stays_inside_the_allowed_folders(
    as_ada: Browser, trips: Collection, tmp_path: Path, settings: Any
) -> None:
    root = tmp_path / "root"
    (root / "deep").mkdir(parents=True)
    for name in ("a.csv", ".hidden.csv", "notes.txt", "deep/b.csv"):
        (root / name).write_text("id\n1\n")
    (tmp_path / "secret.csv").write_text("id\n1\n")
    (root / "link.csv").symlink_to(tmp_path / "secret.csv")
    (root / "up").symlink_to(tmp_path)
    settings.SOURCE_ROOTS = [root]

    assert texts(as_ada.get(f"{NEW}/browse"), "th", scope="row") == [str(root)]
    shown = as_ada.get(f"{NEW}/browse", folder=str(root))
    assert texts(shown, "th", scope="row") == ["deep", "a.csv"]
    for folder in (str(tmp_path), f"{root}/..", f"{root}/up", "/", "/etc", "relative", "\0"):
        got = as_ada.client.get(f"{NEW}/browse", {"folder": folder})
        assert (folder, got.status_code) in ((folder, 404), ("\0", 200))


def test_a_location_is_made_a_collection(as_ada: Browser, trips: Collection) -> None:
    form = as_ada.get(f"{NEW}/location", location=f"{VAR}/sources/trips.parquet")
    assert one(form, "input", id="id_name").attributes["value"] == "trips"

    sent = {**TYPED, "locations": "trips.parquet\r\n", "access": "public"}
    assert as_ada.post(f"{NEW}/location", **sent).url == "/demo/collections/things"
    prepare_claimed()
    made = Collection.objects.get(name="things")
    assert (made.state, made.access, made.documents) == ("ready", "public", 1000)


def test_the_fields_are_said_in_one_form(
    as_ada: Browser, trips: Collection, planes: Collection
) -> None:
    html = as_ada.get(f"{ONE}/fields")
    assert len(elements(html, "input", name="optional")) == 8
    sent = {
        "access": "paths",
        "access_paths": "carrier\ntags",
        "file_root": "",
        "optional": ["delay", "place.lat"],
        "role:carrier": "reference",
        "target:carrier": "planes",
    }
    assert as_ada.post(f"{ONE}/fields", **sent).url == ONE

    trips.refresh_from_db()
    carrier = trips.schema.find("carrier")[-1]
    assert (carrier.role, carrier.target) == (Role.REFERENCE, planes.uid)
    marked = [path for path in trips.schema.paths() if trips.schema.find(path)[-1].optional]
    assert (marked, trips.access) == (["delay", "place.lat"], ["carrier", "tags"])


def test_a_mark_that_does_not_fit_is_told_beside_the_field(
    as_ada: Browser, trips: Collection
) -> None:
    sent = {"access": "public", "role:carrier": "reference", "target:carrier": "nothing"}
    html = as_ada.post(f"{ONE}/fields", **sent).content.decode()

    message = "There is no collection 'nothing' to refer to. Register it first."
    assert texts(html, "p", class_="errorlist") == [message]
    assert one(html, "input", name="target:carrier").attributes["value"] == "nothing"


def test_a_key_that_is_none_leaves_everything_as_it_was(as_ada: Browser, trips: Collection) -> None:
    sent = {"name": "tours", "description": "", "key": "carrier"}
    assert as_ada.post(f"{ONE}/edit", **sent).url == "/demo/collections/tours"
    prepare_claimed()

    trips.refresh_from_db()
    assert (trips.state, trips.key) == ("ready", "document_id")
    assert "The last change was not made: 'carrier' cannot be the key" in as_ada.get(
        "/demo/collections/tours"
    ).replace("&#x27;", "'")


def test_deleting_asks_first_and_says_what_stands_in_the_way(
    as_ada: Browser, finished: Export
) -> None:
    assert "1 export that was made of it stays" in as_ada.get(f"{ONE}/delete")
    assert as_ada.post(f"{ONE}/delete").url == "/demo/collections"

    assert as_ada.status(ONE) == 404
    assert "All trips" in as_ada.get("/demo/exports")


def test_what_waits_keeps_it(as_ada: Browser, make_export: Any) -> None:
    make_export()

    assert one(as_ada.post(f"{ONE}/delete").content.decode(), "p", role="alert").text.startswith(
        "1 export that reads it waits or runs."
    )


def test_refreshing_is_one_click(as_ada: Browser, trips: Collection) -> None:
    assert as_ada.post(f"{ONE}/refresh").url == ONE
    trips.refresh_from_db()
    assert (trips.state, trips.is_moving) == ("ready", True)
    assert "Refreshing" in as_ada.get("/demo/collections")


@pytest.mark.parametrize("path", PAGES)
def test_they_are_for_admins_only(
    path: str,
    as_ada: Browser,
    as_eve: Browser,
    as_ari: Browser,
    as_olaf: Browser,
    eve: User,
    trips: Collection,
    demo: Namespace,
) -> None:
    give(eve, demo, trips="export")

    assert [each.status(path) for each in (as_ada, as_eve, as_ari, as_olaf)] == [
        200,
        403,
        403,
        404,
    ]
    assert as_olaf.post(path).status_code == (405 if "browse" in path else 404)


def test_it_tells_admins_who_may_do_what(
    as_ada: Browser, as_eve: Browser, eve: User, trips: Collection, demo: Namespace
) -> None:
    give(eve, demo, trips="preview")

    assert "see it and look at documents" in texts(as_ada.get(ONE), "dd")
    assert "see it and look at documents" not in texts(as_eve.get(ONE), "dd")


@pytest.mark.parametrize("path", [NEW, f"{NEW}/location", f"{ONE}/edit", f"{ONE}/fields"])
def test_a_form_without_its_fields_is_no_failure(
    path: str, as_ada: Browser, trips: Collection
) -> None:
    assert as_ada.post(path).status_code in (200, 302)
