"""The files that documents name: what lies there, and what must come of them."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from exports.query.schema import Role

if TYPE_CHECKING:
    from pathlib import Path

    from tests.worlds.shapes import Shape
    from tests.worlds.world import Document

THERE = {"a.png": b"A", "deep/b c.png": b"\x00\xff" * 50, "É.txt": b"", "=x": b"x"}
ORIGINS = [*THERE, "gone.png", "../files/a.png", "/etc/passwd", "deep"]
SUMS = "SHA256SUMS"


def write_files(folder: Path) -> Path:
    """Put them into a folder, beside one that nothing may lead to."""
    for origin, content in THERE.items():
        path = folder / origin
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def has_files(shapes: Sequence[Shape]) -> bool:
    """Whether anything that comes out holds the path of a file of its own documents."""
    return any(
        each.node.role is Role.FILE
        or has_files(each.fields)
        or (each.items is not None and has_files([each.items]))
        for each in shapes
    )


def name_of(origin: str) -> str:
    """What a file is called in the result."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", origin.rpartition("/")[2])[-100:]
    return f"files/{hashlib.sha256(origin.encode()).hexdigest()[:16]}-{safe}"


def with_names(shapes: Sequence[Shape], row: Document) -> Document:
    """The row with the names of files in place of their origins."""
    return {each.name: _with_name(each, row[each.name]) for each in shapes}


def _with_name(shape: Shape, value: Any) -> Any:
    if value is None:
        return None
    if shape.items:
        return [_with_name(shape.items, each) for each in value]
    if shape.fields:
        return with_names(shape.fields, value)
    return name_of(value) if shape.node.role is Role.FILE else value


def origins(shapes: Sequence[Shape], row: Document, at: str = "") -> Iterator[tuple[str, str]]:
    """The properties of a row that name files, with what they name."""
    for each in shapes:
        yield from _origins(each, row[each.name], f"{at}{each.name}")


def _origins(shape: Shape, value: Any, at: str) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if shape.items:
        for each in value:
            yield from _origins(shape.items, each, at)
    elif shape.fields:
        yield from origins(shape.fields, value, f"{at}.")
    elif shape.node.role is Role.FILE:
        yield at, value


def listing(named: Sequence[tuple[Any, str, str]]) -> list[str]:
    """The lines that must list the files, out of the rows' keys, properties and origins."""
    lines = [
        {
            "key": key,
            "property": path,
            "name": name_of(origin),
            "origin": origin,
            "bytes": len(THERE[origin]),
            "sha256": hashlib.sha256(THERE[origin]).hexdigest(),
        }
        for key, path, origin in named
        if origin in THERE
    ]
    return sorted(json.dumps(each) for each in lines)


def listed(content: bytes) -> list[str]:
    """The lines that do."""
    return sorted(json.dumps(json.loads(line)) for line in content.decode().splitlines())


def unzipped(content: bytes) -> dict[str, bytes]:
    """The members of a zip, whose sums must agree."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    sums = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}" for name in files if name != SUMS]
    assert files.pop(SUMS).decode().splitlines() == sums
    return files
