"""Programs that try the network, files, processes, memory and endless loops: none gets anywhere."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from exports.scripts.run import Ran, script_run

if TYPE_CHECKING:
    from collections.abc import Iterable

# Enough, also on a busy machine, for what ends by itself; and for what does not.
SECONDS, IN_VAIN = 2.0, 0.3

# Each says ESCAPED when it got somewhere.
FIND = """
const found = [];
for (const name of %s) {
  try { if (eval("typeof " + name) !== "undefined") found.push(name); } catch (e) {}
}
log(found.length ? "ESCAPED " + found : "nothing");
"""
ABSENT = {
    "network": "['fetch','XMLHttpRequest','WebSocket','EventSource','Request','navigator']",
    "files": "['require','module','exports','Deno','Bun','__filename','read','readFile','load']",
    "processes": "['process','child_process','Worker','importScripts','quit','d8','print']",
    "threads": "['SharedArrayBuffer','Atomics','WebAssembly','setTimeout','setInterval']",
}
QUIET = {
    **{name: FIND % names for name, names in ABSENT.items()},
    "import of a module": "import('fs').then(() => log('ESCAPED'), () => log('nothing'))",
    "static import": "import fs from 'fs'; log('ESCAPED')",
    "constructor": "const f = log.constructor.constructor('return this')(); "
    "log(f.process || f.require || f.Deno ? 'ESCAPED' : 'nothing')",
    "Function": "log(Function('return typeof process')() === 'object' ? 'ESCAPED' : 0)",
    "caller": "function f() { return f.caller } try { log(f() ? 'ESCAPED' : 'no') } catch (e) {}",
    "log replaced": "try { log = () => {} } catch (e) {} globalThis.log = 1; log('still here')",
    "log deleted": "delete globalThis.log; delete globalThis.job; log(typeof job)",
    "job changed": "job.id = 'x'; job.files = []; log(job.id === 'exp_1' ? 'no' : 'ESCAPED')",
    "job's prototype": "job.__proto__.id = 'x'; log(job.id === 'exp_1' ? 'no' : 'ESCAPED')",
    "JSON polluted": "JSON.stringify = JSON.parse = () => 'x'; log({a: 1}); webhook('u', [1])",
    "prototypes polluted": "Array.prototype.push = Array.prototype.toJSON = () => '[['; "
    "Object.defineProperty(Object.prototype, '0', {set() { throw 1 }}); log('a', [1])",
    "toJSON that throws": "Object.prototype.toJSON = () => { throw 1 }; log({})",
    "slice polluted": "String.prototype.slice = Reflect.apply = () => 'x'; log('still here')",
    "getters that throw": "log({get a() { throw new Error('b') }})",
    "a proxy": "log(new Proxy({}, {get() { throw 1 }, ownKeys() { throw 2 }}))",
    "a forged answer": 'log(\'\\n{"outcome":"done","told":""}\\n\'); webhook(\'"],["\', \']]\')',
    "a symbol": "log(Symbol('x')); log(Symbol.iterator, 1n)",
    "surrogates": "log('\\ud800\\0\\udfff'); webhook('\\ud800', '\\0')",
    "throwing nothing": "throw undefined",
    "throwing what throws": "throw {toString() { throw {toString() { throw 1 }} }}",
    "no program": "const = ;",
    "recursion": "(function f() { f() })()",
    "deep JSON": "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; log(a)",
    "long text": "let s = 'x'; for (;;) s += s",
    "a long array": "log(new Array(4294967295).fill(1).length)",
    "too many calls": "for (let i = 0; i < 100; i++) webhook('https://a.example', i)",
    "too long a message": "webhook('https://a.example', 'x'.repeat(70000))",
}
FLOODS = {
    "one flood": "log('x'.repeat(100000000))",
    "many floods": "for (let i = 0; i < 20000; i++) log('line ' + i)",
}
ENDLESS = {
    "loop": "for (;;);",
    "loop that catches": "for (;;) { try { for (;;); } catch (e) {} finally { continue } }",
    "regular expression": "/^(a+)+$/.test('a'.repeat(40) + 'b')",
    "promises": "(function f() { Promise.resolve().then(f) })()",
    "promises and generators": "(async function () { for (;;) await null })()",
    "sort": "for (;;) [3, 2, 1].sort(() => Math.random())",
    "toJSON that never ends": "log({toJSON() { for (;;); }})",
}
BOMBS = {
    "arrays": "const a = []; for (;;) a.push(new Array(1000).fill(1.5))",
    "objects": "let a; for (;;) a = {a, b: {}, c: []}",
    "texts": "const a = []; for (let i = 0; ; i++) a.push(('x' + i).repeat(100000) + i)",
    "buffers": "const a = []; for (;;) a.push(new Uint8Array(1 << 24).fill(7))",
    "one buffer": "new Uint8Array(2 ** 31).fill(7)",
    "a map": "const m = new Map(); for (let i = 0; ; i++) m.set(i, {})",
    "big numbers": "let a = 3n; const all = []; for (;;) { a = a * a; all.push(a) }",
}
JOB = {"id": "exp_1", "files": [{"name": "data.csv"}]}


def run_all(programs: Iterable[str], seconds: float = SECONDS) -> list[Ran]:
    """Side by side, since most of them only wait."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda each: script_run(each, JOB, seconds=seconds), programs))


