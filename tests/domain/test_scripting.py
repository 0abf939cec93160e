"""Scripts are claimed once, ended once, and said to be lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from exports.domain.scripting import script_claim, script_end, scripts_reap
from exports.models import AuditEvent, Delivery, Export, ScriptRun
from exports.scripts.run import Ran
from tests.domain.conftest import HOOK, publish, targets

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.claims import Claim

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_is_on")]


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
