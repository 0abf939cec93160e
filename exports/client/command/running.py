"""Exports on their way: waiting for them, downloading them, saying how they ended."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exports.client.command.endings import Ending
from exports.client.command.shown import moment, print_fields, print_json, print_table, size
from exports.client.terminal import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.client.command.session import Session
    from exports.client.task import ExportTask

_SAID = (
    *("label", "description", "format", "paths", "include", "expand", "where", "order_by"),
    *("prefix", "principal", "created_by", "retry_of", "notices", "hold_reason"),
)


def wait_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What may follow after an export was made; handed on as ``waiting``."""

    @click.option("--wait", is_flag=True, help="Wait until it has ended.")
    @click.option("--timeout", type=click.FloatRange(0), help="Seconds to wait at most.")
    @click.option(
        "-o",
        "--output",
        type=click.Path(file_okay=False, path_type=Path),
        help="Wait, and download it to this folder.",
    )
    @click.option("--overwrite", is_flag=True, help="Replace other files of these names.")
    @wraps(command)
    def wrapped(
        *args: Any,
        wait: bool,
        timeout: float | None,
        output: Path | None,
        overwrite: bool,
        **options: Any,
    ) -> Any:
        waiting = {"wait": wait, "timeout": timeout, "output": output, "overwrite": overwrite}
        return command(*args, waiting=waiting, **options)

    return wrapped


def follow(
    session: Session,
    task: ExportTask,
    *,
    wait: bool,
    timeout: float | None,
    output: Path | None,
    overwrite: bool,
) -> int:
    """Wait for an export and download it, as far as that was asked."""
    if not wait and output is None:
        show(session, task)
        return Ending.DONE
    if not session.as_json:
        click.echo(f"{task.id} is {task.status}.", err=True)
    task.wait_till_done(timeout)
    if output is None or not task.has_result():
        return ending_shown(session, task)
    saved = [str(each) for each in task.download(output, overwrite=overwrite)]
    if session.as_json:
        print_json({**task.export, "saved": saved})
    else:
        click.echo("\n".join(saved))
    return Ending.DONE


def ending_shown(session: Session, task: ExportTask) -> int:
    """Show an export that has ended, and say how."""
    show(session, task)
    return Ending.DONE if task.status == "ready" else Ending.FAILED


def show(session: Session, task: ExportTask) -> None:
    """One export, in full."""
    told = task.export
    if session.as_json:
        print_json(told)
        return
    done = f"{told['rows_done']:,}" + (f" of {told['rows_total']:,}" if told["rows_total"] else "")
    error = told["error"] or {}
    print_fields(
        {
            "id": task.id,
            "state": task.status,
            "collection": told["collection"],
            **{name: told.get(name) for name in _SAID},
            "rows": done,
            "made": moment(told["created_at"]),
            "ended": moment(told["ended_at"]),
            "expires": moment(told["expires_at"]),
            "error": plain(" ".join(error.get(each, "") for each in ("what", "detail", "remedy"))),
        }
    )
    if task.files:
        click.echo()
        files = ((each.name, each.rows, size(each.bytes), each.sha256) for each in task.files)
        print_table(["file", "rows", "size", "sha256"], files)
