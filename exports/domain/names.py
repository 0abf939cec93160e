"""The name under which a download is saved: the user's, made harmless."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from django.utils.text import slugify

from exports.engine.files import FOLDER

if TYPE_CHECKING:
    from exports.models import Export, ExportFile

EXTENSION = re.compile(r"\.(csv|json|jsonl|parquet)(\.gz|\.zst)?$")
_LONGEST = 150  # bytes

# Windows takes these for devices, whatever follows the first dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*]')


def download_name(export: Export, file: ExportFile) -> str:
    """``file_name`` or the label, with the extension of the file, which says what it is.

    A file that a document named keeps the name that it has in the result.
    """
    if file.name.startswith(FOLDER):
        return file.name.removeprefix(FOLDER)
    base = export.file_name or slugify(export.label, allow_unicode=True)
    return safe_name(base, _extension(file))


def _extension(file: ExportFile) -> str:
    if file.kind == "archive":
        return ".zip"
    found = EXTENSION.search(file.name)
    if found is None or file.kind not in ("data", "vectors"):
        return f".{file.name}"
    return found[0] if file.kind == "data" else f"_vectors{found[0]}"


def safe_name(base: str, extension: str) -> str:
    """A file name of at most 150 bytes that is one on every system.

    No folders, control or bidi characters, device names of Windows, or dots around it.
    """
    last = re.split(r"[/\\]", base)[-1]
    text = "".join(each for each in last if unicodedata.category(each)[0] != "C")
    text = _trimmed(_FORBIDDEN.sub("", text))
    if text.lower().endswith(extension.lower()):
        text = text[: -len(extension)]
    if _DEVICES.match(text):
        text = f"_{text}"
    room = _LONGEST - len(extension.encode())
    text = _trimmed(text.encode()[:room].decode(errors="ignore"))
    return (text or "export") + extension


def _trimmed(text: str) -> str:
    return text.strip(". \u00a0")
