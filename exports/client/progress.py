"""Bars that show how far something is; nothing where nobody would see them."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from exports.client.terminal import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    Move = Callable[[float, float | None], None]


def is_watched() -> bool:
    """Whether a person sees what goes to the terminal."""
    return sys.stderr.isatty()


@contextmanager
def bar(
    text: str, total: float | None, *, is_bytes: bool = False, shown: bool | None = None
) -> Generator[Move, None, None]:
    """A bar on the terminal; gives the function that moves it to so much of so much.

    :param total: None: not known yet.
    :param shown: None: where a person sees it.
    """
    if not (is_watched() if shown is None else shown):
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    counts = (DownloadColumn(), TransferSpeedColumn()) if is_bytes else (MofNCompleteColumn(),)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), *counts)
    # On the error stream: what a command prints may go into a file.
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task(plain(text), total=total)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def bytes_bar(
    text: str, total: int, *, shown: bool | None = None
) -> Generator[Callable[[int], None], None, None]:
    """A bar of bytes; gives the function that is told of so many more. Arguments as of bar."""
    done = 0
    with bar(text, total, is_bytes=True, shown=shown) as move:

        def moved(size: int) -> None:
            nonlocal done
            done += size
            move(done, None)

        yield moved
