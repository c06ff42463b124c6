"""``Idempotency-Key``: the same request sent twice is done once and answered alike, whichever replica gets it.

Kept in the store for a day, for each principal its own keys and at most so many of them. Where the work is one transaction,
such as a decision, its answer is stored in it: both are there or neither. Elsewhere it is stored after the work, in a
transaction of its own: a process that dies between the two leaves a key that is being worked on, which is given back after
some minutes; what would then be done twice is refused by the store itself (an entry takes one move from each status).
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
from hourtrail.store import Store, TenantStore

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
        owner, digest = _named(who, request)
        with self.store.tenant(self.tenant) as db:
            known = self._claim(db, owner, key, digest)
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

    def in_one(
        self, who: Principal, key: str | None, request: str, work: Callable[[TenantStore], dict[str, Any]]
    ) -> dict[str, Any]:
        """The same for work that is one transaction, which the answer is kept in: a retry never finds one without the other.

        Whoever sends the key again meanwhile waits and gets the first one's answer. Raises KeyReused.
        """
        with self.store.tenant(self.tenant) as db:
            if key is None:
                return work(db)
            owner, digest = _named(who, request)
            known = self._claim(db, owner, key, digest)
            if known is not None:
                return known
            answer = work(db)
            db.keep_answer(owner, key, answer)
        return answer

    def _claim(self, db: TenantStore, owner: str, key: str, digest: str) -> dict[str, Any] | None:
        """What was answered; None for a key that is new, and taken now."""
        now = self.clock()
        db.forget_answers(owner, now - KEPT, self.most)
        if db.claim_answer(owner, key, digest, now):
            return None
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


def _named(who: Principal, request: str) -> tuple[str, str]:
    """Whose key it is, and the digest of what came with it."""
    return f"{who.kind}:{who.id}", hashlib.sha256(request.encode()).hexdigest()
