"""``make screenshots``: every page of a service that has been used for weeks, for docs/images.

It starts a service of its own with the sample, in a state folder that it throws away.
"""

from __future__ import annotations

import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"


def main(folder: Path, *, whole: bool) -> None:
    """:param whole: each page to its end, at every width and in both themes: to look at them."""
    with tempfile.TemporaryDirectory(prefix="waybill-pictures-") as var:
        os.environ |= {
            "WAYBILL_VAR": var,
            "WAYBILL_SCRIPTS": "1",
            "WAYBILL_WORKERS": "2",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright runs an event loop
        }
        for name in ("REDIS_URL", "DATABASE_URL"):
            os.environ.pop(name, None)
        import django

        django.setup()
        from tests.e2e.camera import take_all

        folder.mkdir(parents=True, exist_ok=True)
        take_all(folder, whole=whole)


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=IMAGES)
    parser.add_argument("--whole", action="store_true", help="to the end, at every width")
    given = parser.parse_args()
    main(given.folder, whole=given.whole)
