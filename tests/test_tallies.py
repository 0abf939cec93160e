"""What is counted, and that counting never fails."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from exports.models import Tally
from exports.tallies import tally
from exports.wakeups import wake


@pytest.mark.django_db
def test_a_tally_only_rises() -> None:
    tally("reaps")
    tally("reaps")

    assert Tally.objects.get().value == 2


@pytest.mark.django_db
def test_a_wake_up_that_redis_did_not_take_is_counted(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert not wake()
    assert Tally.objects.get(pk="wakeups_failed").value == 1


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_counted_is_no_failure() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE exports_tally RENAME TO gone")
    try:
        tally("reaps")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO exports_tally")

    assert not Tally.objects.exists()
