"""What each role may do, and what the scopes of a key come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.models import Role, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

ROLE_SCOPES: dict[str, frozenset[str]] = {
    Role.ADMIN: frozenset(Scope.values),
    Role.EXPORTER: frozenset({Scope.EXPORTS_READ, Scope.EXPORTS_WRITE, Scope.DOWNLOADS_READ}),
    Role.AUDITOR: frozenset({Scope.EXPORTS_READ, Scope.AUDIT_READ}),
}

_BY_ITSELF = frozenset({Scope.SCRIPTS_WRITE})


def scopes_given(named: Iterable[str]) -> frozenset[str]:
    """What the scopes of a key come to: ``admin`` brings along all but scripts."""
    given = frozenset(named)
    return given | (ROLE_SCOPES[Role.ADMIN] - _BY_ITSELF) if Scope.ADMIN in given else given
