"""``Idempotency-Key``: the same request sent twice is done once and answered alike, whichever replica gets it.

Kept in the store for a day, for each principal its own keys and at most so many of them. Where the work is one transaction,
such as a decision, its answer is stored in it: both are there or neither. Elsewhere it is stored after the work, in a
transaction of its own: a process that dies between the two leaves a key that is being worked on, which is given back after
some minutes; what would then be done twice is refused by the store itself (an entry takes one move from each status).

Who sends a key while its first request is worked on is told so at once. A key that is taken in a transaction nobody else can
see: this process remembers it, and of other processes PostgreSQL tells. SQLite lets one writer in at a time, so that a copy in
another process waits for the first and gets its answer.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Annotated, Any, Final

from fastapi import Header
from pydantic import StringConstraints

from hourtrail.domain.access import Principal
from hourtrail.domain.errors import Conflict, InvalidInput
from hourtrail.domain.retention import ANSWERS_KEPT
from hourtrail.store import Store, TenantStore

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


class KeyInWork(Conflict):
    """The first request with an ``Idempotency-Key`` has no answer yet."""


class InWork:
    """The keys that requests of this process are being worked on under, each with the digest of its request."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: dict[tuple[str, str], str] = {}

    @contextmanager
    def taken(self, owner: str, key: str, request: str) -> Iterator[None]:
        """While it is open the key is in work. Raises KeyInWork when it is already, KeyReused when it is for another request."""
        with self._lock:
            first = self._requests.get((owner, key))
            if first is not None:
                raise _in_work() if first == request else _reused()
            self._requests[owner, key] = request
        try:
            yield
        finally:
            with self._lock:
                del self._requests[owner, key]


def _now() -> datetime:
    return datetime.now(UTC)


def _in_work() -> KeyInWork:
    return KeyInWork("the first request with this Idempotency-Key is still being worked on; ask again shortly")


def _reused() -> KeyReused:
    return KeyReused("this Idempotency-Key was sent with another request; use a new key for a new request")


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers by principal and key. ``in_work`` is the tenant's in this process; ``most`` and ``clock`` are for tests."""

    store: Store
    tenant: str
    in_work: InWork = field(default_factory=InWork)
    most: int = MOST
    clock: Callable[[], datetime] = _now

    def once(self, who: Principal, key: str | None, request: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What ``work`` answers, or answered before. Without a key it is simply done. Errors are not kept.

        Raises KeyReused when the key stands for another request, KeyInWork while the first request is being worked on.
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
        Raises KeyReused and KeyInWork as ``once`` does.
        """
        if key is None:
            with self.store.tenant(self.tenant) as db:
                return work(db)
        owner, digest = _named(who, request)
        with self.in_work.taken(owner, key, digest), self.store.tenant(self.tenant) as db:
            if not db.hold_answer(owner, key):
                raise _in_work()
            known = self._claim(db, owner, key, digest)
            if known is not None:
                return known
            answer = work(db)
            db.keep_answer(owner, key, answer)
        return answer

    def _claim(self, db: TenantStore, owner: str, key: str, digest: str) -> dict[str, Any] | None:
        """What was answered; None for a key that is new, and taken now."""
        now = self.clock()
        db.forget_answers(owner, now - ANSWERS_KEPT, self.most)
        if db.claim_answer(owner, key, digest, now):
            return None
        found = db.kept_answer(owner, key)
        if found is not None and found["answer"] is None and found["started_at"] < now - GIVEN_BACK:
            db.drop_answer(owner, key)
            if db.claim_answer(owner, key, digest, now):
                return None
            found = db.kept_answer(owner, key)
        if found is None or (found["answer"] is None and found["request"] == digest):
            raise _in_work()
        if found["request"] != digest:
            raise _reused()
        answer: dict[str, Any] = found["answer"]
        return answer


def _named(who: Principal, request: str) -> tuple[str, str]:
    """Whose key it is, and the digest of what came with it."""
    return f"{who.kind}:{who.id}", hashlib.sha256(request.encode()).hexdigest()
