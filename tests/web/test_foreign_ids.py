"""What a page is sent of another workspace answers as what is not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote_plus

import pytest
from django.db import transaction

from exports.domain.exports import export_create
from exports.domain.requests import request_parse
from exports.models import Template
from tests.conftest import made_key, registered

if TYPE_CHECKING:
    from exports.domain.access import Caller
    from exports.models import Export, Namespace, Principal
    from exports.sources.register import Registered
    from tests.web.conftest import Browser


class Place(NamedTuple):
    """Somewhere in a page's address or form that an id or a name is sent: ``<>``."""

    kind: str
    path: str
    form: dict[str, Any] | None = None


OWN = {"collection": "own", "format": "csv", "paths": ["document_id"]}
PLACES = [
    Place("export", "/exports/new?from=<>"),
    Place("template", "/exports/new?template=<>"),
    Place("collection", "/exports/new?collection=<>"),
    Place("export", "/exports?q=<>"),
    Place("label", "/exports?q=<>"),
    Place("collection", "/exports?collection=<>"),
    Place("person", "/exports?who=<>"),
    Place("export", "/history?subject=<>"),
    Place("collection", "/history?subject=<>"),
    Place("person", "/history?who=<>"),
    Place("export", "/exports/several", {"uid": ["<>"], "action": "delete"}),
    Place("export", "/exports/several", {"uid": ["<>"], "action": "delete", "sure": "yes"}),
    Place("collection", "/exports/new", {**OWN, "collection": "<>"}),
    Place("principal", "/exports/new", {**OWN, "principal": "<>"}),
    Place("template", "/exports/new", {**OWN, "template": "<>"}),
    Place("collection", "/exports/new/preview", {**OWN, "collection": "<>"}),
    Place("principal", "/exports/new/preview", {**OWN, "principal": "<>"}),
    Place("collection", "/exports/new/copy", {**OWN, "collection": "<>"}),
    Place("collection", "/exports/new/values?collection=<>&path=carrier"),
    Place("collection", "/templates/new", {**OWN, "name": "x", "collection": "<>"}),
    Place("principal", "/templates/new", {**OWN, "name": "x", "principal": "<>"}),
    Place("principal", "/keys/new", {"label": "x", "scopes": ["admin"], "principal": "<>"}),
    Place("collection", "/keys/new", {"label": "x", "scopes": ["admin"], "collections": ["<>"]}),
    Place(
        "principal",
        "/members/new",
        {"email": "gus@example.org", "role": "exporter", "principal": "<>"},
    ),
    Place("principal", "/collections/own/documents?principal=<>"),
    Place("export", "/exports/<>"),
    Place("export", "/exports/<>/link", {"name": "data.csv"}),
    Place("export", "/exports/<>/delete", {"sure": "yes"}),
    Place("template", "/templates/<>"),
    Place("template", "/templates/<>/run", {"token": "t" * 32}),
    Place("template", "/templates/<>/delete", {"sure": "yes"}),
    Place("collection", "/collections/<>"),
    Place("collection", "/collections/<>/edit"),
    Place("collection", "/collections/<>/statistics"),
    Place("principal", "/principals/<>/delete", {"sure": "yes"}),
    Place("member", "/members/<>/remove", {"sure": "yes"}),
    Place("key", "/keys/<>/revoke", {"sure": "yes"}),
]


@pytest.fixture
def theirs(ready: Export, ua: Principal) -> dict[str, list[tuple[str, str]]]:
    """Of each kind, ids and names of ``demo``, each with one like it that is nowhere."""
    demo, ada = ready.namespace, ready.created_by
    ua.name = "of-demo"
    ua.save()
    template = Template.objects.create(
        namespace=demo, collection=ready.collection, name="theirs", request={}, created_by=ada
    )

    def none(text: str) -> tuple[str, str]:
        head, mark, tail = text.rpartition("_")
        return text, f"{head}{mark}{'0' * len(tail)}"

    return {
        "export": [none(ready.uid)],
        "template": [none(template.uid)],
        "collection": [none(ready.collection.uid), ("trips", "trams")],
        "principal": [none(ua.uid), ("of-demo", "of-none")],
        "member": [none(demo.memberships.earliest("pk").uid)],
        "key": [none(made_key(demo, ada)[0].uid)],
        "person": [(ada.email, "eda@example.org")],
        "label": [("Late trips", "Tale stirp")],
    }


def told(browser: Browser, place: Place, value: str) -> tuple[int, str, str]:
    """What comes back, without the value and what differs each time; nothing stays of it."""
    path = f"/other{place.path}".replace("<>", value)
    form = {
        name: [each.replace("<>", value) for each in text]
        if isinstance(text, list)
        else text.replace("<>", value)
        for name, text in (place.form or {}).items()
    }
    with transaction.atomic():
        got = browser.client.post(path, form) if place.form else browser.client.get(path)
        transaction.set_rollback(True)
    browser.client.cookies.pop("messages", None)
    text = re.sub(r'value="[0-9A-Za-z]{32,}"', "", got.content.decode())
    for written in (value, quote_plus(value)):
        text = text.replace(written, "<>")
    led = re.sub(r"exp_\w{22}", "", got.headers.get("Location", ""))
    return got.status_code, text, led


def test_a_foreign_one_answers_as_one_that_is_not_there(
    as_olaf: Browser,
    outsider: Caller,
    other: Namespace,
    trips_found: Registered,
    theirs: dict[str, list[tuple[str, str]]],
) -> None:
    registered(other, "own", trips_found)
    export_create(outsider, request_parse(OWN))

    for place in PLACES:
        for foreign, nowhere in theirs[place.kind]:
            there = told(as_olaf, place, foreign)
            assert (place, there) == (place, told(as_olaf, place, nowhere))
