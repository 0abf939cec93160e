"""The id of a session is in its cookie, and nowhere else."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from exports.models import User
from exports.web.sessions import SessionStore
from tests.conftest import PASSWORD


@pytest.fixture
def ada_signed_in(ada: User) -> Client:
    client = Client()
    client.post("/account/login/", {"login": ada.email, "password": PASSWORD})
    return client


def test_the_table_does_not_hold_it(ada_signed_in: Client) -> None:
    cookie = ada_signed_in.cookies["sessionid"].value
    stored = Session.objects.get().session_key

    assert ada_signed_in.get("/demo/exports").status_code == 200
    assert cookie not in stored
    assert Client(headers={"Cookie": f"sessionid={stored}"}).get("/").status_code == 302


def test_signing_in_changes_the_id_and_leaves_nothing_of_the_old(ada: User) -> None:
    client = Client()
    before = client.session
    before["mark"] = 1
    before.save()
    client.cookies["sessionid"] = str(before.session_key)

    client.post("/account/login/", {"login": ada.email, "password": PASSWORD})

    assert client.cookies["sessionid"].value != before.session_key
    assert not SessionStore().exists(str(before.session_key))
    assert client.session["mark"] == 1


def test_signing_out_ends_it(ada_signed_in: Client) -> None:
    ada_signed_in.post("/account/logout/")

    assert not Session.objects.exists()


@pytest.mark.parametrize("given", ["", "short", "nothing-of-the-kind", "x" * 5000])
def test_an_id_that_is_none_opens_nothing(given: str, db: None) -> None:
    assert Client(headers={"Cookie": f"sessionid={given}"}).get("/demo").status_code == 302
