"""Numbers, sizes and times in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exports.web.wording import ago, duration, number, size, until

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (2345, "2.3 kB"),
        (412_000, "412 kB"),
        (999_949, "1.0 MB"),
        (3_412_345, "3.4 MB"),
        (7 * 10**12, "7.0 TB"),
        (7 * 10**16, "70000 TB"),
    ],
)
def test_sizes_are_in_powers_of_a_thousand(value: int | None, text: str) -> None:
    assert size(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "—"),
        (0, "0.0 s"),
        (4.26, "4.3 s"),
        (42.4, "42 s"),
        (192, "3 min 12 s"),
        (3840, "1 h 04 min"),
        (100_000, "1 d 3 h"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("since", "text"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=3), "just now"),
        (timedelta(seconds=42), "42 s ago"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=1, hours=3), "1 day ago"),
        (timedelta(days=29), "29 days ago"),
        (timedelta(days=31), "30 Jan 2024"),
    ],
)
def test_the_past_is_told_roughly(since: timedelta, text: str) -> None:
    assert ago(NOW - since, NOW) == text


def test_the_future_ends_now() -> None:
    assert until(NOW + timedelta(days=6, hours=23), NOW) == "7 days"
    assert until(NOW + timedelta(days=1, minutes=5), NOW) == "1 day"
    assert until(NOW + timedelta(minutes=59, seconds=59), NOW) == "59 min"
    assert until(NOW, NOW) == "now"


def test_numbers_are_grouped() -> None:
    assert (number(26_581), number(None)) == ("26,581", "—")
