"""Whether a time zone can be written."""

from __future__ import annotations

from zoneinfo import available_timezones

import pyarrow as pa

from exports.engine.encoders.texts import json_lines
from exports.query.errors import Invalid, nearest


def check_zone(name: str) -> None:
    """Refuse a zone that the encoders do not know; they carry their own list of them.

    :raises Invalid: there is no such zone; the message names the nearest ones.
    """
    try:
        if not name:
            raise ValueError(name)
        json_lines(pa.record_batch([pa.array([0], pa.timestamp("s", name))], names=["at"]))
    except Exception:  # noqa: BLE001 - arro3 raises plain ones
        hint = nearest(name, sorted(available_timezones()))
        message = f"There is no time zone {name!r}. Write one such as 'Europe/Paris'.{hint}"
        raise Invalid("timezone", message) from None
