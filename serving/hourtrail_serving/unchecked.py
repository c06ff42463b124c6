"""What was written and still waits for its checks: taken together, one batch at a time for each tenant of a process."""

from collections.abc import Generator, Iterable
from threading import Condition
from typing import Final

MOST_AT_ONCE: Final = 200
PATIENCE: Final = 10.0
"""Seconds for which somebody who needs the findings waits for them; the nightly pass makes up for what takes longer."""


class Unchecked:
    """Names of decisions whose entries wait. Safe between threads; nobody waits but who asks to (``settled``)."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._names: dict[str, None] = {}
        self._busy = False

    def add(self, names: Iterable[str]) -> None:
        """They wait, once each."""
        with self._changed:
            self._names.update(dict.fromkeys(names))

    def batches(self) -> Generator[list[str], None, None]:
        """What waits, as long as anything does; nothing while somebody else is at it, who then takes these as well."""
        while batch := self._take():
            try:
                yield batch
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    def _take(self) -> list[str]:
        with self._changed:
            if self._busy or not self._names:
                return []
            self._busy = True
            batch = list(self._names)[:MOST_AT_ONCE]
            for name in batch:
                del self._names[name]
            return batch

    def settled(self, seconds: float = PATIENCE) -> bool:
        """Wait until nothing is being checked; False when that takes too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy, seconds)
