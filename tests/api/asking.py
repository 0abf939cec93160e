"""Every operation of the API, where it is asked, and with a body that it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from exports.api.api import api
from exports.models import Delivery, Principal, Template
from tests.conftest import made_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.models import Export

TRIPS = {"collection": "trips"}

# Of each operation that takes one, a body that it accepts.
BODIES: dict[str, dict[str, Any]] = {
    "collection_change": {"description": "Of 2013."},
    "collection_create": {"name": "more", "locations": ["trips.parquet"]},
    "export_create": TRIPS,
    "export_hold": {"reason": "An audit"},
    "export_keep": {"until": "2027-01-01T00:00:00Z", "reason": "An audit"},
    "export_preview": TRIPS,
    "export_release": {"reason": "It is over"},
    "key_create": {"label": "nightly", "scopes": ["exports:read"]},
    "member_add": {"email": "olaf@example.org", "role": "auditor"},
    "member_change": {"role": "auditor"},
    "principal_change": {"name": "renamed"},
    "principal_create": {"name": "AA", "identities": ["AA"]},
    "template_change": {"name": "renamed"},
    "template_create": {"name": "weekly", "request": TRIPS},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """:ivar name: its id in the description. :ivar url: what its address is called."""

    name: str
    method: str
    url: str


def operations() -> Iterator[Operation]:
    """Those of the description."""
    for _, router in api._routers:
        for view in router.path_operations.values():
            for each in view.operations:
                if each.include_in_schema:
                    assert each.operation_id
                    assert each.url_name
                    for method in each.methods:
                        yield Operation(each.operation_id, method, each.url_name)


def arguments(finished: Export) -> dict[str, list[str]]:
    """The ids in each address, all of them there."""
    namespace, ada = finished.namespace, finished.created_by
    principal = Principal.objects.create(namespace=namespace, name="of-demo")
    template = Template.objects.create(
        namespace=namespace,
        collection=finished.collection,
        name="of-demo",
        request={"label": "of-demo"},
        created_by=ada,
    )
    delivery = Delivery.objects.create(
        export=finished,
        channel=Delivery.Channel.WEBHOOK,
        target="https://hooks.example.org/of-demo",
        body="{}",
        state=Delivery.State.FAILED,
    )
    of_export = [*("export", "cancel", "rows", "errors", "retry", "keep", "hold", "release")]
    return {
        **{name: [finished.uid] for name in (*of_export, "deliveries")},
        "delivery-retry": [finished.uid, delivery.uid],
        **{name: [finished.uid, "data.csv"] for name in ("download", "link")},
        **{name: ["trips"] for name in ("collection", "collection_refresh", "documents")},
        "principal": [principal.uid],
        **{name: [template.uid] for name in ("template", "template_run")},
        "key": [made_key(namespace, ada)[0].uid],
        "member": [namespace.memberships.earliest("pk").uid],
    }


def path_of(name: str, there: dict[str, list[str]]) -> str:
    """Below ``/api/v1``."""
    return reverse(f"api:{name}", args=there.get(name, [])).removeprefix("/api/v1")
