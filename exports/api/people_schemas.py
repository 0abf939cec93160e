"""What members and principals look like over REST."""

from __future__ import annotations

from datetime import datetime

from ninja import Field
from pydantic import BaseModel

from exports.api.schemas import Body, NamedOut
from exports.models import Right, Role

_IDENTITIES = "The strings that access lists hold for it. None: it reads public collections only."


class PrincipalIn(Body):
    name: str = Field(examples=["UA"])
    identities: list[str] = Field(default=[], description=_IDENTITIES)


class PrincipalChange(Body):
    """What is left out stays as it is."""

    name: str | None = None
    identities: list[str] | None = Field(None, description=_IDENTITIES)
    disabled: bool | None = Field(None, description="Nothing runs as a disabled principal.")


class PrincipalOut(BaseModel):
    """An identity that the data knows."""

    id: str = Field(examples=["prn_8cVb1nMw5rTz3kXq7LpHsd"])
    name: str = Field(examples=["UA"])
    identities: list[str]
    disabled: bool
    created_at: datetime


class PrincipalList(BaseModel):
    items: list[PrincipalOut]


_PRINCIPAL = "As whom he runs, whatever he asks: its name or id. Empty: nobody."
_RIGHTS = "For an exporter, the right on each collection, by its name or id: see, preview, export."


class MemberIn(Body):
    email: str = Field(description="Of somebody who has an account.", max_length=254)
    role: str = Field(description="`admin`, `exporter` or `auditor`.")
    principal: str = Field("", description=_PRINCIPAL)
    collections: dict[str, str] = Field(
        default={}, description=_RIGHTS, examples=[{"flights": "export"}]
    )


class MemberChange(Body):
    """What is left out stays as it is."""

    role: str | None = None
    principal: str | None = Field(None, description=_PRINCIPAL)
    collections: dict[str, str] | None = Field(None, description=_RIGHTS)


class MemberOut(BaseModel):
    """A person's role in the workspace."""

    id: str = Field(examples=["mem_4fGh9sKd2pLw6xZq8vBnTy"])
    email: str
    name: str
    role: Role
    principal: NamedOut | None = Field(description="As whom he runs, whatever he asks.")
    collections: dict[str, Right] = Field(description="An exporter's rights, by collection.")
    created_at: datetime


class MemberList(BaseModel):
    items: list[MemberOut]
