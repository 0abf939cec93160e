"""The client runs where nothing of the service is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from config.env import BASE_DIR

# Nothing but what the extra `client` brings, and the parts of Python.
ALONE = """
import sys
from importlib.abc import MetaPathFinder

class Refuse(MetaPathFinder):
    allowed = {"exports", "click", "cryptography", "httpx", "rich", "httpcore", "h11", "anyio",
               "certifi", "idna", "pygments", "markdown_it", "mdurl", "typing_extensions",
               "_cffi_backend"}

    def find_spec(self, name, path=None, target=None):
        first, _, rest = name.partition(".")
        if first == "exports" and rest and rest.partition(".")[0] != "client":
            raise ImportError(f"{name} is of the service")
        if first not in self.allowed and first not in sys.stdlib_module_names:
            raise ImportError(f"{name} is of no use to the client")

sys.meta_path.insert(0, Refuse())
import exports.client.progress
from exports.client import Waybill
from exports.client.command import main
with exports.client.progress.bar("bar", 1, shown=True) as move:
    move(1, 1)
sys.argv = ["waybill", "export", "list"]
main()
"""


def test_it_needs_nothing_of_the_service() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        cwd=BASE_DIR,
        env={"XDG_CONFIG_HOME": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "Set WAYBILL_URL" in done.stderr) == (2, True), done.stderr


@pytest.mark.soak
def test_pip_installs_it_alone(tmp_path: Path) -> None:
    files = subprocess.check_output(
        ["git", "ls-files", "exports", "config"], cwd=BASE_DIR, text=True
    )
    for name in ["pyproject.toml", "README.md", *files.splitlines()]:
        copy = tmp_path / "source" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(Path(BASE_DIR, name).read_bytes())
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    binaries = tmp_path / "venv" / "bin"
    subprocess.run(
        [binaries / "pip", "install", "-q", ".[client]"], cwd=tmp_path / "source", check=True
    )

    said = subprocess.check_output([binaries / "waybill", "export", "--help"], cwd="/", text=True)
    assert "Make exports, watch them" in said
    assert subprocess.run([binaries / "python", "-c", "import django"], check=False).returncode == 1
