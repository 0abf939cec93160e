"""What the tests of what follows an export share: exports that run, and messages to tell of."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from exports.domain.claims import export_claim
from exports.domain.runs import run_publish
from exports.models import Delivery, Export

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.claims import Claim

HOOK = "https://hooks.example.org/a?token=1"
READY = {"webhook": HOOK, "on": ["ready"]}
ERROR = {"webhook": "https://hooks.example.org/b", "on": ["error"]}


@pytest.fixture
def all_is_on(settings: Any) -> None:
    """E-mail and scripts are, and the pages have an address."""
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
