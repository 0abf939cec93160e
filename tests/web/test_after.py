"""What follows the end of an export, on pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exports.domain.claims import export_claim
from exports.domain.deliveries import Outcome, delivery_claim, delivery_end
from exports.domain.exports import request_of
from exports.domain.runs import run_publish
from exports.domain.webhooks import webhook_secret
from exports.models import Delivery, Export, ScriptRun, State
from exports.web.after import after_typed
from tests.web.reading import one, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.access import Caller
    from exports.models import Collection, Namespace
    from tests.web.conftest import Browser

HOOK = "https://hooks.example.org/a"
PAGE = "/demo/exports/new"
TYPED = {"collection": "trips", "format": "csv", "label": "Told"}


def publish() -> Export:
    claim = export_claim(worker="w")
    assert claim
    run_publish(claim, files=[], rows=0, snapshot={}, notices={})
    return Export.objects.get()


def failed_once() -> Delivery:
    delivery = delivery_claim()
    assert delivery
    delivery_end(delivery, Outcome("It answered 500.", status=500))
    return delivery


def test_the_form_asks_whom_to_tell(
    as_ada: Browser, admin: Caller, trips: Collection, settings: Any
) -> None:
    settings.SCRIPTS = settings.EMAIL_IS_SET = True
    typed = {
        "notify_webhooks": f"{HOOK}\r\n\r\n https://b.example.org/ ",
        "notify_emails": "ada@example.org",
        "notify_on": "error",
        "after_script": "log(1)\r\nlog(2)",
    }

    as_ada.post(PAGE, **TYPED, **typed)

    export = Export.objects.get()
    assert export.notify == [
        {"webhook": HOOK, "on": ["error"]},
        {"webhook": "https://b.example.org/", "on": ["error"]},
        {"email": "ada@example.org", "on": ["error"]},
    ]
    assert export.after_script == "log(1)\nlog(2)"
    assert after_typed(request_of(admin, export)) == {
        **typed,
        "notify_webhooks": f"{HOOK}\nhttps://b.example.org/",
        "after_script": "log(1)\nlog(2)",
    }


def test_each_may_be_told_of_another_end_and_stays_so_when_it_is_asked_again(
    as_ada: Browser, admin: Caller, trips: Collection, settings: Any
) -> None:
    settings.EMAIL_IS_SET = True
    typed = {
        "notify_webhooks": f"{HOOK} ready\nhttps://b.example.org/",
        "notify_emails": "ada@example.org error",
        "notify_on": "",
    }

    as_ada.post(PAGE, **TYPED, **{**typed, "notify_emails": "ada@example.org\tERROR"})

    export = Export.objects.get()
    assert [each["on"] for each in export.notify] == [["ready"], ["ready", "error"], ["error"]]
    assert after_typed(request_of(admin, export)) == {**typed, "after_script": ""}
    publish()
    for state in (State.READY, State.EXPIRED):
        Export.objects.update(state=state)
        html = as_ada.get(f"/demo/exports/{export.uid}")
        assert texts(html, "span", class_="target") == [
            *(HOOK, "https://b.example.org/", "ada@example.org")
        ]
        assert html.count("would be told when it has failed") == 1


def test_what_is_wrong_stands_beside_its_field(
    as_ada: Browser, trips: Collection, settings: Any
) -> None:
    settings.EMAIL_IS_SET = True

    text = as_ada.post(
        PAGE,
        **TYPED,
        notify_webhooks=f"{HOOK}\nhttp://b.example.org/",
        notify_emails="no address",
        after_script="log(1)",
    ).content.decode()

    assert 'href="#id_notify_webhooks"' in text
    assert "http://b.example.org/: The address must begin with https://." in text
    assert "no address: Write one e-mail address" in text
    assert f"{HOOK}\nhttp://b.example.org/" in text
    assert not Export.objects.exists()


def test_only_who_may_is_asked_for_a_script(
    as_ada: Browser, trips: Collection, settings: Any
) -> None:
    assert "after_script" not in as_ada.get(PAGE)
    assert "notify_emails" not in as_ada.get(PAGE)
    settings.SCRIPTS = settings.EMAIL_IS_SET = True
    assert "after_script" in as_ada.get(PAGE)
    assert "notify_emails" in as_ada.get(PAGE)

    settings.SCRIPTS = False
    text = as_ada.post(PAGE, **TYPED, after_script="log(1)").content.decode()
    assert "Scripts are switched off here." in text


def test_the_page_says_who_will_be_told(
    as_ari: Browser, make_export: Callable[..., Export]
) -> None:
    export = make_export(notify=[{"webhook": HOOK, "on": ["error"]}])

    text = as_ari.get(f"/demo/exports/{export.uid}")

    assert "What will follow" in text
    assert HOOK in text
    assert "is told when it has failed" in text


def test_an_export_that_tells_nobody_says_nothing_of_it(
    as_ada: Browser, make_export: Callable[..., Export]
) -> None:
    assert "What will follow" not in as_ada.get(f"/demo/exports/{make_export().uid}")


def test_the_page_shows_each_message_and_tries_again(
    as_ada: Browser, as_ari: Browser, make_export: Callable[..., Export]
) -> None:
    make_export(notify=[{"webhook": HOOK}])
    export = publish()
    path = f"/demo/exports/{export.uid}"
    assert 'hx-trigger="every 2s"' in as_ada.get(path)
    delivery = failed_once()

    text = as_ada.get(path)

    assert "1 try · It answered 500. Next try" in text
    assert 'hx-trigger="every 2s"' not in text
    assert "Try again" not in as_ari.get(path)
    again = f"{path}/deliveries/{delivery.uid}/retry"
    assert as_ari.post(again).status_code == 403
    said = as_ada.client.post(again, follow=True).content.decode()
    assert f"Trying again to tell {HOOK}." in said
    said = as_ada.client.post(again, follow=True).content.decode()
    assert "Only what failed can be tried again" in said
    part = as_ada.poll(f"{path}/after").content.decode()
    assert part.lstrip().startswith('<section class="card" id="after"')


def test_what_a_script_said_is_text(as_ada: Browser, make_export: Callable[..., Export]) -> None:
    export = make_export(label="Scripted")
    Export.objects.update(after_script="log('<b>')", state="ready")
    ScriptRun.objects.create(export=export, outcome="timed_out", output="<b>bold</b>")

    text = as_ada.get(f"/demo/exports/{export.uid}")

    assert "&lt;b&gt;bold&lt;/b&gt;" in text
    assert "Took too long" in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_often_however_many_there_are(
    count: int, as_ada: Browser, make_export: Callable[..., Export]
) -> None:
    make_export(notify=[{"webhook": f"{HOOK}/{each}"} for each in range(count)])
    path = f"/demo/exports/{publish().uid}/after"
    as_ada.poll(path)

    with CaptureQueriesContext(connection) as queries:
        as_ada.poll(path)

    about = [
        each["sql"] for each in queries if "delivery" in each["sql"] or "script" in each["sql"]
    ]
    assert len(about) == 3  # the export itself has a script among its columns


def test_an_admin_sees_the_secret_when_he_asks_and_replaces_it(
    as_ada: Browser, demo: Namespace
) -> None:
    secret = webhook_secret(demo)
    assert secret not in as_ada.get("/demo/webhooks")

    assert secret in as_ada.post("/demo/webhooks").content.decode()

    assert "Replace the secret?" in as_ada.get("/demo/webhooks/rotate")
    assert webhook_secret(demo) == secret
    text = as_ada.post("/demo/webhooks/rotate").content.decode()
    assert secret != webhook_secret(demo)
    assert webhook_secret(demo) in text


def test_a_reload_of_the_new_secret_does_not_replace_it_again(
    as_ada: Browser, demo: Namespace
) -> None:
    webhook_secret(demo)
    mark = one(as_ada.get("/demo/webhooks/rotate"), "input", name="once").attributes["value"]
    as_ada.post("/demo/webhooks/rotate", once=mark)
    secret = webhook_secret(demo)

    again = as_ada.post("/demo/webhooks/rotate", once=mark)

    assert (again.status_code, again.headers["Location"]) == (302, "/demo/webhooks")
    html = as_ada.get("/demo/webhooks")
    assert "nothing was replaced again" in html
    assert "The one before signs beside it until" in html
    assert webhook_secret(demo) == secret
