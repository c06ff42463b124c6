"""``Idempotency-Key``: the same request sent twice is done once and answered alike, whichever replica gets it.

Kept in the store for a day, for each principal its own keys and at most so many of them. An answer is stored after the work
that it tells of, in a transaction of its own: a process that dies between the two leaves a key that is being worked on, which
is given back after some minutes. What would then be done twice is refused by the store itself (a suggestion takes one closing
decision, an entry one move from each status), but for time added by hand, which the reference says.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Header
from pydantic import StringConstraints

from hourtrail.domain.access import Principal
from hourtrail.domain.errors import Conflict, InvalidInput
from hourtrail.store import Store

KEPT: Final = timedelta(days=1)
GIVEN_BACK: Final = timedelta(minutes=10)
"""A request is worked on no longer than that; whoever held the key then is gone."""

MOST: Final = 10_000
"""Answers kept of one principal."""


IdempotencyKey = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")] | None,
    Header(alias="Idempotency-Key", description="The same key with the same body is done once; kept for a day"),
]
"""Parameter type of an endpoint that writes; ``Answers.once`` takes it."""


class KeyReused(InvalidInput):
    """An ``Idempotency-Key`` came back with another request."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers by principal and key. ``most`` and ``clock`` are for tests."""

    store: Store
    tenant: str
    most: int = MOST
    clock: Callable[[], datetime] = _now

    def once(self, who: Principal, key: str | None, request: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What ``work`` answers, or answered before. Without a key it is simply done. Errors are not kept.

        Raises KeyReused when the key stands for another request, Conflict while the first request is being worked on.
        """
        if key is None:
            return work()
        owner = f"{who.kind}:{who.id}"
        digest = hashlib.sha256(request.encode()).hexdigest()
        known = self._claim(owner, key, digest)
        if known is not None:
            return known
        try:
            answer = work()
        except BaseException:
            with self.store.tenant(self.tenant) as db:
                db.drop_answer(owner, key)
            raise
        with self.store.tenant(self.tenant) as db:
            db.keep_answer(owner, key, answer)
        return answer

    def _claim(self, owner: str, key: str, digest: str) -> dict[str, Any] | None:
        now = self.clock()
        with self.store.tenant(self.tenant) as db:
            db.forget_answers(owner, now - KEPT, self.most)
            found = db.kept_answer(owner, key)
            if found is not None and found["answer"] is None and found["started_at"] < now - GIVEN_BACK:
                db.drop_answer(owner, key)
            if db.claim_answer(owner, key, digest, now):
                return None
            found = db.kept_answer(owner, key)
        if found is None or (found["answer"] is None and found["request"] == digest):
            raise Conflict("the first request with this Idempotency-Key is still being worked on; ask again shortly")
        if found["request"] != digest:
            raise KeyReused("this Idempotency-Key was sent with another request; use a new key for a new request")
        answer: dict[str, Any] = found["answer"]
        return answer
