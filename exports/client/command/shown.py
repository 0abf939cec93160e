"""How the command prints: tables for people, JSON for scripts."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from exports.client.terminal import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_WIDE = 200  # characters, where no terminal says how many it has
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def print_json(value: object) -> None:
    """One value, as it is."""
    # Elsewhere, such as in a pipe of Windows, not every letter can be written.
    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    click.echo(json.dumps(value, indent=2, ensure_ascii=not is_utf8))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows under the names of their columns."""
    table = Table(*map(plain, columns), box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell(each)) for each in row))
    _console().print(table)


def print_fields(fields: Mapping[str, object]) -> None:
    """A value a line, behind its name. What is empty is left out."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in fields.items():
        if value not in (None, "", [], {}):
            table.add_row(name, Text(cell(value)))
    _console().print(table)


def cell(value: object) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(cell(each) for each in value)
    if isinstance(value, dict):
        name = value.get("name")
        return plain(str(name or json.dumps(value, ensure_ascii=False)))
    return plain(str(value))


def size(count: int | None) -> str:
    """Bytes in the unit that suits them; thousands, as disks have them."""
    if count is None:
        return ""
    number = float(count)
    for unit in _UNITS:
        if number < 1000 or unit == _UNITS[-1]:
            return f"{number:.0f} {unit}" if unit == _UNITS[0] else f"{number:.1f} {unit}"
        number /= 1000
    return ""  # pragma: no cover - the last unit takes everything


def moment(text: Any) -> str:
    """A time as the service writes it, to the second."""
    return str(text or "")[:19].replace("T", " ")


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False, markup=False)
