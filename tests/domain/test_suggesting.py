"""Values are suggested out of the rows that may be read, and on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exports.domain.access import Caller, caller_for
from exports.domain.errors import Forbidden, InvalidRequest, NotFound
from exports.domain.requests import request_parse
from exports.domain.suggesting import values_suggest
from exports.models import AuditEvent, Collection
from tests.conftest import give

if TYPE_CHECKING:
    from exports.models import Principal, User


def suggested(caller: Caller, field: str, typed: str = "", **fields: str) -> tuple[str, ...]:
    request = request_parse({"collection": "trips", **fields})
    return values_suggest(caller, request, field, typed)


@pytest.mark.usefixtures("trips")
def test_the_most_frequent_come_first_and_begin_as_typed(admin: Caller, ua: Principal) -> None:
    assert suggested(admin, "carrier") == ("AA", "B6", "UA")
    assert suggested(admin, "carrier", "u") == ("UA",)
    assert suggested(admin, "tags") == ("t0", "t1", "t2", "t3", "t4")
    assert suggested(admin, "delay", "9")[:3] == ("9", "90", "92")
    assert suggested(admin, "place.lat", "99.9") == ("99.9",)
    assert suggested(admin, "value", "", prefix="tags") == ("t0", "t1", "t2", "t3", "t4")
    assert suggested(admin, "carrier", "'; DROP") == ()

    assert suggested(admin, "carrier", principal="UA") == ("UA",)

    said = AuditEvent.objects.filter(action="values.suggested")
    assert [each.actor for each in said] == ["ada@example.org"]


def test_it_needs_the_right_to_see_rows(
    trips: Collection, eve: User, ari: User, outsider: Caller
) -> None:
    exporter, auditor = caller_for(eve, "demo"), caller_for(ari, "demo")
    for caller, refusal in ((exporter, NotFound), (auditor, Forbidden), (outsider, NotFound)):
        with pytest.raises(refusal):
            suggested(caller, "carrier")
    give(eve, trips.namespace, trips="see")
    with pytest.raises(Forbidden):
        suggested(caller_for(eve, "demo"), "carrier")

    assert not AuditEvent.objects.filter(action="values.suggested").exists()


@pytest.mark.usefixtures("trips")
@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("place", ""),
        ("at", ""),
        ("nothing", ""),
        ("", ""),
        ("carrier", "\0"),
        ("carrier", "x" * 201),
    ],
)
def test_what_has_no_values_is_told(admin: Caller, field: str, typed: str) -> None:
    with pytest.raises(InvalidRequest):
        suggested(admin, field, typed)
