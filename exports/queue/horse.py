"""One run: claim, plan, engine, store, publish. It runs in a process of its own."""

from __future__ import annotations

import logging
import os
import socket
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from exports.domain.access import caller_in
from exports.domain.attempts import delete_below
from exports.domain.claims import Claim, Fenced, export_claim, something_waits
from exports.domain.errors import Forbidden
from exports.domain.keys import key_holds
from exports.domain.plans import plan_thaw
from exports.domain.principals import PrincipalInvalid
from exports.domain.reasons import REASONS
from exports.domain.runs import run_fail, run_publish
from exports.domain.sources import file_root, files_allowed, remote_sources
from exports.domain.statistics import statistics_wait
from exports.domain.storage import result_store
from exports.engine.errors import EngineError, SourceInvalid, StorageFailed
from exports.engine.explain import explain_write
from exports.engine.progress import Progress
from exports.engine.run import Result, run
from exports.logs import run_logged
from exports.models import Collection, Export, ExportFile, Scope, Step
from exports.queue.budget import budget
from exports.queue.counting import count_claimed
from exports.queue.limits import engine_limits
from exports.queue.papers import papers_write
from exports.queue.pulse import Pulse
from exports.sources.source import Source
from exports.stores.errors import StoreError
from exports.tallies import FENCED_WRITES, tally
from exports.wakeups import wake

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.engine.sink import FileResult, Writer
    from exports.queue.budget import Budget
    from exports.stores.base import Store

logger = logging.getLogger(__name__)


class RunRefused(Exception):
    """The run cannot begin; ``reason`` is a code of ``exports.domain.reasons``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def run_claimed() -> None:
    """Run what is next in turn, if anything is, and wake another worker for what waits after.

    With no export to run, it counts what a collection holds, if somebody asked for that.
    """
    claim = export_claim(worker=f"{socket.gethostname()}:{os.getppid()}")
    if claim is None:
        count_claimed()
        return
    if something_waits() or statistics_wait():
        wake()
    with run_logged(claim.export.uid, claim.attempt):
        logger.info("%s: attempt %s begins", claim.export.uid, claim.attempt)
        _run(claim)


def _run(claim: Claim) -> None:
    store = result_store()
    stop = Event()
    progress = Progress()
    reason = detail = ""
    pulse = Pulse(claim, progress, stop)
    try:
        with pulse, budget(claim, stop) as room:
            create = partial(_create, claim, store, room)
            files, result = _write(claim, create, progress, stop)
        # It idled for as long as the run took; what lies in between may have cut it off.
        connection.close()
        run_publish(
            claim,
            files=files,
            rows=result.rows,
            snapshot={name: each.to_json() for name, each in result.snapshots.items()},
            notices=result.notices,
            begun=progress.begun,
        )
        logger.info("%s: ready, %s rows", claim.export.uid, result.rows)
    except Fenced:
        reason = "fenced"
    except Exception as error:
        reason = pulse.why or _reason(error)
        detail = str(error) if isinstance(error, SourceInvalid) else ""
        logger.warning(
            "%s: attempt %s: %s", claim.export.uid, claim.attempt, reason, exc_info=error
        )
    if reason:
        _abandon(claim, store, reason, detail)


def _abandon(claim: Claim, store: Store, reason: str, detail: str) -> None:
    """Say why this attempt ended, if it still may, then remove what it wrote."""
    uid, attempt = claim.export.uid, claim.attempt
    connection.close()
    try:
        if reason == "fenced":
            tally(FENCED_WRITES)
        else:
            _tell(claim, reason, detail)
        if claim.is_published():
            logger.info("%s: attempt %s was published all the same", uid, attempt)
            return
    except DatabaseError:
        # Nobody can tell how it stands: it may be published, and only the answer was lost. The
        # reconciler ends it when its lease is over, and clears what is over.
        logger.exception("%s: the end of attempt %s could not be told", uid, attempt)
        return
    try:
        delete_below(store, f"{claim.prefix}/")
    except (OSError, StoreError):
        logger.exception("%s: its files could not be removed; the reconciler will", uid)


def _tell(claim: Claim, reason: str, detail: str) -> None:
    try:
        run_fail(claim, reason, detail)
    except Fenced:
        tally(FENCED_WRITES)
        logger.info("%s: it had ended before attempt %s did", claim.export.uid, claim.attempt)


def _create(claim: Claim, store: Store, room: Budget, name: str) -> Writer:
    """A file of the attempt; it takes no byte for which there is no room."""
    try:
        return room.writer(store, f"{claim.prefix}/{name}")
    except OSError:
        raise
    except StoreError as error:  # its master key, above all
        raise StorageFailed from error


def _write(
    claim: Claim, create: Callable[[str], Writer], progress: Progress, stop: Event
) -> tuple[list[ExportFile], Result]:
    """Every file of the result, the papers last; each is whole in the store.

    :param create: begins a file, given its name.
    """
    export = claim.export
    collections = _still_allowed(export)
    if export.principal:
        claim.fenced(identities=export.principal.identities)
    made = plan_thaw(export, collections)
    sources = {each.uid: Source.from_json(each.source) for each in collections}
    result = run(
        made,
        sources,
        open_file=create,
        scratch=settings.SCRATCH_DIR / claim.scratch,
        progress=progress,
        stop=stop,
        limits=engine_limits(),
        remote=remote_sources(),
        file_root=file_root(sources[export.collection.uid]) if export.export_files else None,
        time=export.created_at,
    )
    progress.begin(Step.PUBLISHING)
    stored = [*result.files, result.index] if result.index else result.files
    files = [_file(claim, each) for each in stored]
    return [*files, *papers_write(claim, made, result, create)], result


def _still_allowed(export: Export) -> list[Collection]:
    """All that an export reads; what was allowed when it was accepted is asked again now.

    :raises RunRefused: it is not any more, or not as it was.
    """
    _check_who_asked(export)
    versions = export.frozen["collections"]
    found = list(export.namespace.collections.filter(uid__in=versions))
    for each in found:
        if each.deleted_at:
            raise RunRefused("collection_deleted")
        if each.state != Collection.State.READY:
            raise RunRefused("collection_not_ready")
        if not files_allowed(each):
            raise RunRefused("source_not_allowed")
        if each.schema_version != versions[each.uid]:
            raise RunRefused("schema_changed")
    return found


def _check_who_asked(export: Export) -> None:
    key = export.api_key
    caller = caller_in(export.namespace, export.created_by, key=key)
    if caller is None or (key and not key_holds(key)):
        raise RunRefused("access_lost")
    try:
        caller.require(Scope.EXPORTS_WRITE)
        caller.check_reach(export)
    except PrincipalInvalid:
        raise RunRefused("principal_invalid") from None
    except Forbidden:
        raise RunRefused("access_lost") from None


def _reason(error: BaseException) -> str:
    if isinstance(error, RunRefused):
        return error.reason
    if isinstance(error, OSError):
        error = explain_write(error)
    if isinstance(error, EngineError):
        return error.code if error.code in REASONS else "failed"
    if isinstance(error, StoreError):
        return StorageFailed.code
    return "database_unavailable" if isinstance(error, DatabaseError) else "failed"


def _file(claim: Claim, file: FileResult) -> ExportFile:
    return ExportFile(
        export=claim.export,
        attempt=claim.attempt,
        name=file.name,
        kind=file.kind,
        key=f"{claim.prefix}/{file.name}",
        rows=file.rows,
        bytes=file.bytes,
        sha256=file.sha256,
    )
