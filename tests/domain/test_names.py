"""A file name that is harmless on every system."""

from __future__ import annotations

import pytest

from exports.domain.names import safe_name


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("late flights", "late flights.csv"),
        ("late.csv", "late.csv"),
        ("LATE.CSV", "LATE.csv"),
        ("2013.07", "2013.07.csv"),
        ("vols en retard — été", "vols en retard — été.csv"),
        ("../../etc/passwd", "passwd.csv"),
        (r"C:\Windows\system.ini", "system.ini.csv"),
        ("a/", "export.csv"),
        ("", "export.csv"),
        (".", "export.csv"),
        ("..", "export.csv"),
        (".htaccess", "htaccess.csv"),
        ("trailing. . .", "trailing.csv"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie x.csv"),
        ("a\0b\x7f\x85c", "abc.csv"),
        ("gpj.\u202efdp", "gpj.fdp.csv"),
        ("zero\u200bwidth\ufeff", "zerowidth.csv"),
        ("\ud800half", "half.csv"),
        ('a<b>c:d"e|f?g*h', "abcdefgh.csv"),
        ("CON", "_CON.csv"),
        ("nul.tar", "_nul.tar.csv"),
        ("com1", "_com1.csv"),
        ("LPT³", "_LPT³.csv"),
        ("C*O*N", "_CON.csv"),
        ("nul.csv", "_nul.csv"),
        ("console", "console.csv"),
        ("com10", "com10.csv"),
    ],
)
def test_it_is_made_harmless(given: str, made: str) -> None:
    assert safe_name(given, ".csv") == made


@pytest.mark.parametrize("given", ["x" * 300, "é" * 300, "🙂" * 300, "x" * 145 + " ." * 20])
def test_it_is_at_most_150_bytes(given: str) -> None:
    made = safe_name(given, ".csv")

    assert len(made.encode()) <= 150
    assert made.endswith(given[0] + ".csv")
