"""The file that holds the master keys: a key a line, the current one first."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from exports.redaction import hide
from exports.stores.errors import MasterKeyBusy, MasterKeyInvalid, MasterKeyMissing
from exports.stores.keys import MasterKey, parse
from exports.stores.local import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class KeyFile:
    """Master keys in a file of mode 0600, which is read again whenever it was changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: tuple[tuple[int, int, int], tuple[MasterKey, ...]] | None = None

    def load(self) -> tuple[MasterKey, ...]:
        """The keys in the file.

        :raises MasterKeyMissing: there is no such file.
        :raises MasterKeyInvalid: it holds something else, or may not be read.
        """
        try:
            found = self.path.stat()
            seen = (found.st_ino, found.st_size, found.st_mtime_ns)
            if self._read is None or self._read[0] != seen:
                keys = parse(self.path.read_text("latin-1"), str(self.path))
                hide(*(each.text for each in keys))  # no log may ever show one
                self._read = (seen, keys)
        except FileNotFoundError:
            raise MasterKeyMissing(
                f"There is no master key in {self.path}. Bring it back from its backup; for an "
                "empty store, make one: manage.py store key"
            ) from None
        except OSError as error:
            raise MasterKeyInvalid(
                f"The master key in {self.path} cannot be read: {error.strerror}."
            ) from error
        return self._read[1]

    def make(self) -> bool:
        """Make the file with one fresh key. Returns whether there was none yet."""
        with self.locked():
            if self.path.exists():
                return False
            self.write([MasterKey.make()])
        return True

    def write(self, keys: Sequence[MasterKey]) -> None:
        """Put these keys in place of those that are there, at once. Hold the lock meanwhile."""
        write_whole(self.path, "".join(f"{each.text}\n" for each in keys).encode())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from changing the keys: what one wrote would be lost to the other.

        :raises MasterKeyBusy: somebody else is at it.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Not the file itself, which is replaced.
        with self.path.with_name(f"{self.path.name}.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise MasterKeyBusy(
                    f"Another command is changing the master keys in {self.path}."
                ) from None
            yield
