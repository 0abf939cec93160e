"""The sample: five real collections in the workspace ``demo``, and principals to run as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from config.env import BASE_DIR
from exports.domain.collections import collection_register
from exports.domain.people import namespace_create
from exports.domain.principals import principal_create
from exports.models import Namespace

if TYPE_CHECKING:
    from exports.domain.audit import Actor

SLUG = "demo"


class _Sample(TypedDict):
    description: str
    access: str | list[str] | None
    marks: dict[str, dict[str, Any]]


def _refers_to(name: str) -> dict[str, str]:
    return {"role": "reference", "target": name}


# In this order: what is referred to comes first.
COLLECTIONS: dict[str, _Sample] = {
    "airlines": {
        "description": "Airlines that flew out of New York in 2013, with their fleets.",
        "access": "public",
        "marks": {},
    },
    "airports": {
        "description": "Airports of the United States and where they lie.",
        "access": "public",
        "marks": {},
    },
    "planes": {
        "description": "Planes by their tail number.",
        "access": "public",
        "marks": {},
    },
    "flights": {
        "description": "Every flight out of New York in 2013.",
        "access": ["carrier"],
        "marks": {
            "carrier": _refers_to("airlines"),
            "tailnum": _refers_to("planes"),
            "origin": _refers_to("airports"),
            "dest": _refers_to("airports"),
        },
    },
    "digits": {
        "description": "Handwritten digits, each with its image and its embedding.",
        "access": None,
        "marks": {"image": {"role": "file"}, "embedding": {"role": "vector"}},
    },
}


# Carriers of the flights: each may read its own.
CARRIERS = ("AA", "B6", "DL", "EV", "UA")


def sample_load(*, actor: Actor) -> tuple[Namespace, int]:
    """Load what is not there yet. Returns the workspace, and how many collections were added."""
    namespace = Namespace.objects.filter(slug=SLUG).first()
    if namespace is None:
        namespace = namespace_create(slug=SLUG, name="Demo", actor=actor)
    known = set(namespace.collections.filter(deleted_at=None).values_list("name", flat=True))
    missing = [name for name in COLLECTIONS if name not in known]
    for name in missing:
        collection_register(
            namespace=namespace,
            name=name,
            locations=[str(BASE_DIR / "sample" / f"{name}.parquet")],
            key="document_id",
            file_root=str(BASE_DIR / "sample") if name == "digits" else "",
            actor=actor,
            **COLLECTIONS[name],
        )
    _principals(namespace, actor)
    return namespace, len(missing)


def _principals(namespace: Namespace, actor: Actor) -> None:
    """One that was deleted is made anew only together with the workspace."""
    known = set(namespace.principals.values_list("name", flat=True))
    for carrier in CARRIERS:
        if carrier not in known:
            principal_create(namespace=namespace, name=carrier, identities=[carrier], actor=actor)
