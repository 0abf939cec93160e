"""The records; what changes them is in ``exports.domain``."""

from __future__ import annotations

from exports.models.access import ApiKey, Scope
from exports.models.audit import AuditChain, AuditDetail, AuditEvent
from exports.models.collection import Collection
from exports.models.export import (
    ACTIVE,
    Export,
    ExportFile,
    Format,
    IdempotencyKey,
    State,
    Step,
)
from exports.models.namespace import Membership, Namespace, Role
from exports.models.principal import Principal
from exports.models.user import User

__all__ = [
    "ACTIVE",
    "ApiKey",
    "AuditChain",
    "AuditDetail",
    "AuditEvent",
    "Collection",
    "Export",
    "ExportFile",
    "Format",
    "IdempotencyKey",
    "Membership",
    "Namespace",
    "Principal",
    "Role",
    "Scope",
    "State",
    "Step",
    "User",
]
