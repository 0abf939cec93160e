"""Who is told of the end, over REST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exports.domain.claims import export_claim
from exports.domain.deliveries import Outcome, delivery_claim, delivery_end
from exports.domain.runs import run_publish
from exports.models import Export, ScriptRun

if TYPE_CHECKING:
    from exports.models import Collection, User
    from tests.api.conftest import Rest

HOOK = "https://hooks.example.org/a"
NOTIFY = [{"webhook": HOOK, "on": ["ready"]}]


@pytest.fixture
def ended(rest: Rest, trips: Collection) -> str:
    """An export that told somebody, in vain. Gives its address."""
    made = rest.post("/exports", {"collection": "trips", "notify": NOTIFY}).json()
    claim = export_claim(worker="w")
    assert claim
    run_publish(claim, files=[], rows=0, snapshot={}, notices={})
    delivery = delivery_claim()
    assert delivery
    delivery_end(delivery, Outcome("It answered 500.", status=500))
    return f"/exports/{made['id']}"


def test_an_export_says_whom_it_tells(rest: Rest, trips: Collection) -> None:
    made = rest.post("/exports", {"collection": "trips", "notify": NOTIFY}).json()

    assert made["notify"] == [{"webhook": HOOK, "email": "", "on": ["ready"]}]
    assert made["after_script"] == ""


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"notify": [{"webhook": "https://127.1/"}]}, "notify.0.webhook"),
        ({"notify": [{"email": "a@b.example"}]}, "notify.0.email"),
        ({"notify": "https://a.example"}, "notify"),
        ({"notify": [None]}, "notify.0"),
        ({"after_script": "log(1)"}, "after_script"),
        ({"after_script": 1}, "after_script"),
        ({"after_script": "a\0"}, "after_script"),
    ],
)
def test_what_cannot_be_done_is_named(
    fields: dict[str, Any], path: str, rest: Rest, trips: Collection
) -> None:
    answer = rest.post("/exports", {"collection": "trips", **fields})

    assert answer.status_code == 422
    assert [each["path"] for each in answer.json()["errors"]] == [path]


def test_every_message_is_listed_with_what_came_of_it(rest: Rest, ended: str) -> None:
    listed = rest.get(f"{ended}/deliveries").json()

    [found] = listed["items"]
    told = {name: found[name] for name in ("channel", "target", "state", "tries", "status")}
    assert told == {
        "channel": "webhook",
        "target": HOOK,
        "state": "waiting",
        "tries": 1,
        "status": 500,
    }
    assert found["outcome"] == "It answered 500."
    assert found["next_at"]
    assert listed["script"] is None


def test_the_run_of_a_script_is_told(rest: Rest, ended: str) -> None:
    export = Export.objects.get()
    ScriptRun.objects.create(export=export, outcome="failed", output="boom")

    script = rest.get(f"{ended}/deliveries").json()["script"]

    assert (script["outcome"], script["output"]) == ("failed", "boom")


def test_it_can_be_tried_again_once(rest: Rest, outside: Rest, ended: str) -> None:
    [found] = rest.get(f"{ended}/deliveries").json()["items"]
    again = f"{ended}/deliveries/{found['id']}/retry"

    assert outside.post(again, {}).status_code == 404
    answer = rest.post(again, {})
    assert (answer.status_code, answer.json()["tries"]) == (202, 0)
    assert rest.post(again, {}).status_code == 409
    assert rest.post(f"{ended}/deliveries/dlv_nothing/retry", {}).status_code == 404


def test_the_secret_is_for_signed_in_admins(rest: Rest, ada: User, eve: User) -> None:
    from tests.api.conftest import signed_in

    ada_there = signed_in(ada, **{"X-Namespace": "demo"})
    secret = ada_there.get("/webhook-secret").json()["secret"]

    assert secret.startswith("whsec_")
    assert ada_there.get("/webhook-secret").json()["secret"] == secret
    assert ada_there.post("/webhook-secret/rotate", {}).status_code == 403  # without the token
    assert rest.get("/webhook-secret").status_code == 403
    assert signed_in(eve, **{"X-Namespace": "demo"}).get("/webhook-secret").status_code == 403
