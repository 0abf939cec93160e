"""Idempotency-Key: one request, however often it is sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from exports.models import AuditEvent, Export
from tests.api.conftest import Rest, key_for, paths_of

if TYPE_CHECKING:
    from exports.models import Collection, Namespace, User

BODY = {"collection": "trips", "label": "Once"}


def test_the_same_request_gets_the_same_export(rest: Rest, trips: Collection) -> None:
    first = rest.post("/exports", BODY, Idempotency_Key="k1")
    again = rest.post("/exports", BODY, Idempotency_Key="k1")

    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["Location"] == first.headers["Location"]
    assert AuditEvent.objects.filter(action="export.created").count() == 1


def test_the_order_of_names_is_no_difference(rest: Rest, trips: Collection) -> None:
    first = rest.send(
        "POST", "/exports", b'{"collection":"trips","label":"a"}', Idempotency_Key="k"
    )
    again = rest.send(
        "POST", "/exports", b'{"label":"a", "collection":"trips"}', Idempotency_Key="k"
    )

    assert again.json()["id"] == first.json()["id"]


def test_another_body_is_refused(rest: Rest, trips: Collection) -> None:
    rest.post("/exports", BODY, Idempotency_Key="k1")
    answer = rest.post("/exports", {**BODY, "label": "Twice"}, Idempotency_Key="k1")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert Export.objects.count() == 1


def test_another_key_makes_another_export(rest: Rest, trips: Collection) -> None:
    rest.post("/exports", BODY, Idempotency_Key="k1")
    rest.post("/exports", BODY, Idempotency_Key="k2")

    assert Export.objects.count() == 2


def test_the_keys_of_two_callers_do_not_meet(
    rest: Rest, trips: Collection, demo: Namespace, ada: User
) -> None:
    rest.post("/exports", BODY, Idempotency_Key="k1")
    answer = Rest(key_for(demo, ada)).post("/exports", BODY, Idempotency_Key="k1")

    assert "Idempotent-Replayed" not in answer.headers
    assert Export.objects.count() == 2


def test_a_request_that_was_refused_leaves_the_key_free(rest: Rest, trips: Collection) -> None:
    refused = rest.post("/exports", {**BODY, "paths": ["nothing"]}, Idempotency_Key="k1")
    answer = rest.post("/exports", BODY, Idempotency_Key="k1")

    assert (refused.status_code, answer.status_code) == (422, 202)


def test_a_key_has_255_characters_at_most(rest: Rest, trips: Collection) -> None:
    assert rest.post("/exports", BODY, Idempotency_Key="x" * 255).status_code == 202
    answer = rest.post("/exports", BODY, Idempotency_Key="x" * 256)

    assert (answer.status_code, paths_of(answer)) == (422, ["Idempotency-Key"])
    assert "255" in answer.json()["detail"]


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_make_one_export(demo: Namespace, ada: User, trips: Collection) -> None:
    key = key_for(demo, ada)

    def create(_: int) -> tuple[int, str]:
        try:
            answer = Rest(key).post("/exports", BODY, Idempotency_Key="k1")
            return answer.status_code, answer.json()["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as threads:
        answers = set(threads.map(create, range(50)))

    print(f"50 requests made {Export.objects.count()} export")
    assert answers == {(202, Export.objects.get().uid)}
    assert AuditEvent.objects.filter(action="export.created").count() == 1


def test_a_key_that_only_writes_gets_the_same_answer_again(
    demo: Namespace, ada: User, trips: Collection
) -> None:
    rest = Rest(key_for(demo, ada, "exports:write"))
    first, again = (rest.post("/exports", BODY, Idempotency_Key="k1") for _ in range(2))

    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.json()) == (202, first.json())
