"""API keys: found by what was shown once, and by nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from exports.domain.access import caller_for_key
from exports.domain.errors import Forbidden, InvalidRequest
from exports.domain.keys import key_create, key_find, key_revoke
from exports.models import ApiKey, Namespace, Scope, User

if TYPE_CHECKING:
    from exports.domain.access import Caller


def make(admin: Caller, *scopes: str) -> tuple[ApiKey, str]:
    return key_create(
        namespace=admin.namespace,
        owner=admin.user,
        label="cron",
        scopes=scopes or [Scope.ADMIN],
        actor=admin.actor,
    )


def test_a_key_is_found_by_its_text(admin: Caller) -> None:
    key, text = make(admin)

    assert text.startswith("sk_")
    assert key_find(text) == key


def test_the_secret_is_not_kept(admin: Caller) -> None:
    key, text = make(admin)
    secret = text.split("_")[2]

    stored = ApiKey.objects.values().get(pk=key.pk)
    assert not [name for name, value in stored.items() if secret[:10] in str(value)]


@pytest.mark.parametrize("change", ["", "sk_", "sk_a_b", "x" * 100, "sk_é_\ud800"])
def test_nonsense_is_no_key(change: str, db: None) -> None:
    assert key_find(change) is None


def test_a_changed_key_is_no_key(admin: Caller) -> None:
    _, text = make(admin)
    for place in (5, 20, len(text) - 1):
        other = "A" if text[place] != "A" else "B"
        assert key_find(text[:place] + other + text[place + 1 :]) is None


def test_a_revoked_key_is_no_key(admin: Caller) -> None:
    key, text = make(admin)
    key_revoke(key, actor=admin.actor)

    assert key_find(text) is None


def test_an_expired_key_is_no_key(admin: Caller) -> None:
    _, text = make(admin)
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert key_find(text) is None


def test_the_key_of_a_disabled_person_is_no_key(admin: Caller) -> None:
    _, text = make(admin)
    User.objects.update(is_active=False)

    assert key_find(text) is None


def test_a_key_may_do_no_more_than_its_scopes(admin: Caller) -> None:
    _, text = make(admin, Scope.EXPORTS_READ)
    key = key_find(text)
    assert key
    caller = caller_for_key(key)

    caller.require(Scope.EXPORTS_READ)
    with pytest.raises(Forbidden, match="exports:write"):
        caller.require(Scope.EXPORTS_WRITE)


def test_a_key_may_do_no_more_than_its_owner(ari: User, demo: Namespace) -> None:
    from exports.domain.audit import SYSTEM

    key, _ = key_create(namespace=demo, owner=ari, label="a", scopes=[Scope.ADMIN], actor=SYSTEM)

    assert caller_for_key(key).scopes == {Scope.EXPORTS_READ, Scope.AUDIT_READ}


def test_an_unknown_scope_is_refused(admin: Caller) -> None:
    with pytest.raises(InvalidRequest, match="exports:read"):
        make(admin, "everything")


def test_a_key_lives_for_a_year_at_most(admin: Caller) -> None:
    with pytest.raises(InvalidRequest, match="a year"):
        key_create(
            namespace=admin.namespace,
            owner=admin.user,
            label="x",
            scopes=[],
            actor=admin.actor,
            expires_at=timezone.now() + timedelta(days=366),
        )