def processes() -> set[str]:
    """Children of this process."""
    found = set()
    for each in os.listdir("/proc"):
        if each.isdigit():
            try:
                with open(f"/proc/{each}/stat") as stat:
                    if stat.read().rpartition(")")[2].split()[1] == str(os.getpid()):
                        found.add(each)
            except OSError:
                continue
    return found


def test_a_script_finds_its_export_and_two_functions() -> None:
    ran = script_run(
        "log('rows', job.files, 1, null, undefined);"
        "webhook('https://a.example/', {id: job.id}); webhook('b'); log()",
        JOB,
    )

    assert ran == Ran(
        "done",
        'rows [{"name":"data.csv"}] 1 null undefined\n\n',
        (("https://a.example/", '{"id":"exp_1"}'), ("b", "null")),
    )


def test_a_failure_is_told_after_what_was_logged() -> None:
    ran = script_run("log('first');\nthrow new Error('no more')", JOB)

    assert ran.outcome == "failed"
    assert ran.output.splitlines()[:2] == ["first", "<anonymous>:2: Error: no more"]


def test_promises_are_waited_for() -> None:
    ran = script_run("(async () => { await null; log('after') })(); log('before')", JOB)

    assert (ran.outcome, ran.output) == ("done", "before\nafter\n")


def test_nothing_is_found_that_leads_anywhere() -> None:
    before = processes()

    ran = dict(zip(QUIET, run_all(QUIET.values()), strict=True))

    assert [name for name, each in ran.items() if each.output.startswith("ESCAPED")] == []
    assert ran["log replaced"].output == ran["slice polluted"].output == "still here\n"
    assert ran["log deleted"].output == "object\n"
    assert ran["a forged answer"].calls == (('"],["', '"]]"'),)
    assert ran["surrogates"].calls == (("\N{REPLACEMENT CHARACTER}", '"\\u0000"'),)
    assert len(ran["too many calls"].calls) == 10
    assert processes() == before


def test_output_is_cut() -> None:
    for each in run_all(FLOODS.values()):
        assert (each.outcome, len(each.output), each.output[-2:]) == ("done", 65_538, "…\n")


def test_what_never_ends_is_ended() -> None:
    before = processes()

    ran = run_all(ENDLESS.values(), IN_VAIN)

    assert dict(zip(ENDLESS, [each.outcome for each in ran], strict=True)) == dict.fromkeys(
        ENDLESS, "timed_out"
    )
    assert processes() == before


def test_what_wants_too_much_memory_gets_none() -> None:
    before = processes()

    ran = run_all(BOMBS.values(), IN_VAIN)

    # On a busy machine its time is over before its memory is.
    assert {each.outcome for each in ran} <= {"out_of_memory", "timed_out", "failed"}
    assert script_run(BOMBS["buffers"], JOB).outcome == "out_of_memory"
    assert processes() == before
    # The next script is none the worse for it.
    assert script_run("log('fine')", JOB).output == "fine\n"


def test_its_process_has_no_environment_and_writes_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    """What the isolate's process would find if a program broke out of the isolate."""
    from exports.scripts import isolate, run

    monkeypatch.setenv("WAYBILL_SECRET_KEY", "a secret")
    probe = (
        "import os, resource, sys; sys.path.insert(0, sys.argv[1]); "
        "from exports.scripts import isolate; isolate._limit(); sys.stdin.read(); told = ["
        "sorted(os.environ), [resource.getrlimit(each)[0] for each in "
        "(resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE)], "
        "resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY, "
        "sorted(os.listdir('/proc/self/fd'))[:4]]; "
        "import json; print(json.dumps({'outcome': 'done', 'failure': '', 'told': "
        "json.dumps({'output': json.dumps(told), 'cut': False, 'calls': []})}))"
    )
    monkeypatch.setattr(run, "_MAIN", probe)

    ran = script_run("", JOB)

    limits = f"[{isolate.CPU}, {isolate.FILES}, 0]"
    # Python sets LC_CTYPE for itself.
    assert ran.output == f'[["LC_CTYPE"], {limits}, true, ["0", "1", "2", "3"]]'
