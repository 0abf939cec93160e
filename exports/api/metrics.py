"""``/metrics``: the figures in the text format of Prometheus, for who may read them."""

from __future__ import annotations

import hmac
import ipaddress
from itertools import accumulate
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from exports.domain.figures import BOUNDS, Figures, figures
from exports.domain.health import Health, health
from exports.domain.rounds import Round

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpRequest
    from prometheus_client.metrics_core import Metric

    from exports.domain.seconds import Spread

# A proxy that ends TLS sets one of them at least, or every page would redirect to itself.
_PROXIED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "Via")

_TALLIES = {
    "reaps": "Runs that were ended because their lease was over.",
    "retries": "Attempts that were made because one before was lost.",
    "fenced_writes": "Writes of lost attempts that were refused.",
    "wakeups_failed": "Wake-ups that Redis did not take.",
}

_ROUNDS = {Round.RECONCILER: "reconciled", Round.DELIVERER: "delivered"}


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Needs the token of the settings; where there is none, to be asked from this very host."""
    if not _may_read(request):
        return _refusal()
    registry = CollectorRegistry()
    registry.register(_Told(figures(), health()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_read(request: HttpRequest) -> bool:
    if token := settings.METRICS_TOKEN:
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(
            shown.strip().encode("utf-8", "surrogatepass"), token.encode()
        )
    # To a proxy on this host, everybody comes from this host.
    forwarded = any(name in request.headers for name in _PROXIED)
    return not forwarded and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _refusal() -> HttpResponse:
    if settings.METRICS_TOKEN:
        refused = HttpResponse("Send the token of WAYBILL_METRICS_TOKEN.\n", status=401)
        refused["WWW-Authenticate"] = 'Bearer realm="waybill metrics"'
    else:
        refused = HttpResponse("Set WAYBILL_METRICS_TOKEN to read this from afar.\n", status=403)
    refused["Content-Type"] = "text/plain; charset=utf-8"
    return refused


class _Told(Collector):
    """The families of one answer."""

    def __init__(self, found: Figures, state: Health) -> None:
        self._found = found
        self._state = state

    def collect(self) -> Iterator[Metric]:
        yield from self._exports()
        yield from self._times()
        yield from self._rooms()
        yield from self._parts()
        for name, about in _TALLIES.items():
            yield CounterMetricFamily(f"waybill_{name}", about, self._found.tallies[name])

    def _exports(self) -> Iterator[Metric]:
        found = self._found
        yield _by(
            GaugeMetricFamily("waybill_exports", "Exports by state.", labels=["state"]),
            found.states,
        )
        yield _by(
            CounterMetricFamily(
                "waybill_exports_failed", "Exports that failed, by reason.", labels=["reason"]
            ),
            found.failures,
        )
        yield CounterMetricFamily("waybill_rows", "Rows of published exports.", found.rows)
        yield CounterMetricFamily("waybill_bytes", "Bytes of published exports.", found.bytes)
        yield GaugeMetricFamily(
            "waybill_overdue_runs", "Runs whose lease is over, not yet ended.", found.overdue
        )
        yield GaugeMetricFamily(
            "waybill_overdue_deliveries",
            "Messages that should have been on their way for a minute.",
            found.overdue_deliveries,
        )

    def _times(self) -> Iterator[Metric]:
        found = self._found
        yield _histogram(
            "waybill_waiting_seconds", "From acceptance to the last start.", found.waited
        )
        yield _histogram("waybill_run_seconds", "From the last start to the end.", found.ran)
        waiting = found.oldest_waiting
        yield GaugeMetricFamily(
            "waybill_oldest_waiting_seconds",
            "How long the oldest export that waits has waited.",
            waiting.total_seconds() if waiting else 0,
        )
        for kind, name in _ROUNDS.items():
            if kind in found.rounds:
                yield GaugeMetricFamily(
                    f"waybill_{name}_seconds",
                    f"How long ago a {kind.name.lower()} made its round.",
                    found.rounds[kind].total_seconds(),
                )

    def _rooms(self) -> Iterator[Metric]:
        stored = GaugeMetricFamily(
            "waybill_stored_bytes", "What results take up.", labels=["namespace"]
        )
        quota = GaugeMetricFamily(
            "waybill_quota_bytes", "What they may take up.", labels=["namespace"]
        )
        rooms = self._found.rooms
        yield _by(stored, {each.slug: each.stored for each in rooms})
        yield _by(quota, {each.slug: each.quota for each in rooms if each.quota is not None})
        free = self._state.free_bytes
        if free is not None:
            yield GaugeMetricFamily("waybill_free_bytes", "What the store still holds.", free)

    def _parts(self) -> Iterator[Metric]:
        up = {name: int(state == "ok") for name, state in self._state.parts.items()}
        yield _by(
            GaugeMetricFamily("waybill_part_up", "Whether a part is well.", labels=["part"]), up
        )
        if self._state.workers is not None:
            yield GaugeMetricFamily(
                "waybill_workers", "Workers that Redis knows.", len(self._state.workers)
            )


def _by(
    family: GaugeMetricFamily | CounterMetricFamily, values: Mapping[str, int]
) -> GaugeMetricFamily | CounterMetricFamily:
    for label, value in values.items():
        family.add_metric([label], value)
    return family


def _histogram(name: str, about: str, spread: Spread) -> Metric:
    bounds = [*(str(float(each)) for each in BOUNDS), "+Inf"]
    return HistogramMetricFamily(
        name,
        about,
        buckets=list(zip(bounds, accumulate(spread.counts), strict=True)),
        sum_value=spread.total,
    )
