"""The ``waybill`` command: what it prints, and with which code it ends."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config.env import BASE_DIR
from exports.client.command import main
from exports.client.command.endings import HELP, MEANINGS, Ending
from exports.client.command.shown import size
from exports.client.terminal import plain
from exports.domain.requests import request_parse
from exports.web.copying import copies
from tests.services import free_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.client import ExportTask
    from tests.client.service import Service

    Made = Callable[..., ExportTask]
    Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    service: Service,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """Calls the command in this process: its code, and what it wrote to both streams."""
    monkeypatch.setenv("WAYBILL_URL", service.url)
    monkeypatch.setenv("WAYBILL_API_KEY", service.key)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["waybill", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        sys.stdout.flush()
        said = capfd.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return call


def test_it_makes_an_export_and_downloads_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["--format", "csv", "--path", "name", "--where", '{"altitude_feet": {"$gt": 6000}}']
    csv = ["--csv-delimiter", ";", "--csv-bom", "--order-by=-name", "--label", "High up"]
    code, out, _ = run("export", "create", "airports", *options, *csv, "-o", "results")

    assert code == Ending.DONE
    names = ["high-up.csv", "high-up.manifest.json", "high-up.manifest.json.sig"]
    assert out.splitlines() == [f"results/{each}" for each in names]
    lines = (tmp_path / "results" / "high-up.csv").read_bytes().splitlines()
    assert lines[0] == b'\xef\xbb\xbf"document_id";"name"'
    assert len(lines) > 5
    monkeypatch.delenv("WAYBILL_API_KEY")  # whoever was given the folder may have none
    code, out, _ = run("verify", "results")
    assert (code, "data.csv" in out, "OK" in out) == (Ending.DONE, True, True)
    (tmp_path / "results" / "high-up.csv").write_bytes(b"x" * 9)
    assert run("verify", "results/high-up.manifest.json")[0] == Ending.NOT_VERIFIED
    code, _, err = run("verify", "config.toml")
    assert (code, "does not exist" in err) == (Ending.USAGE, True)


def test_json_is_for_scripts(run: Run, made: Made, tmp_path: Path) -> None:
    task = made()
    assert json.loads(run("export", "show", task.uid, "--json")[1]) == task.refresh().export
    listed = json.loads(run("export", "list", "--limit", "1", "--json")[1])
    assert [each.keys() for each in listed] == [task.export.keys()]
    made_ = run("export", "create", "airports", "--sample-size", "1", "-o", "r", "--json")[1]
    assert json.loads(made_)["saved"][0].startswith("r/airports-")
    code, out, err = run("export", "create", "airports", "--path", "nme", "--json")
    assert (code, out) == (Ending.USAGE, "")
    assert json.loads(err)["errors"][0]["path"] == "paths.0"


def test_tables_are_for_people(run: Run, made: Made) -> None:
    task = made()
    assert re.search(rf"{task.uid} +ready +flights", run("export", "list", "--limit", "100")[1])
    shown = run("export", "show", task.uid)[1]
    assert "60,000 of 60,000" in shown
    assert task.files[0].sha256 in shown
    assert "Lansdowne Airport" in run("export", "preview", "airports", "--limit", "1")[1]
    asked = ("flights", "--path", "flight_number", "--where", '{"flight_number": 1545}')
    shown = run("export", "preview", *asked, "--limit", "1")[1]
    assert ("1545" in shown, "1,545" in shown) == (True, False)
    assert "336,776" in run("collections", "list")[1]
    assert "fleet.tailnum" in run("collections", "show", "airlines")[1]


def test_rows_and_links_come_on_their_own(run: Run, made: Made) -> None:
    task = made()
    code, out, _ = run("export", "rows", task.uid, "--line", "9", "--limit", "2")
    assert (code, out.encode().splitlines()) == (Ending.DONE, list(task.lines(line=9))[:2])
    assert run("export", "link", task.uid)[1].startswith("http://")


def test_watching_ends_as_the_export_did(run: Run, made: Made) -> None:
    assert run("export", "watch", made().uid)[0] == Ending.DONE
    made_ = run("export", "create", "flights", "--expand", "tailnum", "--json")[1]
    uid = json.loads(made_)["id"]
    code, _, err = run("export", "watch", uid, "--timeout", "0")
    assert (code, "It goes on" in err) == (Ending.TIMED_OUT, True)
    assert run("export", "cancel", uid)[0] == Ending.DONE
    assert run("export", "cancel", uid)[0] == Ending.FAILED
    assert run("export", "watch", uid)[0] == Ending.FAILED
    assert run("export", "download", uid)[0] == Ending.FAILED
    code, _, err = run("export", "delete", uid)
    assert (code, "Give --yes" in err) == (Ending.USAGE, True)
    assert run("export", "delete", uid, "--yes")[0] == Ending.DONE


def test_it_ends_with_a_code_for_each_reason(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("export", "show", "exp_unknown")[0] == Ending.NOT_FOUND
    assert run("export", "create", "flights", "--where", "{")[0] == Ending.USAGE
    assert run("export", "create", "flights", "--notify", "{")[0] == Ending.USAGE
    assert run("export", "creat")[0] == Ending.USAGE
    assert run("--help")[0] == Ending.DONE
    monkeypatch.setenv("WAYBILL_API_KEY", "sk_wrong")
    assert run("export", "list")[0] == Ending.REFUSED
    monkeypatch.delenv("WAYBILL_API_KEY")
    code, _, err = run("export", "list")
    assert (code, "Set WAYBILL_API_KEY" in err) == (Ending.USAGE, True)
    monkeypatch.delenv("WAYBILL_URL")
    code, _, err = run("export", "list")
    assert (code, "Set WAYBILL_URL" in err) == (Ending.USAGE, True)


def test_nobody_there_has_a_code(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exports.client.transport.Retries.pause", lambda *_: 0)
    monkeypatch.setenv("WAYBILL_URL", f"http://127.0.0.1:{free_port()}")
    assert run("export", "list")[0] == Ending.UNREACHABLE


def test_keys_are_for_the_browser(run: Run, service: Service) -> None:
    code, _, err = run("keys", "list")
    assert (code, f"in the browser, by no key: {service.url}" in err) == (Ending.REFUSED, True)


def test_a_collection_is_made_of_files_that_are_sent(run: Run, tmp_path: Path) -> None:
    Path("one.csv").write_text("code,place\nA,Ä\nB,b\n")
    Path("two.csv").write_text("code,place\nC,c\n")
    files = ["--file", "one.csv", "--file", "two.csv"]
    code, out, err = run("collections", "create", "sent", *files, "--access", "place", "--json")
    assert code == Ending.DONE, err
    made = json.loads(out)
    assert (made["uploaded"], made["locations"]) == (True, ["one.csv", "two.csv"])
    assert made["access"] == ["place"]

    for wrong in ([], ["/srv/a.csv", *files], ["--file", "none.csv"]):
        assert run("collections", "create", "other", *wrong)[0] == Ending.USAGE
    code, _, err = run("collections", "create", "sent", *files)
    assert (code, "name" in err) == (Ending.USAGE, True)
    assert run("collections", "delete", "sent")[0] == Ending.USAGE
    assert run("collections", "delete", "sent", "--yes")[0] == Ending.DONE
    assert run("collections", "show", "sent")[0] == Ending.NOT_FOUND


def test_an_id_that_is_none_asks_for_nothing(run: Run) -> None:
    for words in (["export", "delete"], ["collections", "delete"], ["export", "show"]):
        code, _, err = run(*words, "", *(["--yes"] if "delete" in words else []))
        assert (code, "'' is no id and no name" in err) == (Ending.USAGE, True)
    assert run("collections", "delete", "..", "--yes")[0] == Ending.USAGE
    assert run("export", "show", "a/../b")[0] == Ending.NOT_FOUND


def test_a_number_that_asks_for_nothing_is_not_left_out(run: Run) -> None:
    code, _, err = run("export", "create", "airports", "--sample-size", "0")
    assert (code, "sample_size" in err) == (Ending.USAGE, True)


def test_what_a_stream_cannot_write_is_written_otherwise(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (["--json"], []):
        written = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
        assert run("export", "create", "airports", "--label", "é€", *words)[0] == Ending.DONE
        assert (b"\\u00e9\\u20ac" if words else b"\\xe9\\u20ac") in written.getvalue()


def test_what_the_page_copies_runs(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {
        "collection": "airports",
        "format": "csv",
        "label": "It's $HOME",
        "paths": ["name"],
        "where": {"altitude_feet": {"$gt": 6000}},
        "order_by": ["-name"],
        "csv": {"delimiter": "\t", "formula_guard": False},
    }
    request = request_parse(asked)
    _, python, command = (each.text for each in copies(request, service.url, "demo"))
    monkeypatch.setenv("WAYBILL_API_KEY", service.key)
    monkeypatch.setenv("PYTHONPATH", str(BASE_DIR))
    monkeypatch.chdir(tmp_path)

    told: dict[str, Any] = {}
    exec(python, told)
    told["client"].close()
    lines = (tmp_path / "its-home.csv").read_text().splitlines()
    (again := tmp_path / "again").mkdir()
    function = f'waybill() {{ {sys.executable} -m exports.client "$@"; }}\n'
    subprocess.run(["bash", "-c", function + command], cwd=again, check=True)
    assert lines[0] == '"document_id"\t"name"'
    assert (again / "its-home.csv").read_text().splitlines() == lines


def test_the_codes_stand_in_the_help_and_in_the_docs(run: Run) -> None:
    assert run("--help")[1].rstrip().endswith("130  Ctrl-C")
    docs = (BASE_DIR / "docs" / "client.md").read_text()
    for code, text in MEANINGS.items():
        assert f"{code:<4} {text}" in HELP
        assert f"| {code} | {text} |" in docs


def test_no_option_takes_a_key(run: Run) -> None:
    assert (
        "key" not in run("export", "create", "--help")[1].replace("--idempotency-key", "").lower()
    )


def test_a_pipe_that_ends_early_is_no_error(service: Service, made: Made) -> None:
    command = f"{sys.executable} -m exports.client export rows {made().uid} | head -1"
    env = {"WAYBILL_URL": service.url, "WAYBILL_API_KEY": service.key, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["bash", "-c", command], cwd=BASE_DIR, env=env, capture_output=True, text=True, check=True
    )
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_the_shell_completes_it() -> None:
    env = {
        "_WAYBILL_COMPLETE": "bash_complete",
        "COMP_WORDS": "waybill export c",
        "COMP_CWORD": "2",
    }
    said = subprocess.check_output(
        [sys.executable, "-m", "exports.client"], cwd=BASE_DIR, env=env, text=True
    )
    assert said.splitlines() == ["plain,cancel", "plain,create"]


def test_what_others_wrote_does_not_move_the_cursor() -> None:
    assert plain("a\x1b[2Jb\u202ec") == "a\ufffd[2Jb\ufffdc"


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1234, "1.2 kB"), (10**16, "10000.0 TB")],
)
def test_sizes_have_units(count: int, text: str) -> None:
    assert size(count) == text
