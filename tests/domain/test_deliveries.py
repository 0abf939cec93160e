"""Messages about the end of an export: written down with it, claimed once, tried again, ended."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from exports.domain.deliveries import (
    Outcome,
    delivery_claim,
    delivery_end,
    delivery_retry,
)
from exports.domain.errors import Conflict, NotFound
from exports.domain.exports import export_cancel
from exports.domain.messages import email_parts
from exports.domain.runs import run_fail, run_reap
from exports.models import AuditDetail, AuditEvent, Delivery, Export, Namespace, ScriptRun
from tests.domain.conftest import ERROR, HOOK, READY, due, publish, targets

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.access import Caller
    from exports.domain.claims import Claim

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_is_on")]


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
