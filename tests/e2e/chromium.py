"""Debian's Chromium, and how it is started."""

from __future__ import annotations

EXECUTABLE = "/usr/bin/chromium"
# Without these, Chromium looks for hosts of its maker at every start.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
