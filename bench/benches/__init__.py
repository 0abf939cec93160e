"""All benches, in the order in which they run; a module more is a line more here."""

from __future__ import annotations

from bench.benches import asked, client, django, growth, history, lists, load, peers, small

BENCHES = (
    *peers.BENCHES,
    *asked.BENCHES,
    *django.BENCHES,
    *growth.BENCHES,
    *small.BENCHES,
    *load.BENCHES,
    *lists.BENCHES,
    *history.BENCHES,
    *client.BENCHES,
)
