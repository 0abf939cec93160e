"""``python -m exports.client``: the ``waybill`` command where it was not installed."""

from __future__ import annotations

from exports.client.command import main

if __name__ == "__main__":
    main()
