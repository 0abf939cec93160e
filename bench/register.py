"""The source and the schema of the documents, as our own registration finds them, as JSON.

``python -m bench.register FILE...`` prints them. It reads every key, which an export never does,
so it runs in a process of its own, before the clock.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from exports.sources.register import register


def main(locations: list[str]) -> None:
    """Register the files and print what was found."""
    with tempfile.TemporaryDirectory() as scratch:
        roots = [Path(locations[0]).parent]
        found = register(locations, key="document_id", roots=roots, scratch=Path(scratch))
    print(json.dumps({"source": found.source.to_json(), "schema": found.schema.to_json()}))


if __name__ == "__main__":
    main(sys.argv[1:])
