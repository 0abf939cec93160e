"""What must not be written down is taken out, and the rest stays."""

from __future__ import annotations

import time

import pytest
from django.core import signing

from exports.redaction import hide, redact, secrets_of

KEY = "sk_AbCdEf123456_0123456789abcdefghijABCDEFGHIJ12a1b2c3"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"Not Found: /api/v1/{KEY}/x", "Not Found: /api/v1/sk_AbCdEf123456_…/x"),
        ("Authorization: Bearer abcdef-123.456", "Authorization: … …"),
        ("{'Authorization': 'Basic dXNlcjpwYXNz'}", "{'Authorization': …}"),
        ("cookie: sessionid=abc; csrftoken=def\nnext", "cookie: …\nnext"),
        ("at postgres://way:p%40ss@db:5432/way", "at postgres://way:…@db:5432/way"),
        ("at redis://:hunter22@cache/0", "at redis://:…@cache/0"),
        ("/f?X-Amz-Signature=ab12&X-Amz-Date=3", "/f?X-Amz-Signature=…&X-Amz-Date=3"),
        ("X-Amz-Credential=AK/eu/s3&a=1", "X-Amz-Credential=…&a=1"),
        ("X-Amz-Security-Token=FwoG%2F", "X-Amz-Security-Token=…"),
        ('{"password": "two words", "a": 1}', '{"password": …, "a": 1}'),
        ("password1=correct&next=/", "password1=…&next=/"),
        ("aws_secret_access_key = wJalr/K7", "aws_secret_access_key = …"),
        ("otp=123456 for ada", "otp=… for ada"),
    ],
)
def test_what_looks_like_a_secret_goes(text: str, left: str) -> None:
    assert redact(text) == left


def test_a_signed_link_loses_what_makes_it_open() -> None:
    signed = signing.dumps({"file": 7})

    kept, _, signature = signed.rpartition(":")
    assert redact(f"Gone: /links/{signed}") == f"Gone: /links/{kept}:…"
    assert signature not in redact(f"/links/{signed.replace(':', '%3A')}")


@pytest.mark.parametrize(
    "text",
    [
        "exp_0123456789abcdefABCDEF: attempt 2: worker_lost",
        "reconciled: {'reaped': 1, 'expired': 0}",
        "sha256 " + "0f" * 32,
        "2026-11-22T10:00:00.000+00:00 GET https://waybill.example.org:8443/demo",
        "14 passengers: all passed: yes",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_what_is_known_goes_wherever_it_stands() -> None:
    hide("correct-horse", "short")

    assert redact("xcorrect-horsex in short") == "x…x in short"


def test_an_environment_tells_its_secrets() -> None:
    found = secrets_of(
        {
            "AWS_SECRET_ACCESS_KEY": "s3-secret",
            "WAYBILL_MASTER_KEY": "new=,old=",
            "WAYBILL_MASTER_KEY_FILE": "/etc/waybill/master_key",
            "DATABASE_URL": "postgres://way:p%40ss@db/way",
            "REDIS_URL": "unix://default@/run/v.sock?password=r%20s",
            "BROKEN": "http://[",
            "HOME": "/root",
        }
    )

    assert set(found) == {"s3-secret", "new=,old=", "new=", "old=", "p%40ss", "p@ss", "r s"}


def test_a_long_line_takes_no_longer_than_its_length() -> None:
    started = time.process_time()

    for piece in ("a", "password", "://", ":", "sk_", "token ", "%3a"):
        redact(piece * (200_000 // len(piece)))

    took = time.process_time() - started
    print(f"seven lines of 200 kB: {took:.2f} s")
    assert took < 2
