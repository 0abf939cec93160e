"""The papers that travel with a result: its manifest, and the signature of that."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from exports.domain.plans import request_told
from exports.domain.signing import SIGNATURE, manifest_sign
from exports.engine.manifest import MANIFEST, build
from exports.engine.sink import stored
from exports.models import ExportFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.domain.claims import Claim
    from exports.engine.plan import Plan
    from exports.engine.run import Result
    from exports.engine.sink import Writer

Kind = ExportFile.Kind


def papers_write(
    claim: Claim, made: Plan, result: Result, create: Callable[[str], Writer]
) -> list[ExportFile]:
    """Write what is last of all: each is whole in the store.

    :param create: begins a file, given its name.
    """
    asked = {**request_told(claim.export), "frozen": claim.export.frozen}
    manifest = build(made, result, export=_told(claim), request=asked)
    return [
        _stored(claim, create, manifest, name=MANIFEST, kind=Kind.MANIFEST),
        _stored(claim, create, manifest_sign(manifest), name=SIGNATURE, kind=Kind.SIGNATURE),
    ]


def _stored(
    claim: Claim, create: Callable[[str], Writer], content: bytes, *, name: str, kind: str
) -> ExportFile:
    with stored(create, name) as writer:
        writer.write(content)
    return ExportFile(
        export=claim.export,
        attempt=claim.attempt,
        name=name,
        kind=kind,
        key=f"{claim.prefix}/{name}",
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
