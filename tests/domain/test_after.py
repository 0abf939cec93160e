"""What a request may say about its end, and who may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exports.domain.errors import InvalidRequest
from exports.domain.exports import export_create, export_retry
from exports.domain.requests import request_parse
from exports.models import Export
from tests.conftest import made_key
from tests.domain.conftest import HOOK, READY, publish

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.access import Caller
    from exports.domain.claims import Claim
    from exports.models import Collection, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_is_on")]


def errors_of(caller: Caller, **fields: Any) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refusal:
        export_create(caller, request_parse({"collection": "trips", **fields}))
    return {each.path: each.message for each in refusal.value.errors}


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
