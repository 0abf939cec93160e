"""One run: claim, plan, engine, store, publish. It runs in a process of its own."""

from __future__ import annotations

import hashlib
import logging
import os
import socket
from threading import Event
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from exports.domain.access import Caller, role_in
from exports.domain.claims import Claim, Fenced, export_claim, something_waits
from exports.domain.keys import key_holds
from exports.domain.reasons import REASONS
from exports.domain.requests import request_thaw
from exports.domain.runs import run_fail, run_publish
from exports.domain.storage import result_store
from exports.engine.errors import EngineError
from exports.engine.explain import explain_write
from exports.engine.limits import Limits
from exports.engine.manifest import MANIFEST, build
from exports.engine.plan import plan
from exports.engine.progress import Progress
from exports.engine.request import Format, Request
from exports.engine.run import Result, run
from exports.models import Collection, Export, ExportFile, Scope, Step
from exports.queue.pulse import Pulse
from exports.sources.locate import lies_inside
from exports.sources.source import Source
from exports.stores.errors import StoreError
from exports.wakeups import wake

if TYPE_CHECKING:
    from exports.engine.plan import Plan
    from exports.stores.base import Store

logger = logging.getLogger(__name__)


class RunRefused(Exception):
    """The run cannot begin; ``reason`` is a code of ``exports.domain.reasons``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def run_claimed() -> None:
    """Run what is next in turn, if anything is, and wake another worker for what waits after."""
    claim = export_claim(worker=f"{socket.gethostname()}:{os.getppid()}")
    if claim is None:
        return
    if something_waits():
        wake()
    logger.info("%s: attempt %s begins", claim.export.uid, claim.attempt)
    _run(claim)


def _run(claim: Claim) -> None:
    store = result_store()
    stop = Event()
    progress = Progress()
    reason = ""
    pulse = Pulse(claim, progress, stop)
    try:
        with pulse:
            files, result = _write(claim, store, progress, stop)
        # It idled for as long as the run took; what lies in between may have cut it off.
        connection.close()
        run_publish(
            claim,
            files=files,
            rows=result.rows,
            snapshot={name: each.to_json() for name, each in result.snapshots.items()},
        )
        logger.info("%s: ready, %s rows", claim.export.uid, result.rows)
    except Fenced:
        reason = "fenced"
    except Exception as error:
        reason = pulse.why or _reason(error)
        logger.warning(
            "%s: attempt %s: %s", claim.export.uid, claim.attempt, reason, exc_info=error
        )
    if reason:
        _abandon(claim, store, reason)


def _abandon(claim: Claim, store: Store, reason: str) -> None:
    """Say why this attempt ended, if it still may, then remove what it wrote."""
    uid, attempt = claim.export.uid, claim.attempt
    connection.close()
    try:
        if reason != "fenced":
            _tell(claim, reason)
        if claim.is_published():
            logger.info("%s: attempt %s was published all the same", uid, attempt)
            return
    except DatabaseError:
        # Nobody can tell how it stands: it may be published, and only the answer was lost. The
        # reconciler ends it when its lease is over, and clears what is over.
        logger.exception("%s: the end of attempt %s could not be told", uid, attempt)
        return
    try:
        for key in list(store.list(f"{claim.prefix}/")):
            store.delete(key)
    except (OSError, StoreError):
        logger.exception("%s: its files could not be removed; the reconciler will", uid)


def _tell(claim: Claim, reason: str) -> None:
    try:
        run_fail(claim, reason)
    except Fenced:
        logger.info("%s: it had ended before attempt %s did", claim.export.uid, claim.attempt)


def _write(
    claim: Claim, store: Store, progress: Progress, stop: Event
) -> tuple[list[ExportFile], Result]:
    """Every file of the result, the manifest last; each is whole in the store."""
    export = claim.export
    _check_still_allowed(export)
    made = _plan(export)
    collection = export.collection
    result = run(
        made,
        {collection.name: Source.from_json(collection.source)},
        open_file=lambda name: store.create(f"{claim.prefix}/{name}"),
        scratch=settings.SCRATCH_DIR / claim.scratch,
        progress=progress,
        stop=stop,
        limits=_limits(),
    )
    progress.step = Step.PUBLISHING
    files = [_file(claim, each.name, each.rows, each.bytes, each.sha256) for each in result.files]
    manifest = build(made, result, export=_told(claim), request=_request_told(export))
    writer = store.create(f"{claim.prefix}/{MANIFEST}")
    writer.write(manifest)
    writer.close()
    files.append(_manifest_file(claim, manifest))
    return files, result


def _check_still_allowed(export: Export) -> None:
    """What was allowed when it was accepted is asked again now that it runs."""
    role, key = role_in(export.created_by, export.namespace), export.api_key
    if not role or (key and not key_holds(key)):
        raise RunRefused("access_lost")
    caller = Caller(export.created_by, export.namespace, role, key=key)
    if not caller.may(Scope.EXPORTS_WRITE) or export.collection not in caller.collections:
        raise RunRefused("access_lost")
    if export.collection.state != Collection.State.READY:
        raise RunRefused("collection_not_ready")
    files = export.collection.source["files"]
    if not all(lies_inside(file, settings.SOURCE_ROOTS) for file in files):
        raise RunRefused("source_not_allowed")
    if export.collection.schema_version != export.frozen["schema_version"]:
        raise RunRefused("schema_changed")


def _plan(export: Export) -> Plan:
    collection = export.collection
    request = Request(
        collection=collection.name,
        format=Format(export.format),
        paths=tuple(export.paths),
        where=request_thaw(export.frozen),
        order_by=tuple(export.order_by),
        sample_size=export.sample_size,
        timezone=export.timezone,
    )
    return plan(request, {collection.name: collection.schema})


def _limits() -> Limits:
    return Limits(
        threads=settings.ENGINE_THREADS,
        scan_memory=settings.ENGINE_SCAN_MEMORY * 1024 * 1024,
        sort_memory=settings.ENGINE_SORT_MEMORY * 1024 * 1024,
    )


def _reason(error: BaseException) -> str:
    if isinstance(error, RunRefused):
        return error.reason
    if isinstance(error, OSError):
        error = explain_write(error)
    if isinstance(error, EngineError):
        return error.code if error.code in REASONS else "failed"
    return "database_unavailable" if isinstance(error, DatabaseError) else "failed"


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
        "paths": export.paths,
        "where": export.where,
        "order_by": export.order_by,
        "sample_size": export.sample_size,
        "timezone": export.timezone,
        "frozen": export.frozen,
    }


def _file(claim: Claim, name: str, rows: int, size: int, sha256: str) -> ExportFile:
    return ExportFile(
        export=claim.export,
        attempt=claim.attempt,
        name=name,
        key=f"{claim.prefix}/{name}",
        rows=rows,
        bytes=size,
        sha256=sha256,
    )


def _manifest_file(claim: Claim, manifest: bytes) -> ExportFile:
    return ExportFile(
        export=claim.export,
        attempt=claim.attempt,
        name=MANIFEST,
        kind="manifest",
        key=f"{claim.prefix}/{MANIFEST}",
        bytes=len(manifest),
        sha256=hashlib.sha256(manifest).hexdigest(),
    )
