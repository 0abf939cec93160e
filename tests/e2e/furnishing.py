"""A workspace in which people have worked: exports in every state, and all that is kept by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from exports.domain.claims import export_claim, something_waits
from exports.domain.deliveries import Outcome, delivery_claim, delivery_end
from exports.domain.exports import export_cancel, export_create
from exports.domain.keeping import export_hold
from exports.domain.keys import key_create, key_revoke
from exports.domain.members import member_add
from exports.domain.people import namespace_change
from exports.domain.principals import principal_change, principal_create
from exports.domain.requests import request_parse
from exports.domain.runs import run_fail
from exports.domain.scripting import script_claim, script_end
from exports.domain.statistics import statistics_ask
from exports.domain.templates import template_create, template_run
from exports.models import Export, State, User
from exports.queue.counting import count_claimed
from exports.queue.horse import run_claimed
from exports.scripts.run import Ran

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exports.domain.access import Caller
    from exports.models import ApiKey, Membership, Principal, Template

HOOK = "https://hooks.example.org/waybill"
SCRIPT = 'log("Rows: " + task.rows_done);\nwebhook("https://hooks.example.org/done", {ok: true});'


@dataclass(frozen=True)
class Stock:
    """What is worked with: a collection, a filter and fields of it, and who reads which carrier."""

    collection: str
    where: Mapping[str, Any]
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Furnished:
    """What was made, by what it is good for."""

    ready: Export
    held: Export
    failed: Export
    cancelled: Export
    expired: Export
    running: Export
    waiting: Export
    template: Template
    key: ApiKey
    principal: Principal
    member: Membership


def furnish(caller: Caller, stock: Stock) -> Furnished:
    """Needs scripts to be allowed; runs what is to run in this process."""
    namespace = caller.namespace
    namespace_change(namespace, actor=caller.actor, quota=2_000_000_000)
    principal = principal_create(
        namespace=namespace, name="Sales team", identities=["UA", "AA"], actor=caller.actor
    )
    absent = principal_create(
        namespace=namespace, name="Former partner", identities=["B6"], actor=caller.actor
    )
    principal_change(absent, actor=caller.actor, disabled=True)
    template = template_create(
        caller,
        name="Monthly delays",
        description="For the punctuality report, on the first of each month.",
        request=_asked(stock, label="Monthly delays", where=stock.where, format="csv"),
    )
    ended = _ended(caller, stock, template)
    return Furnished(
        **ended,
        **_moving(caller, stock),
        template=template,
        key=_keys(caller, principal),
        principal=principal,
        member=_members(caller, stock, principal),
    )


def run_all() -> None:
    """What waits: exports, then what is to be counted."""
    while something_waits():
        run_claimed()
    count_claimed()


def _asked(stock: Stock, **fields: Any) -> dict[str, Any]:
    return {"collection": stock.collection, **fields}


def _make(caller: Caller, stock: Stock, **fields: Any) -> Export:
    export, _ = export_create(caller, request_parse(_asked(stock, **fields)))
    return export


def _ended(caller: Caller, stock: Stock, template: Template) -> dict[str, Export]:
    fails = _make(caller, stock, label="Delays, all years", format="jsonl")
    claim = export_claim(worker="w")
    assert claim
    run_fail(claim, "source_invalid")
    cancelled = export_cancel(caller, _make(caller, stock, label="Not needed", format="json"))
    expired = _make(caller, stock, label="Delays of last quarter", sample_size=500)
    held = _make(caller, stock, label="Evidence for the audit", where=stock.where)
    template_run(caller, template)
    ready = _make(
        caller,
        stock,
        label="Late departures",
        description="Those that left late, for the operations review.",
        format="csv",
        paths=list(stock.paths),
        where=stock.where,
        notify=[{"webhook": HOOK, "on": ["ready"]}, {"webhook": f"{HOOK}/b", "on": ["ready"]}],
        after_script=SCRIPT,
    )
    statistics_ask(caller, stock.collection)
    run_all()
    _tell()
    export_hold(caller, held, reason="Asked for by the data protection officer.")
    Export.objects.filter(pk=expired.pk).update(
        state=State.EXPIRED, expires_at=timezone.now() - timedelta(hours=2)
    )
    made = {"ready": ready, "held": held, "failed": fails, "expired": expired}
    return {name: _fresh(each) for name, each in made.items()} | {"cancelled": cancelled}


def _tell() -> None:
    """One message arrives and one does not; the script ends well."""
    first, second = delivery_claim(), delivery_claim()
    assert first
    assert second
    delivery_end(first, Outcome("It answered 200.", delivered=True, status=200))
    delivery_end(second, Outcome("It answered 503.", status=503))
    script = script_claim()
    assert script
    script_end(script, Ran("done", "Rows: 12,345"))


def _moving(caller: Caller, stock: Stock) -> dict[str, Export]:
    """One runs for ever, and so the other waits."""
    now = timezone.now()
    with transaction.atomic():
        running = _make(caller, stock, label="Everything, for the warehouse", format="parquet")
        waiting = _make(caller, stock, label="By airport, for the planners", format="csv")
        Export.objects.filter(pk=running.pk).update(
            state=State.RUNNING,
            step="reading",
            steps={"reading": (now - timedelta(seconds=41)).isoformat()},
            attempt=1,
            slot=0,
            worker="waybill-1:4711",
            lease_until=now + timedelta(hours=2),
            started_at=now - timedelta(seconds=42),
            rows_done=211_968,
            rows_total=336_776,
            bytes_done=48_300_000,
        )
    return {"running": _fresh(running), "waiting": waiting}


def _keys(caller: Caller, principal: Principal) -> ApiKey:
    def make(label: str, *scopes: str, principal: Principal | None = None) -> ApiKey:
        key, _ = key_create(
            namespace=caller.namespace,
            owner=caller.user,
            label=label,
            scopes=scopes,
            principal=principal,
            actor=caller.actor,
        )
        return key

    key_revoke(make("Old laptop", "admin"), actor=caller.actor)
    make("Sales dashboard", "exports:read", "downloads:read", principal=principal)
    return make("Nightly warehouse load", "exports:read", "exports:write", "downloads:read")


def _members(caller: Caller, stock: Stock, principal: Principal) -> Membership:
    def add(name: str, role: str, **given: Any) -> Membership:
        email = f"{name.split()[0].lower()}@example.org"
        user = User.objects.create_user(email, None, name=name)
        return member_add(
            namespace=caller.namespace, user=user, role=role, actor=caller.actor, **given
        )

    add("Alan Turing", "auditor")
    add("Barbara Liskov", "admin")
    rights = {stock.collection: "export"}
    return add("Grace Hopper", "exporter", principal=principal.uid, rights=rights)


def _fresh(export: Export) -> Export:
    return Export.objects.get(pk=export.pk)
