"""What Prometheus reads, and who may."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from config.urls import urlpatterns
from exports.domain.deliveries import webhook_delivery
from exports.domain.rounds import Round, round_note
from exports.tallies import TALLIES

if TYPE_CHECKING:
    from exports.models import Export

TOKEN = "a-token-of-the-operator"


def status(token: str = "", **headers: str) -> int:
    shown = {"Authorization": token} if token else {}
    address = headers.pop("address", "127.0.0.1")
    client = Client(headers={**shown, **headers})
    return client.get("/metrics", REMOTE_ADDR=address).status_code


def samples() -> dict[str, float]:
    """Every sample of one answer, by its name and labels."""
    answer = Client().get("/metrics")
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_it_tells_what_happened(finished: Export) -> None:
    for each in Round:
        round_note(each)
    size = sum(each.bytes for each in finished.files.all())

    found = samples()

    assert found["waybill_exports ready"] == 1
    assert found["waybill_exports error"] == 0
    assert found["waybill_rows_total"] == 2
    assert found["waybill_bytes_total"] == finished.bytes_done
    assert found["waybill_stored_bytes demo"] == size
    assert found["waybill_run_seconds_count"] == 1
    assert found["waybill_waiting_seconds_bucket 1.0"] == 1
    assert found["waybill_waiting_seconds_bucket +Inf"] == 1
    assert found["waybill_part_up database"] == 1
    assert found["waybill_free_bytes"] > 0
    assert found["waybill_reconciled_seconds"] < 5
    assert found["waybill_delivered_seconds"] < 5
    assert found["waybill_overdue_deliveries"] == 0
    assert [found[f"waybill_{name}_total"] for name in TALLIES] == [0, 0, 0, 0]


def test_messages_that_nobody_delivers_are_told(finished: Export) -> None:
    for seconds in (30, 90, 300):
        due = timezone.now() - timedelta(seconds=seconds)
        webhook_delivery(finished, "https://hooks.example.org/", due).save()

    assert samples()["waybill_overdue_deliveries"] == 2


def test_it_names_nobody_and_nothing_that_was_asked(finished: Export) -> None:
    text = Client().get("/metrics").content.decode()

    told = [finished.label, finished.uid, "trips", "trip-0001", "ada@example.org"]
    assert [each for each in told if each in text] == []


def test_without_a_token_only_this_host_may_read_it(db: None) -> None:
    assert (status(), status(address="::1")) == (200, 200)
    assert [status(address=each) for each in ("203.0.113.9", "10.0.0.1", "", "nobody")] == [403] * 4


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via"])
def test_what_a_proxy_hands_on_is_not_of_this_host(name: str, db: None) -> None:
    assert status(**{name: "127.0.0.1"}) == 403


def test_a_claim_to_be_of_this_host_is_not_believed(db: None, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1

    assert status(address="203.0.113.9", **{"X-Forwarded-For": "127.0.0.1"}) == 403


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (f"Bearer {TOKEN}", 200),
        ("Bearer another", 401),
        (f"Basic {TOKEN}", 401),
        ("Bearer \udcff", 401),
        ("", 401),
    ],
)
def test_with_a_token_it_has_to_be_shown(
    shown: str, expected: int, db: None, settings: Any
) -> None:
    settings.METRICS_TOKEN = TOKEN

    assert status(shown, address="203.0.113.9") == expected
    assert status(shown) == expected


def test_every_address_outside_api_and_pages_is_known() -> None:
    plain = {each.name for each in urlpatterns if isinstance(each, URLPattern)}

    assert plain == {"health_live", "health_ready", "metrics"}
