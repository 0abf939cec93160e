"""Messages reach real receivers, signed; scripts are run; nothing of it holds up an export."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from exports.domain.audit import SYSTEM
from exports.domain.members import member_remove
from exports.domain.rounds import Round, rounds_ago
from exports.domain.webhooks import webhook_secret, webhook_secret_rotate
from exports.models import Delivery, Export, Membership, ScriptRun
from exports.outbound.rules import Rules
from exports.queue.deliverer import deliver_forever, deliver_once
from tests.receivers import OK, answer, certificate, mailbox, receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exports.domain.access import Caller
    from tests.receivers import Receiver

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.fixture
def there(pem: Path, settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_RULES = Rules.of(["localhost"])
    settings.WEBHOOK_CA = str(pem)
    settings.DELIVERY_PAUSES = [timedelta(0), timedelta(hours=1)]
    settings.DELIVER_EVERY = timedelta(seconds=0.05)
    with receiver(pem) as made:
        yield made


@pytest.fixture
def told(
    make_export: Callable[..., Export], run_exports: Callable[[], None]
) -> Callable[..., Export]:
    """An export that has ended and asks to tell these addresses."""

    def make(*urls: str, **fields: Any) -> Export:
        notify = [{"webhook": each} for each in urls] or fields.pop("notify", [])
        export = make_export(notify=notify, sample_size=1, **fields)
        run_exports()
        export.refresh_from_db()
        return export

    return make


def documented() -> Callable[[str, dict[str, str], bytes], bool]:
    """The example of the docs, as it stands there."""
    text = (ROOT / "docs" / "notifications.md").read_text()
    found = re.search(r"```python\n(import base64.*?)```", text, re.DOTALL)
    assert found
    names: dict[str, Any] = {}
    exec(found[1], names)
    is_ours: Callable[[str, dict[str, str], bytes], bool] = names["is_ours"]
    return is_ours


def state() -> tuple[str, int, int | None]:
    found = Delivery.objects.get()
    return found.state, found.tries, found.status


def test_a_receiver_gets_a_signed_message(
    there: Receiver, told: Callable[..., Export], admin: Caller
) -> None:
    export = told(there.url())

    assert deliver_once() == 1

    [got] = there.got
    secret = webhook_secret(admin.namespace)
    signed = f"{got.headers['Webhook-Id']}.{got.headers['Webhook-Timestamp']}.".encode() + got.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert got.headers["Webhook-Signature"] == f"v1,{expected}"
    assert abs(int(got.headers["Webhook-Timestamp"]) - time.time()) < 30
    body = json.loads(got.body)
    assert (body["type"], body["data"]["id"]) == ("export.ready", export.uid)
    assert body["id"] == got.headers["Webhook-Id"] == Delivery.objects.get().uid
    assert state() == ("delivered", 1, 204)
    assert deliver_once() == 0
    assert rounds_ago()[Round.DELIVERER] < timedelta(seconds=30)


def test_the_documented_check_tells_ours_from_others(
    there: Receiver, told: Callable[..., Export], admin: Caller
) -> None:
    told(there.url())
    deliver_once()
    [got] = there.got
    secret, is_ours = webhook_secret(admin.namespace), documented()

    assert is_ours(secret, got.headers, got.body)
    assert not is_ours(secret, got.headers, got.body + b" ")
    assert not is_ours(secret, {**got.headers, "Webhook-Id": "dlv_1"}, got.body)
    old = str(int(time.time()) - 301)
    assert not is_ours(secret, {**got.headers, "Webhook-Timestamp": old}, got.body)
    new = webhook_secret_rotate(admin)
    assert not is_ours(new, got.headers, got.body)

    told(there.url())
    deliver_once()
    got = there.got[1]
    assert [is_ours(each, got.headers, got.body) for each in (secret, new)] == [True, True]


def test_what_fails_is_sent_again_the_same(there: Receiver, told: Callable[..., Export]) -> None:
    there.says = lambda before: iter([OK if before else answer(500)])
    told(there.url())

    assert deliver_once() == 2

    first, second = there.got
    assert first.body == second.body
    assert first.headers["Webhook-Id"] == second.headers["Webhook-Id"]
    assert state() == ("delivered", 2, 204)


@pytest.mark.parametrize(
    ("status", "ended"),
    [(200, "delivered"), (299, "delivered"), (301, "waiting"), (404, "waiting"), (410, "failed")],
)
def test_each_answer_has_its_meaning(
    status: int, ended: str, there: Receiver, told: Callable[..., Export]
) -> None:
    there.says = lambda _: iter([answer(status, "Location: https://example.org/")])
    told(there.url())

    deliver_once()

    assert state() == (ended, 2 if ended == "waiting" else 1, status)


def test_a_redirect_to_a_private_address_is_not_followed(
    there: Receiver, told: Callable[..., Export], pem: Path
) -> None:
    with receiver(pem) as canary:
        there.says = lambda _: iter([answer(307, f"Location: {canary.url()}")])
        told(there.url())

        deliver_once()

        assert canary.connections == 0
    assert Delivery.objects.get().outcome == "It answered 307: redirects are not followed."


def test_an_address_that_is_not_allowed_any_more_is_not_connected_to(
    there: Receiver, told: Callable[..., Export], settings: Any
) -> None:
    told(there.url())
    settings.WEBHOOK_RULES = Rules()

    deliver_once()

    assert there.connections == 0
    assert Delivery.objects.get().state == "failed"


def test_of_a_deleted_export_nobody_is_told(there: Receiver, told: Callable[..., Export]) -> None:
    told(there.url())
    Export.objects.update(deleted_at=timezone.now())

    deliver_once()

    assert (there.connections, state()[0]) == (0, "failed")


def test_a_member_gets_a_letter(told: Callable[..., Export], settings: Any, ari: Any) -> None:
    with mailbox() as box:
        settings.EMAIL_IS_SET, settings.EMAIL_HOST, settings.EMAIL_PORT = (
            True,
            "localhost",
            box.port,
        )
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.DEFAULT_FROM_EMAIL = "waybill@example.org"
        notify = [{"email": "ada@example.org"}, {"email": "ari@example.org"}]
        export = told(notify=notify, label="Späte\r\nBcc: eve@example.org")
        member_remove(Membership.objects.get(user=ari), actor=SYSTEM)

        assert deliver_once() == 2

    [(to, letter)] = box.got
    head, _, text = letter.partition("\n\n")
    assert to == ["ada@example.org"]
    assert "Bcc" not in [line.partition(":")[0] for line in head.splitlines()]
    assert "To: ada@example.org\n" in head
    assert (
        f"/demo/exports/{export.uid}" in base64.b64decode(text).decode()
        if ("base64" in head)
        else text
    )
    ended = dict(Delivery.objects.values_list("target", "state"))
    assert ended == {"ada@example.org": "delivered", "ari@example.org": "failed"}


def test_a_mail_server_that_is_away_is_tried_again(
    told: Callable[..., Export], settings: Any, there: Receiver
) -> None:
    settings.EMAIL_IS_SET, settings.EMAIL_HOST, settings.EMAIL_PORT = True, "localhost", 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    told(notify=[{"email": "ada@example.org"}])

    deliver_once()

    assert state() == ("waiting", 2, None)


def test_a_script_is_run_with_its_export_and_its_messages_are_sent(
    there: Receiver, told: Callable[..., Export], settings: Any
) -> None:
    settings.SCRIPTS = True
    script = f"log(job.state, job.rows); webhook('{there.url('/x')}', {{rows: job.rows}})"
    export = told(after_script=script)

    deliver_once()
    deliver_once()

    run = ScriptRun.objects.get()
    assert (run.outcome, run.output) == ("done", "ready 1")
    [got] = there.got
    assert (got.path, got.body) == ("/x", b'{"rows":1}')
    assert export.state == "ready"


def test_a_script_that_may_not_run_any_more_does_not(
    told: Callable[..., Export], settings: Any
) -> None:
    settings.SCRIPTS = True
    export = told(after_script="log('ran')")
    settings.SCRIPTS = False

    deliver_once()

    run = ScriptRun.objects.get()
    assert (run.outcome, "ran" in run.output.split()) == ("failed", False)
    export.refresh_from_db()
    assert export.state == "ready"


def test_a_slow_receiver_holds_up_nobody_else(
    there: Receiver, told: Callable[..., Export], pem: Path, settings: Any
) -> None:
    release = Event()

    def wait(_before: int) -> Iterator[bytes]:
        release.wait(10)
        yield OK

    with receiver(pem) as slow:
        slow.says = wait
        told(slow.url(), there.url())
        stop = Event()
        delivering = Thread(target=deliver_forever, args=(stop,))
        delivering.start()
        try:
            _until(lambda: len(there.got) == 1 and slow.connections == 1)
            assert Delivery.objects.filter(state="waiting", target=slow.url()).exists()
        finally:
            release.set()
            stop.set()
            delivering.join(10)

    assert list(Delivery.objects.values_list("state", "tries")) == [("delivered", 1)] * 2
    assert rounds_ago()[Round.DELIVERER] < timedelta(seconds=30)


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)
