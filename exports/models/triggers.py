"""Triggers that make the audit append-only, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# An event is never touched; its details may be erased, but not rewritten.
_REFUSED = {
    "exports_auditevent": ("UPDATE", "DELETE"),
    "exports_auditdetail": ("UPDATE",),
}

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION waybill_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$
"""


def triggers_install(connection: BaseDatabaseWrapper) -> None:
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgres:
            cursor.execute(_POSTGRES_FUNCTION)
        for table, operations in _REFUSED.items():
            for operation in (*operations, "TRUNCATE") if postgres else operations:
                cursor.execute((_postgres if postgres else _sqlite)(table, operation))


def triggers_remove(connection: BaseDatabaseWrapper) -> None:
    """For the tests, which empty every table between them; no setting of the product calls it."""
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for table, operations in _REFUSED.items():
            for operation in (*operations, "TRUNCATE") if postgres else operations:
                on = f" ON {table}" if postgres else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {_name(table, operation)}{on}")


def _name(table: str, operation: str) -> str:
    return f"{table}_refuses_{operation.lower()}"


def _postgres(table: str, operation: str) -> str:
    return (
        f"CREATE TRIGGER {_name(table, operation)} BEFORE {operation} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION waybill_refuse()"
    )


def _sqlite(table: str, operation: str) -> str:
    return (
        f"CREATE TRIGGER {_name(table, operation)} BEFORE {operation} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
    )
