"""The second factor: set up, asked for, lost; and how often one may try."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection

from exports.domain.audit import SYSTEM
from exports.domain.rotation import master_key_rotate
from exports.domain.storage import master_key_make, master_keys, result_store, store_check
from exports.models import AuditDetail, AuditEvent, Namespace, User
from tests.conftest import PASSWORD
from tests.web.conftest import Browser
from tests.web.reading import elements, one, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOGIN, CODE, ON = "/account/login/", "/account/second-factor/code/", "/account/second-factor/on/"
AGAIN = "/account/again/"


@pytest.fixture(autouse=True)
def _no_tries_yet(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def code_of(secret: str = SECRET, ago: int = 0) -> str:
    """What an app shows, or showed so many half minutes ago."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 - ago)))


def switched_on(user: User) -> list[str]:
    """As after setting it up; gives the recovery codes."""
    TOTP.activate(user, SECRET)
    found: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return found


def events() -> list[str]:
    return list(
        AuditEvent.objects.filter(namespace_id=None).order_by("pk").values_list("action", flat=True)
    )


def begin(browser: Browser, user: User) -> None:
    answer = browser.post(LOGIN, login=user.email, password=PASSWORD)
    assert answer.headers["Location"] == CODE


@pytest.mark.django_db(transaction=True)
def test_it_is_set_up_with_the_password_and_a_code(as_ada: Browser, ada: User) -> None:
    elsewhere = Browser(ada)
    asked = as_ada.client.get(ON)
    assert asked.headers["Location"] == f"{AGAIN}?next=%2Faccount%2Fsecond-factor%2Fon%2F"
    wrong = as_ada.post(asked.headers["Location"], password="wrong").content.decode()
    assert texts(wrong, "ul", class_="errorlist") == [
        "This is not your password. Capital letters count."
    ]
    as_ada.post(asked.headers["Location"], password=PASSWORD)

    html = as_ada.get(ON)
    secret = one(html, "code", id="totp-secret").text
    assert one(html, "img").attributes["src"].startswith("data:image/svg+xml;base64,")
    refused = as_ada.post(ON, code="000000").content.decode()
    assert "This is not the code of now." in one(refused, "ul", class_="errorlist").text
    assert one(refused, "code", id="totp-secret").text == secret
    made = as_ada.post(ON, code=code_of(secret))

    assert made.headers["Location"] == "/account/second-factor/codes/"
    assert secret not in str(Authenticator.objects.values_list("data"))
    assert as_ada.status("/demo/exports") == 200
    assert elsewhere.status("/demo/exports") == 302
    assert events()[-2:] == ["person.second_factor_added", "person.sessions_ended"]


def test_recovery_codes_are_shown_once_and_can_be_kept(as_ada: Browser, ada: User) -> None:
    codes = switched_on(ada)
    path = "/account/second-factor/codes/"
    as_ada.post(f"{AGAIN}?next={path}", password=PASSWORD)

    html = as_ada.get(path)
    assert texts(html, "li") == codes
    kept = one(html, "a", download="waybill-recovery-codes.txt").attributes["href"]
    assert re.findall(r"\d{8}", kept) == codes
    assert not set(codes) & set(re.findall(r"\d{8}", as_ada.get(path)))


def test_signing_in_asks_for_a_code_that_counts_once(as_nobody: Browser, ada: User) -> None:
    switched_on(ada)
    begin(as_nobody, ada)
    assert as_nobody.status("/demo/exports") == 302
    refused = as_nobody.post(CODE, code="000000").content.decode()
    assert "This is not the code of now." in one(refused, "ul", class_="errorlist").text
    assert "autofocus" in one(refused, "input", name="code").attributes

    code = code_of()
    as_nobody.post(CODE, code=code)

    assert as_nobody.status("/demo/exports") == 200
    assert events() == ["person.second_factor_failed", "person.signed_in"]
    event = AuditEvent.objects.latest("pk")
    assert AuditDetail.objects.get(event_id=event.pk).said == {"how": "password, totp"}
    another = Browser()
    begin(another, ada)
    for same in (code, f" {code[:3]} {code[3:]} "):
        another.post(CODE, code=same)
        assert another.status("/demo/exports") == 302


def test_the_code_of_half_a_minute_ago_is_taken_and_no_older_one(
    as_nobody: Browser, ada: User
) -> None:
    switched_on(ada)
    begin(as_nobody, ada)
    as_nobody.post(CODE, code=code_of(ago=3))
    assert as_nobody.status("/demo/exports") == 302
    as_nobody.post(CODE, code=code_of(ago=1) if int(time.time()) % 30 < 29 else code_of())

    assert as_nobody.status("/demo/exports") == 200


def test_a_recovery_code_works_once(as_nobody: Browser, ada: User) -> None:
    code = switched_on(ada)[3]
    begin(as_nobody, ada)
    as_nobody.post(CODE, code=code)
    assert as_nobody.status("/demo/exports") == 200
    assert events() == ["person.recovery_code_used", "person.signed_in"]

    another = Browser()
    begin(another, ada)
    another.post(CODE, code=code)
    assert another.status("/demo/exports") == 302
    assert "9 are left" in as_nobody.get("/account/second-factor/")


