"""Writes small text files and registers them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from exports.sources.faults import explain
from exports.sources.properties import read_properties
from exports.sources.register import Registered, register
from exports.sources.relation import ROW, create_view

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, content: str | bytes, name: str = "things.jsonl") -> Path:
    """A file that holds exactly this."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def taken(folder: Path, content: str | bytes, name: str = "things.jsonl") -> Registered:
    """What registering a file of this content finds."""
    return registered(folder, write(folder, content, name))


def registered(folder: Path, location: Path) -> Registered:
    return register([str(location)], key="id", roots=[folder], scratch=folder / "scratch")


def types(found: Registered) -> dict[str, str]:
    return {each.name: each.sql for each in found.schema.properties if each.name != "id"}


def rows(found: Registered, columns: str = f'* EXCLUDE ("{ROW}")') -> list[tuple[Any, ...]]:
    """The documents as a run reads them."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET threads = 2")
        properties = found.schema.properties
        create_view(
            connection, "v", found.source, read_properties(connection, found.source, properties)
        )
        return connection.sql(f"FROM v SELECT {columns}").fetchall()


def doubted(found: Registered) -> Registered:
    """The same source, none of whose values are known to be right."""
    return replace(found, source=replace(found.source, checked=None))


def refusal(found: Registered) -> tuple[int | None, str]:
    """The line and the reason when all is read."""
    with pytest.raises(duckdb.Error) as caught:
        rows(found)
    with duckdb.connect() as connection:
        fault = explain(connection, found.source, found.schema.properties, caught.value)
    assert fault is not None
    return fault.line, str(fault).partition(": ")[2]
