"""Messages about the end of an export: written down with it, claimed once, tried again, ended."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from exports.domain.audit import SYSTEM
from exports.domain.claims import export_claim
from exports.domain.deliveries import (
    Outcome,
    delivery_claim,
    delivery_end,
    delivery_retry,
)
from exports.domain.errors import Conflict, InvalidRequest, NotFound
from exports.domain.exports import export_cancel, export_create, export_retry
from exports.domain.messages import email_parts
from exports.domain.requests import request_parse
from exports.domain.rotation import master_key_rotate
from exports.domain.runs import run_fail, run_publish, run_reap
from exports.domain.scripting import script_claim, script_end, scripts_reap
from exports.domain.storage import master_keys
from exports.domain.webhooks import webhook_secret, webhook_secret_rotate, webhook_secret_show
from exports.models import AuditDetail, AuditEvent, Delivery, Export, Namespace, ScriptRun
from exports.scripts.run import Ran
from tests.conftest import made_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.access import Caller
    from exports.domain.claims import Claim
    from exports.models import Collection, User

pytestmark = pytest.mark.django_db

HOOK = "https://hooks.example.org/a?token=1"
READY = {"webhook": HOOK, "on": ["ready"]}
ERROR = {"webhook": "https://hooks.example.org/b", "on": ["error"]}


@pytest.fixture(autouse=True)
def _settings(settings: Any) -> None:
    settings.EMAIL_IS_SET = True
    settings.SCRIPTS = True
    settings.PUBLIC_URL = "https://waybill.example.org"


@pytest.fixture
def claimed(make_export: Callable[..., Export]) -> Callable[..., Claim]:
    def claim(*notices: dict[str, Any], **fields: Any) -> Claim:
        make_export(notify=list(notices), **fields)
        found = export_claim(worker="w")
        assert found
        return found

    return claim


def publish(claim: Claim) -> None:
    run_publish(claim, files=[], rows=7, snapshot={}, notices={})


def targets() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("target", flat=True))


def due(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(next_at=timezone.now() - timedelta(seconds=1))


def errors_of(caller: Caller, **fields: Any) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refusal:
        export_create(caller, request_parse({"collection": "trips", **fields}))
    return {each.path: each.message for each in refusal.value.errors}


def test_each_end_tells_those_who_asked_for_it(claimed: Callable[..., Claim]) -> None:
    both = {"email": "ada@example.org"}
    publish(claimed(READY, ERROR, both))
    assert targets() == [HOOK, "ada@example.org"]

    Delivery.objects.all().delete()
    run_fail(claimed(READY, ERROR, both), "source_invalid")
    assert targets() == [ERROR["webhook"], "ada@example.org"]


def test_an_attempt_that_is_tried_again_tells_nobody(claimed: Callable[..., Claim]) -> None:
    run_fail(claimed({"webhook": HOOK}), "store_unavailable")

    assert targets() == []


def test_a_lost_worker_tells_with_its_last_attempt(claimed: Callable[..., Claim]) -> None:
    claim = claimed({"webhook": HOOK}, after_script="log(1)")
    Export.objects.update(attempt=3, lease_until=timezone.now() - timedelta(seconds=1))
    claim.export.refresh_from_db()

    assert run_reap(claim.export)

    assert targets() == [HOOK]
    assert ScriptRun.objects.get().outcome == "waiting"


def test_who_cancels_tells_nobody(claimed: Callable[..., Claim], admin: Caller) -> None:
    export_cancel(admin, claimed({"webhook": HOOK}, after_script="log(1)").export)

    assert (targets(), ScriptRun.objects.count()) == ([], 0)


def test_a_webhook_says_what_came_out_and_holds_no_data(claimed: Callable[..., Claim]) -> None:
    where = {"field": "carrier", "operator": "eq", "value": "secret"}
    claim = claimed({"webhook": HOOK}, label="Late", where=where)
    publish(claim)
    export, found = Export.objects.get(), Delivery.objects.get()

    body = json.loads(found.body)

    assert "secret" not in found.body
    assert (body["id"], body["type"]) == (found.uid, "export.ready")
    assert body["data"] == {
        "id": export.uid,
        "label": "Late",
        "state": "ready",
        "workspace": "demo",
        "collection": {"id": export.collection.uid, "name": "trips"},
        "format": "parquet",
        "rows": 7,
        "bytes": 0,
        "error": None,
        "created_at": body["data"]["created_at"],
        "ended_at": body["timestamp"],
        "expires_at": body["data"]["expires_at"],
        "page": "https://waybill.example.org" + reverse("web:export", args=["demo", export.uid]),
        "api": "https://waybill.example.org" + reverse("api:export", args=[export.uid]),
    }


def test_a_failure_says_its_reason(claimed: Callable[..., Claim]) -> None:
    run_fail(claimed({"webhook": HOOK}, {"email": "ada@example.org"}), "storage_full")
    webhook, email = Delivery.objects.order_by("pk")

    data = json.loads(webhook.body)["data"]

    assert (data["state"], data["error"]["code"], data["rows"]) == ("error", "storage_full", None)
    subject, text = email_parts(email.body)
    assert subject.endswith(": failed")
    assert data["error"]["what"] in text


def test_a_label_breaks_out_of_no_header(claimed: Callable[..., Claim]) -> None:
    label = "A\r\nBcc: eve@example.org\r\n\r\nhello\u202e"
    publish(claimed({"email": "ada@example.org"}, label=label))

    subject, _ = email_parts(Delivery.objects.get().body)

    assert subject == "[Waybill] A  Bcc: eve@example.org    hello: ready"


def test_a_claimed_message_is_nobody_elses_until_its_lease_is_over(
    claimed: Callable[..., Claim],
) -> None:
    publish(claimed({"webhook": HOOK}))
    first = delivery_claim()
    assert first
    assert delivery_claim() is None

    due(first)
    second = delivery_claim()

    assert second
    assert second.tries == 2
    # Who comes back too late changes nothing.
    assert not delivery_end(first, Outcome("It answered 500."))
    assert delivery_end(second, Outcome("It answered 204.", delivered=True, status=204))
    assert not delivery_end(first, Outcome("It answered 500.", final=True))
    found = Delivery.objects.get()
    assert (found.state, found.status, found.next_at) == ("delivered", 204, None)


def test_a_namespace_with_its_share_is_passed_over(
    claimed: Callable[..., Claim], demo: Namespace
) -> None:
    publish(claimed({"webhook": HOOK}))

    assert delivery_claim([demo.pk]) is None
    assert delivery_claim([demo.pk + 1])


def test_it_is_tried_again_with_growing_pauses_and_then_given_up(
    claimed: Callable[..., Claim], settings: Any
) -> None:
    settings.DELIVERY_PAUSES = [timedelta(seconds=10), timedelta(minutes=1)]
    publish(claimed({"webhook": HOOK}))
    pauses = []
    while delivery := delivery_claim():
        delivery_end(delivery, Outcome("It answered 500.", status=500))
        delivery.refresh_from_db()
        if delivery.next_at:
            pauses.append(round((delivery.next_at - timezone.now()).total_seconds()))
            assert delivery_claim() is None
            due(delivery)

    assert pauses == [10, 60]
    assert (delivery, Delivery.objects.get().state) == (None, "failed")
    assert Delivery.objects.get().tries == 3
    [event] = AuditEvent.objects.filter(action__startswith="delivery.")
    detail = AuditDetail.objects.get(event_id=event.pk).said
    assert (event.action, detail["tries"], detail["target"]) == ("delivery.failed", 3, HOOK)


def test_what_kills_its_process_each_time_is_given_up(
    claimed: Callable[..., Claim], settings: Any
) -> None:
    settings.DELIVERY_PAUSES = [timedelta(0)]
    publish(claimed({"webhook": HOOK}))
    for _ in range(2):
        lost = delivery_claim()
        assert lost
        due(lost)

    assert delivery_claim() is None
    assert Delivery.objects.get().state == "failed"


def test_what_is_final_is_not_tried_again(claimed: Callable[..., Claim]) -> None:
    publish(claimed({"webhook": HOOK}))
    delivery = delivery_claim()
    assert delivery

    delivery_end(delivery, Outcome("It answered 410.", status=410, final=True))

    assert Delivery.objects.get().state == "failed"


def test_people_have_it_tried_again(claimed: Callable[..., Claim], admin: Caller) -> None:
    claim = claimed({"webhook": HOOK})
    publish(claim)
    uid = Delivery.objects.get().uid
    with pytest.raises(Conflict):
        delivery_retry(admin, claim.export, uid)
    delivery = delivery_claim()
    assert delivery
    with pytest.raises(Conflict):
        delivery_retry(admin, claim.export, uid)
    delivery_end(delivery, Outcome("It answered 500.", status=500))

    again = delivery_retry(admin, claim.export, uid)

    assert (again.state, again.tries, again.body) == ("waiting", 0, delivery.body)
    assert delivery_claim()
    with pytest.raises(NotFound):
        delivery_retry(admin, claim.export, "dlv_nothing")


@pytest.mark.parametrize(
    ("notify", "path", "word"),
    [
        ([{}], "notify.0", "one of them"),
        ([{"webhook": HOOK, "email": "ada@example.org"}], "notify.0", "one of them"),
        ([READY, {"webhook": "http://a.example.org"}], "notify.1.webhook", "https://"),
        ([{"webhook": "https://10.0.0.1:22/"}], "notify.0.webhook", "port"),
        ([{"webhook": "https://10.0.0.1/"}], "notify.0.webhook", "public network"),
        ([{"webhook": "https://[::1]/"}], "notify.0.webhook", "public network"),
        ([{"webhook": "https://a.example/" + "a" * 2000}], "notify.0.webhook", "2000"),
        ([{"webhook": "https://a.example/\0"}], "notify.0.webhook", "ASCII"),
        ([{"webhook": HOOK, "on": []}], "notify.0.on", "1 entries"),
        ([{"webhook": HOOK, "on": ["cancelled"]}], "notify.0.on.0", "'ready' or 'error'"),
        ([{"webhok": HOOK}], "notify.0.webhok", "'webhook'"),
        ([{"email": "ada@example.org\nBcc: x@y.example"}], "notify.0.email", "one e-mail"),
        ([{"email": "ada"}], "notify.0.email", "one e-mail"),
        ([{"email": "eve@elsewhere.example"}], "notify.0.email", "Only members"),
        ([READY] * 11, "notify", "10 entries"),
        ({"webhook": HOOK}, "notify", "list"),
        (["https://a.example"], "notify.0", "object"),
    ],
)
def test_what_cannot_be_told_is_refused_by_its_place(
    notify: Any, path: str, word: str, admin: Caller, trips: Collection
) -> None:
    [(at, message)] = errors_of(admin, notify=notify).items()

    assert at == path
    assert word in message


def test_without_a_mail_server_e_mail_is_refused(
    admin: Caller, trips: Collection, settings: Any
) -> None:
    settings.EMAIL_IS_SET = False

    told = errors_of(admin, notify=[{"email": "ada@example.org"}])

    assert told == {
        "notify.0.email": "E-mail is not set up here. Name a webhook, or ask who runs this service."
    }


def test_an_operator_lets_whole_domains_be_told(
    make_export: Callable[..., Export], settings: Any
) -> None:
    settings.EMAIL_DOMAINS = ["elsewhere.example"]

    made = make_export(notify=[{"email": "eve@Elsewhere.example"}])

    assert made.notify == [{"email": "eve@Elsewhere.example", "on": ["ready", "error"]}]


def test_a_retry_asks_for_the_same(claimed: Callable[..., Claim], admin: Caller) -> None:
    claim = claimed(READY, after_script="log(1)")
    publish(claim)

    made = export_retry(admin, Export.objects.get())

    assert (made.notify, made.after_script) == ([READY], "log(1)")


def test_scripts_are_for_admins_where_they_are_switched_on(
    admin: Caller, eve: User, trips: Collection, settings: Any
) -> None:
    from exports.domain.access import caller_for, caller_for_key
    from tests.conftest import give

    asked = {"after_script": "log(1)"}
    give(eve, admin.namespace, trips="export")
    plain, _ = made_key(admin.namespace, admin.user, "admin")
    named, _ = made_key(admin.namespace, admin.user, "exports:write", "scripts:write")
    for caller in (caller_for(eve, "demo"), caller_for_key(plain)):
        assert list(errors_of(caller, **asked)) == ["after_script"]

    request = request_parse({"collection": "trips", **asked})
    for caller in (admin, caller_for_key(named)):
        assert export_create(caller, request)[0].after_script == "log(1)"

    settings.SCRIPTS = False
    assert errors_of(caller_for(admin.user, "demo"), **asked) == {
        "after_script": "Scripts are switched off here. Leave it out."
    }
    blank, _ = export_create(admin, request_parse({"collection": "trips", "after_script": " \n"}))
    assert blank.after_script == ""


def test_a_script_of_more_than_64_kb_is_refused(admin: Caller, trips: Collection) -> None:
    assert list(errors_of(admin, after_script="/" * 65_537)) == ["after_script"]


def test_a_script_is_run_once(claimed: Callable[..., Claim]) -> None:
    publish(claimed(after_script="log(1)"))
    run = script_claim()
    assert run
    assert script_claim() is None

    calls = ((HOOK, '{"a":1}'), ("http://10.0.0.1/", "1"))
    assert script_end(run, Ran("done", "said\n", calls))

    found = ScriptRun.objects.get()
    assert found.outcome == "done"
    assert found.output.splitlines() == [
        "said",
        "webhook(…) to http://10.0.0.1/: The address must begin with https://.",
    ]
    assert list(Delivery.objects.values_list("target", "body")) == [(HOOK, '{"a":1}')]
    assert AuditEvent.objects.filter(action="script.ended").count() == 1


def test_a_script_that_failed_sends_nothing(claimed: Callable[..., Claim]) -> None:
    publish(claimed(after_script="log(1)"))
    run = script_claim()
    assert run

    script_end(run, Ran("failed", "boom", ((HOOK, "1"),)))

    assert (ScriptRun.objects.get().outcome, targets()) == ("failed", [])
    assert Export.objects.get().state == "ready"


def test_a_script_whose_process_was_lost_is_said_to_be_and_not_run_again(
    claimed: Callable[..., Claim],
) -> None:
    publish(claimed(after_script="log(1)"))
    run = script_claim()
    assert run
    assert scripts_reap() == 0
    ScriptRun.objects.update(started_at=timezone.now() - timedelta(minutes=3))

    assert scripts_reap() == 1

    assert script_claim() is None
    assert not script_end(run, Ran("done", "late", ((HOOK, "1"),)))
    found = ScriptRun.objects.get()
    assert (found.outcome, targets()) == ("failed", [])
    assert "was lost" in found.output


def test_the_secret_is_made_once_sealed_and_shown_to_admins(
    admin: Caller, outsider: Caller
) -> None:
    secret = webhook_secret(admin.namespace)

    assert secret == webhook_secret_show(admin)
    assert secret.startswith("whsec_")
    assert secret != webhook_secret(outsider.namespace)
    kept = Namespace.objects.get(slug="demo").webhook_secret
    assert secret.removeprefix("whsec_") not in kept
    actions = AuditEvent.objects.filter(
        action__startswith="webhook_secret", namespace_id=admin.namespace.pk
    )
    assert list(actions.order_by("pk").values_list("action", flat=True)) == [
        "webhook_secret.created",
        "webhook_secret.shown",
    ]


def test_a_new_secret_takes_the_place_of_the_old_one(admin: Caller) -> None:
    old = webhook_secret(admin.namespace)

    assert old != webhook_secret_rotate(admin) == webhook_secret(admin.namespace)


@pytest.mark.parametrize("name", ["rotate", "show"])
def test_the_secret_is_not_for_keys(name: str, admin: Caller) -> None:
    from exports.domain.access import caller_for_key
    from exports.domain.errors import Forbidden

    key, _ = made_key(admin.namespace, admin.user)
    asked = {"rotate": webhook_secret_rotate, "show": webhook_secret_show}[name]

    with pytest.raises(Forbidden):
        asked(caller_for_key(key))


def test_a_new_master_key_seals_the_secrets_of_webhooks_anew(
    admin: Caller, settings: Any, tmp_path: Any
) -> None:
    from exports.domain.storage import key_file, result_store, store_check

    settings.STORE_DIR, settings.MASTER_KEY_FILE = tmp_path / "store", tmp_path / "master_key"
    result_store.cache_clear()
    master_keys.cache_clear()
    try:
        file = key_file()
        assert file
        file.make()
        store_check()
        secret = webhook_secret(admin.namespace)

        assert master_key_rotate(SYSTEM).resealed == 1
        file.write([file.load()[0]])

        assert webhook_secret(admin.namespace) == secret
    finally:
        result_store.cache_clear()
        master_keys.cache_clear()
