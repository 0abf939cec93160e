"""Downloads a result and reads its documents, as a script of somebody's would, and takes the time.

``python -m bench.reading URL EXPORT FOLDER``, with the key in ``WAYBILL_API_KEY``, prints JSON:
MB a second, and the memory after a tenth of the documents and at the end.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

from exports.client import Waybill


def main(url: str, uid: str, folder: str) -> None:
    """Print the figures of the one export."""
    with Waybill(url, os.environ["WAYBILL_API_KEY"]) as client:
        task = client.exports.get(uid)
        data = task.files[0]
        rows = task.get_total_lines()
        began = time.perf_counter()
        seen, early = 0, 0.0
        for _ in task.stream():
            seen += 1
            if seen == rows // 10:
                early = _resident()
        streamed, late = time.perf_counter() - began, _resident()
        began = time.perf_counter()
        task.download(folder)
        downloaded = time.perf_counter() - began
    figures = {
        "rows": seen,
        "bytes": data.bytes,
        "download": data.bytes / downloaded / 1e6,
        "stream": data.bytes / streamed / 1e6,
        "early": early,
        "late": late,
    }
    print(json.dumps(figures))


def _resident() -> float:
    """MiB now. The peak that the kernel tells of may be that of whoever started this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / (1 << 20)


if __name__ == "__main__":
    main(*sys.argv[1:])
