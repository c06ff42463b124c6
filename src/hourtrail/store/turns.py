"""Whose turn it is to write: on SQLite one of a process at a time, in the order in which they asked.

SQLite lets a writer who finds another one at it sleep, longer each time, and whoever wakes first goes next; somebody who came
late overtakes. Waiting here costs no sleep. Writers of other processes are waited for as before.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from hourtrail.store.errors import StoreUnavailable


class Turns:
    """A queue of threads; ``seconds`` is how long one of them waits."""

    def __init__(self, seconds: float) -> None:
        self._seconds: Final = seconds
        self._lock = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn and have it until the block ends. Raises StoreUnavailable when that takes too long."""
        self._take()
        try:
            yield
        finally:
            self._give()

    def _take(self) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=self._seconds):
            return
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                raise StoreUnavailable(
                    f"the database is busy: others have been writing for {self._seconds:g} seconds;"
                    " nothing of this step was kept, so run it again"
                )
        # It was given at the last moment, so it is had.

    def _give(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
