"""What the engine may take in a worker, as the settings have it."""

from __future__ import annotations

from django.conf import settings

from exports.engine.limits import Limits


def engine_limits() -> Limits:
    return Limits(
        threads=settings.ENGINE_THREADS,
        scan_memory=settings.ENGINE_SCAN_MEMORY * 1024 * 1024,
        sort_memory=settings.ENGINE_SORT_MEMORY * 1024 * 1024,
    )
