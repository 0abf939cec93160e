"""API keys over REST: by session only, since keys are not made by keys."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Router
from pydantic import AwareDatetime, BaseModel

from exports.api.auth import ApiRequest
from exports.api.bodies import body_as, body_described
from exports.api.schemas import Body, NamedOut
from exports.domain.keyring import KeysNeedSession, key_make, key_seen, key_state, keys_seen
from exports.domain.keys import key_revoke
from exports.models import ApiKey

router = Router(tags=["keys"])


class KeyIn(Body):
    label: str = Field(examples=["nightly"])
    scopes: list[str] = Field(
        description="What it may do, and nothing that you may not do yourself. `admin` brings "
        "along all but `scripts:write`.",
        examples=[["exports:read", "exports:write", "downloads:read"]],
    )
    expires_at: AwareDatetime | None = Field(
        None, strict=False, description="In a year at most; without it, in a year."
    )
    principal: str = Field("", description="As whom it runs, by name or id. Admins choose one.")
    collections: list[str] | None = Field(
        None, description="All that it may see, by name or id; null: those of its owner."
    )


class KeyOut(BaseModel):
    """An API key; its secret half is nowhere."""

    id: str = Field(examples=["key_5tRk1mXc8vQz3nWy7pLsBd"])
    label: str
    prefix: str = Field(description="What its text begins with.", examples=["sk_4fGh9sKd2pLw"])
    owner: str = Field(description="Whose rights it has at most: an e-mail address.")
    scopes: list[str]
    principal: NamedOut | None = Field(description="As whom it runs, whatever it asks.")
    collections: list[str] | None = Field(
        description="The ids of all that it may see; null: those of its owner."
    )
    state: Literal["active", "revoked", "ended", "closed"] = Field(
        description="`closed`: its owner may not enter the workspace any more."
    )
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = Field(description="To the minute.")
    revoked_at: datetime | None


class KeyMade(KeyOut):
    key: str = Field(description="The key itself. It is shown this once.")


class KeyList(BaseModel):
    items: list[KeyOut]


@router.get("", response=KeyList, operation_id="key_list", url_name="keys", summary="List keys")
def listing(request: ApiRequest) -> KeyList:
    """One's own, newest first; for an admin those of the workspace. By session only."""
    now = timezone.now()
    return KeyList(items=[_out(each, now) for each in keys_seen(request.auth)])


@router.post(
    "",
    response={201: KeyMade},
    operation_id="key_create",
    url_name="keys",
    summary="Make a key",
    openapi_extra=body_described(KeyIn),
)
def create(request: ApiRequest, response: HttpResponse) -> KeyMade:
    """For oneself. `key` is shown this once and kept nowhere. By session only."""
    caller = request.auth
    if caller.key:
        raise KeysNeedSession
    made, text = key_make(caller, **body_as(KeyIn, request).model_dump())
    response["Cache-Control"] = "no-store"
    told = _out(key_seen(caller, made.uid), timezone.now())
    return KeyMade(key=text, **told.model_dump())


@router.delete(
    "/{uid}",
    response={204: None},
    operation_id="key_revoke",
    url_name="key",
    summary="Revoke a key",
)
def revoke(request: ApiRequest, uid: str) -> None:
    """It is refused from the next request on. By session only."""
    key_revoke(key_seen(request.auth, uid), actor=request.auth.actor)


def _out(key: ApiKey, now: datetime) -> KeyOut:
    bound = key.principal
    return KeyOut(
        id=key.uid,
        label=key.label,
        prefix=f"sk_{key.prefix}",
        owner=key.owner.email,
        scopes=key.scopes,
        principal=NamedOut(id=bound.uid, name=bound.name) if bound else None,
        collections=key.collections,
        state=key_state(key, now),
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )
