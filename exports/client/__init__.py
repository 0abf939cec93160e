"""The Python client and the ``waybill`` command: they need the service's address, nothing of it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exports.client.client import Waybill
    from exports.client.errors import WaybillError
    from exports.client.task import ExportTask

__all__ = ["ExportTask", "Waybill", "WaybillError"]

_HOMES = {
    "ExportTask": "exports.client.task",
    "Waybill": "exports.client.client",
    "WaybillError": "exports.client.errors",
}


def __getattr__(name: str) -> Any:
    """Loaded when asked for: the service itself only verifies, and has no httpx."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(_HOMES[name]), name)
