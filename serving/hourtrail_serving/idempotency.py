"""``Idempotency-Key``: the same request sent twice is done once and answered alike.

Kept in this process for a day, at most 10,000 answers, oldest forgotten first; a restart forgets them all. That is enough
for a client's retry: what a forgotten key would do twice is refused by the store itself (a suggestion takes one closing
decision, an entry one move from each status). The one exception, time added by hand, is documented in the reference.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any, Final

from hourtrail.domain.errors import Conflict, InvalidInput

KEPT_SECONDS: Final = 24 * 3600
MOST: Final = 10_000


class KeyReused(InvalidInput):
    """An ``Idempotency-Key`` came back with another request."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """``answer`` is None while the first request is still being worked on."""

    request: str
    until: float
    answer: Any = None


class Answers:
    """Answers by key, safe between threads."""

    def __init__(self, *, most: int = MOST, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._clock = most, clock
        self._lock = Lock()
        self._slots: OrderedDict[str, _Slot] = OrderedDict()

    def once(self, key: str | None, request: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What ``work`` answers, or answered before. Without a key it is simply done. Errors are not kept.

        Raises KeyReused when the key stands for another request, Conflict while the first request is being worked on.
        """
        if key is None:
            return work()
        digest = hashlib.sha256(request.encode()).hexdigest()
        known = self._claim(key, digest)
        if known is not None:
            return known
        try:
            answer = work()
        except BaseException:
            with self._lock:
                self._slots.pop(key, None)
            raise
        with self._lock:
            self._slots[key] = _Slot(digest, self._clock() + KEPT_SECONDS, answer)
        return answer

    def _make_room(self) -> None:
        """Forget the oldest answer; a request that is still being worked on keeps its place, or it could run twice."""
        if len(self._slots) > self._most:
            answered = next((name for name, slot in self._slots.items() if slot.answer is not None), None)
            if answered is not None:
                del self._slots[answered]

    def _claim(self, key: str, digest: str) -> dict[str, Any] | None:
        with self._lock:
            now = self._clock()
            slot = self._slots.get(key)
            if slot is None or slot.until < now:
                self._slots.pop(key, None)
                self._slots[key] = _Slot(digest, now + KEPT_SECONDS)
                self._make_room()
                return None
            if slot.request != digest:
                raise KeyReused("this Idempotency-Key was sent with another request; use a new key for a new request")
            if slot.answer is None:
                raise Conflict(
                    "the first request with this Idempotency-Key is still being worked on; ask again shortly"
                )
            answer: dict[str, Any] = slot.answer
            return answer
