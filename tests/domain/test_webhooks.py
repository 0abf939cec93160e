"""What signs the messages of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from exports.domain.audit import SYSTEM
from exports.domain.rotation import master_key_rotate
from exports.domain.storage import master_keys
from exports.domain.webhooks import (
    webhook_secret,
    webhook_secret_rotate,
    webhook_secret_show,
    webhook_secrets,
)
from exports.models import AuditEvent, Namespace
from exports.stores.errors import StoreError
from tests.conftest import made_key

if TYPE_CHECKING:
    from exports.domain.access import Caller


pytestmark = pytest.mark.django_db


def test_the_secret_is_made_once_sealed_and_shown_to_admins(
    admin: Caller, outsider: Caller
) -> None:
    secret = webhook_secret(admin.namespace)

    assert secret == webhook_secret_show(admin)
    assert secret.startswith("whsec_")
    assert secret != webhook_secret(outsider.namespace)
    kept = Namespace.objects.get(slug="demo").webhook_secret
    assert secret.removeprefix("whsec_") not in kept
    actions = AuditEvent.objects.filter(
        action__startswith="webhook_secret", namespace_id=admin.namespace.pk
    )
    assert list(actions.order_by("pk").values_list("action", flat=True)) == [
        "webhook_secret.created",
        "webhook_secret.shown",
    ]


def test_a_new_secret_signs_beside_the_old_one_for_a_day(admin: Caller) -> None:
    old = webhook_secret(admin.namespace)

    new = webhook_secret_rotate(admin)

    assert old != new == webhook_secret(admin.namespace)
    assert webhook_secrets(admin.namespace) == [new, old]
    Namespace.objects.update(webhook_secret_before_until=timezone.now())
    assert webhook_secrets(admin.namespace) == [new]


def test_a_secret_that_was_damaged_is_replaced(admin: Caller) -> None:
    webhook_secret(admin.namespace)
    Namespace.objects.update(webhook_secret="AAAA")
    with pytest.raises(StoreError):
        webhook_secret_show(admin)

    new = webhook_secret_rotate(admin)

    assert webhook_secrets(admin.namespace) == [new]


@pytest.mark.parametrize("name", ["rotate", "show"])
def test_the_secret_is_not_for_keys(name: str, admin: Caller) -> None:
    from exports.domain.access import caller_for_key
    from exports.domain.errors import Forbidden

    key, _ = made_key(admin.namespace, admin.user)
    asked = {"rotate": webhook_secret_rotate, "show": webhook_secret_show}[name]

    with pytest.raises(Forbidden):
        asked(caller_for_key(key))


def test_a_new_master_key_seals_the_secrets_of_webhooks_anew(
    admin: Caller, settings: Any, tmp_path: Any
) -> None:
    from exports.domain.storage import key_file, result_store, store_check

    settings.STORE_DIR, settings.MASTER_KEY_FILE = tmp_path / "store", tmp_path / "master_key"
    result_store.cache_clear()
    master_keys.cache_clear()
    try:
        file = key_file()
        assert file
        file.make()
        store_check()
        webhook_secret(admin.namespace)
        webhook_secret_rotate(admin)
        secrets = webhook_secrets(admin.namespace)

        assert master_key_rotate(SYSTEM).resealed == 2
        file.write([file.load()[0]])

        assert webhook_secrets(admin.namespace) == secrets
        assert len(secrets) == 2
    finally:
        result_store.cache_clear()
        master_keys.cache_clear()
