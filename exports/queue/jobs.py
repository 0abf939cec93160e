"""The only thing that RQ may run: a wake-up that takes no argument."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from rq.job import Job

from exports.wakeups import RUN_NEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Forged(Exception):
    """A job in Redis that is not one of ours."""


def run_next() -> None:
    """Do what is next in turn. What that is is asked of the database alone.

    Somebody waits before the page of a collection that is being prepared: that comes first.
    """
    from exports.queue.horse import run_claimed
    from exports.queue.preparer import prepare_claimed

    if not prepare_claimed():
        run_claimed()


# What RQ needs to carry a job; not its callbacks, webhooks, meta, retries and dependencies.
_KEPT = frozenset(
    {
        *(b"data", b"origin", b"status", b"description", b"worker_name"),
        *(b"created_at", b"enqueued_at", b"started_at", b"ended_at", b"last_heartbeat"),
        *(b"result_ttl", b"failure_ttl"),
    }
)


class WakeUp(Job):
    """Redis is trusted with nothing: whoever writes to it can wake a worker, and no more.

    RQ would import whatever function a job names, call it with whatever it carries, and call
    its callbacks and webhooks. Here the function is fixed and everything else is dropped.
    """

    @property
    def func(self) -> Callable[[], None]:
        if self.func_name != RUN_NEXT or self.instance or self.args or self.kwargs:
            self._refuse()
        return run_next

    def restore(self, raw_data: Mapping[bytes, bytes]) -> None:
        super().restore({name: value for name, value in raw_data.items() if name in _KEPT})
        self.timeout = -1

    def _refuse(self) -> NoReturn:
        raise Forged("A job was refused: it is not a wake-up.")
