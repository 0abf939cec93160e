"""What the answers look like."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from ninja import Field
from pydantic import BaseModel, ConfigDict, WithJsonSchema


def choice_of(choices: type[TextChoices]) -> WithJsonSchema:
    """One of these words. The description would else take two classes of one name for one."""
    return WithJsonSchema({"type": "string", "enum": choices.values})


class Body(BaseModel):
    """What is sent: no field but those that are named here, and nothing cast."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ProblemField(BaseModel):
    """What is wrong with one field."""

    path: str = Field(examples=["where.AND.0.value"])
    message: str


class Problem(BaseModel):
    """RFC 9457. `code` is for programs, `detail` for people; `errors` names the fields."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    detail: str
    code: str = Field(examples=["invalid"])
    errors: list[ProblemField]


class NamedOut(BaseModel):
    id: str = Field(examples=["col_2vXh6WkT0qLr9ZbYc3NdPe"])
    name: str = Field(examples=["flights"])


class WebhookSecretOut(BaseModel):
    secret: str = Field(
        description="What signs the workspace's webhooks.",
        examples=["whsec_C2FtcGxlIG9mIDMyIGJ5dGVzIQ"],
    )


class UsageOut(BaseModel):
    """How much room the workspace's results take up."""

    used_bytes: int = Field(description="What is stored, and what runs have reserved.")
    reserved_bytes: int = Field(description="Of those: what runs may still write.")
    quota_bytes: int | None = Field(description="How much they may take up. Null: no limit.")


class SigningKeyOut(BaseModel):
    """A key that signs manifests, or once did: its public half."""

    id: str = Field(examples=["sig_7yHn2kQw9zLp4xBv6mRtCd"])
    algorithm: str = Field(examples=["Ed25519"])
    public: str = Field(description="Its 32 bytes, in base64.")
    pem: str = Field(description="The same as PEM, for openssl.")
    created_at: datetime
    retired_at: datetime | None = Field(description="Since when it signs no more.")


class SigningKeyList(BaseModel):
    items: list[SigningKeyOut]


class TemplateIn(Body):
    """A request under a name. `request` takes what `POST /exports` takes."""

    name: str = Field(max_length=100, examples=["Late flights, for the weekly report"])
    description: str = Field("", max_length=5_000)
    request: dict[str, Any] = Field(
        examples=[{"collection": "flights", "format": "csv", "paths": ["carrier"]}]
    )


class TemplateChange(Body):
    """What is left out stays as it is; a request is replaced as a whole."""

    name: str | None = Field(None, max_length=100)
    description: str | None = Field(None, max_length=5_000)
    request: dict[str, Any] | None = None


class TemplateOut(BaseModel):
    """A request that is sent again with `POST /templates/{id}/run`."""

    id: str = Field(examples=["tpl_5mB8sQxE1uJw7RtKf4HgVa"])
    name: str
    description: str
    request: dict[str, Any] = Field(description="As `POST /exports` takes it.")
    created_by: str = Field(description="The e-mail address of who made it.")
    created_at: datetime
    updated_at: datetime


class TemplateList(BaseModel):
    items: list[TemplateOut]
