"""Kills a download at random points, lets another one go on, and looks at what came.

``python -m tests.client.killing URL EXPORT FOLDER COUNT``, with the key in ``WAYBILL_API_KEY``.
Each download runs in a process of its own, forked off this one, which has loaded everything.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path
from random import Random

from exports.client import Waybill

SEED = 9
REST = 0.9  # a point later than this might not be caught


def main(url: str, uid: str, folder: Path, count: int) -> None:
    """Print where each was killed, and what was there when the next one had ended."""
    random, killed = Random(SEED), 0
    with Waybill(url, os.environ["WAYBILL_API_KEY"]) as client:
        size = client.exports.get(uid).files[0].bytes
    # Not connected yet: each of the forked has a connection of its own.
    fresh = Waybill(url, os.environ["WAYBILL_API_KEY"])
    while killed < count:
        shutil.rmtree(folder, ignore_errors=True)
        point = random.randrange(int(size * REST))
        if not (at := _killed(fresh, uid, folder, point)):
            continue
        killed += 1
        status = os.waitpid(_downloading(fresh, uid, folder), 0)[1]
        assert os.waitstatus_to_exitcode(status) == 0
        assert [each for each in folder.iterdir() if each.suffix == ".part"] == []
        print(f"killed at {at:,} of {size:,} bytes")


def _killed(client: Waybill, uid: str, folder: Path, point: int) -> int:
    """How much there was when it was killed; 0 when it had ended by then."""
    pid = _downloading(client, uid, folder)
    while not os.waitpid(pid, os.WNOHANG)[0]:
        parts = list(folder.glob("*.part"))
        if parts and parts[0].stat().st_size > point:
            os.kill(pid, signal.SIGKILL)
            status = os.waitpid(pid, 0)[1]
            left = list(folder.glob("*.part"))
            return left[0].stat().st_size if os.WIFSIGNALED(status) and left else 0
        time.sleep(0.0005)
    return 0


def _downloading(client: Waybill, uid: str, folder: Path) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        client.exports.get(uid).download(folder)
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
