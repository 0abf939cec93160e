"""The records; what changes them is in ``exports.domain``."""

from __future__ import annotations

from exports.models.access import ApiKey, Scope
from exports.models.audit import AuditChain, AuditDetail, AuditEvent
from exports.models.collection import Collection
from exports.models.delivery import Delivery, ScriptRun
from exports.models.export import (
    ACTIVE,
    Download,
    Export,
    ExportFile,
    Format,
    IdempotencyKey,
    State,
    Step,
)
from exports.models.membership import CollectionRight, Membership, Right, Role
from exports.models.namespace import Namespace
from exports.models.principal import Principal
from exports.models.signing import SigningKey
from exports.models.tally import Tally
from exports.models.template import Template
from exports.models.user import User

__all__ = [
    "ACTIVE",
    "ApiKey",
    "AuditChain",
    "AuditDetail",
    "AuditEvent",
    "Collection",
    "CollectionRight",
    "Delivery",
    "Download",
    "Export",
    "ExportFile",
    "Format",
    "IdempotencyKey",
    "Membership",
    "Namespace",
    "Principal",
    "Right",
    "Role",
    "Scope",
    "ScriptRun",
    "SigningKey",
    "State",
    "Step",
    "Tally",
    "Template",
    "User",
]
