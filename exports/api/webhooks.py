"""The secret that signs a workspace's webhooks, over REST: for signed-in admins, never for keys."""

from __future__ import annotations

from ninja import Router

from exports.api.auth import ApiRequest
from exports.api.schemas import WebhookSecretOut
from exports.domain.webhooks import webhook_secret_rotate, webhook_secret_show

router = Router(tags=["webhooks"])


@router.get(
    "",
    response=WebhookSecretOut,
    operation_id="webhook_secret_get",
    url_name="webhook-secret",
    summary="Look at the secret that signs webhooks",
)
def show(request: ApiRequest) -> WebhookSecretOut:
    """By admins who are signed in; a key gets 403. It is an event."""
    return WebhookSecretOut(secret=webhook_secret_show(request.auth))


@router.post(
    "/rotate",
    response=WebhookSecretOut,
    operation_id="webhook_secret_rotate",
    url_name="webhook-secret-rotate",
    summary="Replace the secret that signs webhooks",
)
def rotate(request: ApiRequest) -> WebhookSecretOut:
    """The new one signs from now on; for a day the one before signs beside it. By admins who are
    signed in."""
    return WebhookSecretOut(secret=webhook_secret_rotate(request.auth))
