"""The papers that travel with a result: its manifest, and the signature of that."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from exports.domain.plans import FIELDS
from exports.domain.signing import SIGNATURE, manifest_sign
from exports.engine.manifest import MANIFEST, build
from exports.models import ExportFile

if TYPE_CHECKING:
    from exports.domain.claims import Claim
    from exports.engine.plan import Plan
    from exports.engine.run import Result
    from exports.models import Export
    from exports.stores.base import Store

Kind = ExportFile.Kind


def papers_write(claim: Claim, made: Plan, result: Result, store: Store) -> list[ExportFile]:
    """Write what is last of all: each is whole in the store."""
    manifest = build(made, result, export=_told(claim), request=_request_told(claim.export))
    return [
        _stored(claim, store, manifest, name=MANIFEST, kind=Kind.MANIFEST),
        _stored(claim, store, manifest_sign(manifest), name=SIGNATURE, kind=Kind.SIGNATURE),
    ]


def _stored(claim: Claim, store: Store, content: bytes, *, name: str, kind: str) -> ExportFile:
    key = f"{claim.prefix}/{name}"
    writer = store.create(key)
    writer.write(content)
    writer.close()
    return ExportFile(
        export=claim.export,
        attempt=claim.attempt,
        name=name,
        kind=kind,
        key=key,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _told(claim: Claim) -> dict[str, Any]:
    """What the manifest says of the export itself."""
    export = claim.export
    return {
        "id": export.uid,
        "label": export.label,
        "namespace": export.namespace.uid,
        "collection": {"id": export.collection.uid, "name": export.collection.name},
        "attempt": claim.attempt,
        "created_by": export.created_by.email,
        "created_at": export.created_at.isoformat(),
        "started_at": export.started_at.isoformat() if export.started_at else None,
    }


def _request_told(export: Export) -> dict[str, Any]:
    return {
        "format": export.format,
        "where": export.where,
        "principal": export.principal.name if export.principal else "",
        **{name: getattr(export, name) for name in FIELDS},
        "sample_seed": export.sample_seed,
        "csv": export.csv,
        "frozen": export.frozen,
    }
