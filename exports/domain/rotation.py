"""The master key is replaced: what the old one sealed is sealed anew, while all goes on."""

from __future__ import annotations

from base64 import b64decode, b64encode
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from exports.domain.audit import audit_append
from exports.domain.clock import database_now
from exports.domain.secondfactor import secrets_reseal
from exports.domain.signing import sealed_about
from exports.domain.storage import base_store, key_file, master_keys, store_check
from exports.domain.webhooks import sealed_about as webhooks_sealed_about
from exports.models import Export, Namespace, SigningKey
from exports.stores.errors import KeyMissing, MasterKeyWrong, Tampered
from exports.stores.keycheck import needed, note_current_only
from exports.stores.keys import MasterKey
from exports.stores.sealed import SealedStore, sealed_files

if TYPE_CHECKING:
    from exports.domain.audit import Actor
    from exports.stores.keys import MasterKeys


@dataclass(slots=True)
class Rotation:
    """What became of the master keys.

    :ivar current: the id of the key that seals now, and all that is needed.
    :ivar resealed: how many secrets were sealed anew.
    :ivar damaged: those that could not be opened; the rotation is not over then.
    :ivar spare: the ids of the other keys.
    """

    current: str
    resealed: int = 0
    damaged: set[str] = field(default_factory=set)
    spare: list[str] = field(default_factory=list)


def master_key_rotate(actor: Actor) -> Rotation:
    """Make a new master key, and seal anew what others have sealed.

    Where the last rotation was interrupted, it is ended instead. Keys that are in the environment
    are not made here: the new one must stand first there already.

    :raises StoreError: the keys or the store cannot be used; the text says why.
    """
    with _alone():
        store_check()
        file = key_file()
        if file and not _is_unfinished():
            file.write([MasterKey.make(), *file.load()])
            store_check()  # which notes the new key before anything is sealed with it here
        return _reseal(actor, "master_key.rotated")


def master_keys_forget(actor: Actor) -> Rotation:
    """Take all master keys but the current one out of their file, once nothing needs them.

    They stay where a secret could not be opened: it may have been misread.

    :raises StoreError: the keys or the store cannot be used; the text says why.
    """
    with _alone():
        store_check()
        done = _reseal(actor, "master_key.forgotten")
        file = key_file()
        if file and not done.damaged:
            file.write([file.load()[0]])
        return done


def _alone() -> AbstractContextManager[None]:
    file = key_file()
    return file.locked() if file else nullcontext()


def _is_unfinished() -> bool:
    if not settings.STORE_ENCRYPTED:
        return False
    return needed(base_store()) != [master_keys().current.id]


def _reseal(actor: Actor, action: str) -> Rotation:
    keys = master_keys()
    done = Rotation(keys.current.id, spare=[each.id for each in keys.all[1:]])
    _reseal_signing_keys(keys, done)
    _reseal_second_factors(keys, done)
    _reseal_webhook_secrets(keys, done)
    if settings.STORE_ENCRYPTED:
        # A run that began with the old key may just have written another file.
        while _reseal_files(keys, done):
            pass
        if not done.damaged:
            note_current_only(base_store(), keys)
    with transaction.atomic():
        audit_append(None, action, actor=actor, subject=done.current, before=done.spare)
    return done


def _reseal_files(keys: MasterKeys, done: Rotation) -> int:
    """Seal the keys of files anew. Returns how many."""
    store = SealedStore(base_store(), keys)
    sealed = []
    for key in sealed_files(store.list()):
        try:
            if store.reseal(key):
                sealed.append(key)
        except KeyMissing:
            continue  # it was removed meanwhile
        except (Tampered, MasterKeyWrong):
            done.damaged.add(key)
    _clear_again(store, sealed)
    done.resealed += len(sealed)
    return len(sealed)


def _clear_again(store: SealedStore, keys: list[str]) -> None:
    """A file that was removed just now left the key that was written here: to the reconciler."""
    for key in keys:
        try:
            store.size(key)
        except KeyMissing:
            Export.objects.filter(uid__in=key.split("/")[1:2]).update(cleared_at=None)
        except Tampered:
            continue


def _reseal_signing_keys(keys: MasterKeys, done: Rotation) -> None:
    for each in SigningKey.objects.all():
        try:
            sealed = keys.reseal(b64decode(each.private), sealed_about(each))
        except (Tampered, MasterKeyWrong):
            done.damaged.add(each.uid)
            continue
        if sealed:
            SigningKey.objects.filter(pk=each.pk).update(private=b64encode(sealed).decode())
            done.resealed += 1


def _reseal_second_factors(keys: MasterKeys, done: Rotation) -> None:
    for each in Authenticator.objects.all():
        try:
            done.resealed += secrets_reseal(each, keys)
        except (Tampered, MasterKeyWrong):
            done.damaged.add(f"second factor of user:{each.user_id}")


def _reseal_webhook_secrets(keys: MasterKeys, done: Rotation) -> None:
    # What signs no more need not be kept.
    over = Namespace.objects.filter(webhook_secret_before_until__lte=database_now())
    over.update(webhook_secret_before="", webhook_secret_before_until=None)
    for name in ("webhook_secret", "webhook_secret_before"):
        for each in Namespace.objects.exclude(**{name: ""}):
            old = getattr(each, name)
            try:
                sealed = keys.reseal(b64decode(old), webhooks_sealed_about(each))
            except (Tampered, MasterKeyWrong):
                done.damaged.add(each.uid)
                continue
            # One that was made meanwhile is sealed with the current key already.
            held = Namespace.objects.filter(pk=each.pk, **{name: old})
            if sealed and held.update(**{name: b64encode(sealed).decode()}):
                done.resealed += 1
