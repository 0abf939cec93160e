"""The pages of templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from exports.domain.templates import template_create
from exports.models import Export, Right, Template
from tests.conftest import give
from tests.web.conftest import Browser
from tests.web.reading import texts

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.models import Collection, Namespace, User

REQUEST = {"collection": "trips", "format": "csv", "paths": ["carrier"]}
AT = "/demo/templates"


@pytest.fixture
def saved(admin: Caller, trips: Collection) -> Template:
    return template_create(admin, name="<b>Weekly</b>", request=REQUEST)


def typed(**changes: Any) -> dict[str, Any]:
    return {"name": "Weekly", "request": json.dumps(REQUEST), **changes}


def test_an_export_is_saved_and_run_again_with_one_click(as_ada: Browser, finished: Export) -> None:
    form = as_ada.get(f"{AT}/new", **{"from": finished.uid})
    assert f'value="{finished.label}"' in form

    kept = as_ada.post(f"{AT}/new", **typed())
    template = Template.objects.get()
    assert (kept.status_code, kept.url) == (302, f"{AT}/{template.uid}")
    assert template.request == {"format": "csv", "paths": ["carrier"]}

    run = [as_ada.post(f"{AT}/{template.uid}/run", token="a" * 32) for _ in range(2)]
    made = Export.objects.get(template=template)
    assert {each.url for each in run} == {f"/demo/exports/{made.uid}"}
    assert made.label in as_ada.get(f"{AT}/{template.uid}")


def test_the_builder_saves_what_it_holds(as_ada: Browser, saved: Template) -> None:
    form = as_ada.get("/demo/exports/new", template=saved.uid)
    assert f'name="template" value="{saved.uid}"' in form
    typed_there = {"collection": "trips", "format": "jsonl", "paths": ["delay"], "save": "1"}

    named = as_ada.post("/demo/exports/new", **typed_there, template=saved.uid).content.decode()
    assert f'action="{AT}/{saved.uid}/edit"' in named
    assert "&quot;jsonl&quot;" in named

    named = as_ada.post("/demo/exports/new", **typed_there, template="tpl_no").content.decode()
    assert f'action="{AT}/new"' in named
    assert not Export.objects.exists()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "This cannot be empty."),
        ({"request": "{"}, "This is not JSON: see line 1, column 2."),
        ({"request": "[" * 50_000}, "This JSON is too deep, or a number too long."),
        ({"request": "9" * 5_000}, "This JSON is too deep, or a number too long."),
        ({"request": "[]"}, "Write an object"),
        ({"request": '{"collection": "nothing"}'}, "There is no such collection here."),
        ({"request": '{"collection": "trips", "paths": ["no"]}'}, "paths.0: "),
        ({"request": '{"collection": "trips", "label": "\\ud800"}'}, "label: "),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    as_ada: Browser, trips: Collection, changes: dict[str, str], says: str
) -> None:
    answer = as_ada.post(f"{AT}/new", **typed(**changes))

    text = answer.content.decode()
    assert (answer.status_code, says in text, "autofocus" in text) == (200, True, True)
    assert not Template.objects.exists()


def test_a_taken_name_is_said_and_the_old_one_stays_in_the_title(
    as_ada: Browser, admin: Caller, saved: Template
) -> None:
    template_create(admin, name="Weekly", request=REQUEST)
    answer = as_ada.post(f"{AT}/{saved.uid}/edit", **typed()).content.decode()

    assert "There is a template" in answer
    assert "Edit “<bdi>&lt;b&gt;Weekly&lt;/b&gt;</bdi>”" in answer


def test_it_is_changed_and_deleted_after_a_question(as_ada: Browser, saved: Template) -> None:
    as_ada.post(f"{AT}/{saved.uid}/edit", **typed(name="Daily", description="By noon"))
    saved.refresh_from_db()
    assert (saved.name, saved.description) == ("Daily", "By noon")

    assert "Delete the template" in as_ada.get(f"{AT}/{saved.uid}/delete")
    as_ada.post(f"{AT}/{saved.uid}/delete")
    assert not Template.objects.exists()
    assert "No template yet" in as_ada.get(AT)


def test_one_that_fits_no_longer_says_so(as_ada: Browser, saved: Template) -> None:
    Template.objects.update(request={"paths": ["gone"]})
    answer = as_ada.client.post(f"{AT}/{saved.uid}/run", follow=True)

    assert "It cannot be run as it is. paths.0" in answer.content.decode()
    assert not Export.objects.exists()


def test_everybody_sees_what_is_his(
    as_ari: Browser, as_eve: Browser, as_olaf: Browser, saved: Template, eve: User, demo: Namespace
) -> None:
    pages = ("", f"/{saved.uid}", f"/{saved.uid}/edit", f"/{saved.uid}/delete", "/new")

    def statuses(browser: Browser) -> list[int]:
        got = [browser.status(AT + each) for each in pages]
        return [*got, browser.post(f"{AT}/{saved.uid}/run").status_code]

    assert statuses(as_ari) == [200, 200, 403, 403, 403, 403]
    assert statuses(as_eve) == [200, 404, 404, 404, 200, 404]
    assert statuses(as_olaf) == [404] * 6
    give(eve, demo, trips=Right.EXPORT)
    assert statuses(as_eve) == [200, 200, 403, 403, 200, 302]


def test_a_list_takes_as_many_queries_for_three_as_for_one(
    as_ada: Browser, admin: Caller, saved: Template, django_assert_num_queries: Any
) -> None:
    as_ada.get(AT)
    with django_assert_num_queries(7):
        assert "&lt;b&gt;Weekly&lt;/b&gt;" in as_ada.get(AT)
    for name in ("Two", "Three"):
        template_create(admin, name=name, request=REQUEST)
    with django_assert_num_queries(7):
        as_ada.get(AT)


def test_the_list_counts_what_whoever_looks_may_see(
    as_ada: Browser, as_eve: Browser, eve: User, saved: Template
) -> None:
    give(eve, saved.namespace, principal="", trips=Right.EXPORT)
    gone, _ = (as_ada.post(f"{AT}/{saved.uid}/run", token=each * 32).url for each in "ab")
    as_ada.post(f"{gone}/delete")
    as_eve.post(f"{AT}/{saved.uid}/run", token="c" * 32)

    counts = [texts(each.get(AT), "td")[1] for each in (as_ada, as_eve)]
    assert counts == ["2", "1"]