def test_codes_cannot_be_guessed(as_nobody: Browser, ada: User) -> None:
    switched_on(ada)
    begin(as_nobody, ada)
    for _ in range(5):
        as_nobody.post(CODE, code="000000")
    html = as_nobody.post(CODE, code=code_of()).content.decode()

    assert texts(html, "ul", class_="errorlist") == [
        "Too many tries. Wait ten minutes, then try again."
    ]
    assert as_nobody.status("/demo/exports") == 302


def test_neither_can_the_password_of_who_is_signed_in(as_ada: Browser) -> None:
    for _ in range(5):
        as_ada.post(AGAIN, password="wrong")

    assert as_ada.post(AGAIN, password=PASSWORD).status_code == 429


def test_tries_are_counted_in_the_database_and_need_no_redis(
    as_nobody: Browser, ada: User, settings: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    as_nobody.post(LOGIN, login=ada.email, password="wrong")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache WHERE cache_key LIKE '%:rl:%login_failed%'")
        assert cursor.fetchone() == (2,)

    as_nobody.post(LOGIN, login=ada.email, password=PASSWORD)
    assert as_nobody.status("/demo/exports") == 200


@pytest.mark.parametrize("code", ["", "\0", "\ud800", "é" * 6, "1" * 100_000, "\uff11" * 6])
def test_nonsense_is_no_code(as_nobody: Browser, ada: User, code: str) -> None:
    switched_on(ada)
    begin(as_nobody, ada)

    body = b"code=" + code.encode("utf-8", "surrogatepass")
    kind = "application/x-www-form-urlencoded"
    answer = as_nobody.client.post(CODE, body, content_type=kind)
    assert answer.status_code == 200
    assert elements(answer.content.decode(), "ul", class_="errorlist")


def test_it_is_switched_off_after_a_question(
    as_ada: Browser, ada: User, django_capture_on_commit_callbacks: Any
) -> None:
    switched_on(ada)
    path = "/account/second-factor/off/"
    asked = as_ada.client.get(path).headers["Location"]
    as_ada.post(asked, password=PASSWORD)
    assert texts(as_ada.get(path), "h1") == ["Switch the second factor off?"]

    with django_capture_on_commit_callbacks(execute=True):
        as_ada.post(path)

    assert not Authenticator.objects.exists()
    assert events()[-1] == "person.second_factor_removed"
    assert "Your second factor is off." in as_ada.get("/account/second-factor/")


def test_new_recovery_codes_replace_the_old(
    as_ada: Browser, ada: User, django_capture_on_commit_callbacks: Any
) -> None:
    before = switched_on(ada)
    path = "/account/second-factor/codes/new/"
    as_ada.post(as_ada.client.get(path).headers["Location"], password=PASSWORD)
    assert "10 codes that are left stop working" in as_ada.get(path)

    with django_capture_on_commit_callbacks(execute=True):
        answer = as_ada.post(path)

    html = as_ada.get(answer.headers["Location"])
    assert len(texts(html, "li")) == 10
    assert not set(texts(html, "li")) & set(before)
    assert events()[-1] == "person.recovery_codes_made"


def test_who_lost_it_asks_the_operator(ada: User) -> None:
    switched_on(ada)
    call_command("second_factor_remove", "ADA@example.org", stdout=None)

    assert not Authenticator.objects.exists()
    assert events() == ["person.second_factor_removed"]
    for email in ("ada@example.org", "nobody@example.org"):
        with pytest.raises(CommandError):
            call_command("second_factor_remove", email)


def test_a_workspace_that_asks_for_it_opens_to_who_has_it(
    as_ada: Browser, ada: User, demo: Namespace
) -> None:
    Namespace.objects.update(requires_second_factor=True)
    assert as_ada.client.get("/demo/exports").headers["Location"] == "/account/second-factor/"
    switched_on(ada)

    assert as_ada.status("/demo/exports") == 200


def test_a_superuser_needs_it_too(demo: Namespace) -> None:
    Namespace.objects.update(requires_second_factor=True)
    root = User.objects.create_superuser("root@example.org", PASSWORD)

    assert Browser(root).status("/demo/exports") == 302
    assert not AuditEvent.objects.filter(action="superuser.entered").exists()


def test_another_master_key_opens_it_too(
    ada: User, as_nobody: Browser, tmp_path: Any, settings: Any
) -> None:
    settings.STORE_DIR, settings.MASTER_KEY_FILE = tmp_path / "store", tmp_path / "key"
    forget_caches()
    master_key_make()
    store_check()
    switched_on(ada)
    before = dict(Authenticator.objects.values_list("pk", "data"))
    done = master_key_rotate(SYSTEM)

    after = dict(Authenticator.objects.values_list("pk", "data"))
    begin(as_nobody, ada)
    as_nobody.post(CODE, code=code_of())
    forget_caches()
    assert (done.resealed, done.damaged) == (2, set())
    assert [pk for pk in before if before[pk] == after[pk]] == []
    assert as_nobody.status("/demo/exports") == 200


def forget_caches() -> None:
    result_store.cache_clear()
    master_keys.cache_clear()
