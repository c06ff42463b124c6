"""Master data that comes along with activities to be scored: read and laid out once while the same rows come again.

A program that scores for its users sends the same tasks with every call. What they come to is kept in memory for its tenant
alone, like the vectors of their texts; nothing of it is stored.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, Protocol, TypeAlias

from hourtrail.domain.activity import Rejected
from hourtrail.domain.firm import Assignment, Contract, Person, Task
from hourtrail.domain.master import MasterData
from hourtrail.domain.ports import Encoder
from hourtrail.features import Catalogue
from hourtrail.flows.scoring import CachedEncoder, VectorCache
from hourtrail_serving.records import Row, read_rows

MOST: Final = 10_000
"""Rows that are kept, of all tenants together; more in one body are read each time."""

_Key: TypeAlias = tuple[str, bytes]


class Body(Protocol):
    """The rows that a body may bring, each of its data contract."""

    @property
    def tasks(self) -> Sequence[Row]:
        """Of ``tasks.schema.json``."""

    @property
    def assignments(self) -> Sequence[Row]:
        """Of ``assignments.schema.json``."""

    @property
    def people(self) -> Sequence[Row]:
        """Of ``people.schema.json``."""

    @property
    def contracts(self) -> Sequence[Row]:
        """Of ``contracts.schema.json``."""


@dataclass(slots=True)
class Brought:
    """What one body's rows come to, and which of them are refused. Safe between threads."""

    master: MasterData
    refused: tuple[Rejected, ...]
    rows: int
    _laid_out: tuple[str, Catalogue] | None = field(default=None, repr=False)

    def catalogue(self, encoder: Encoder | None, cache: VectorCache) -> Catalogue:
        """The work items as columns, with vectors of this encoder."""
        fingerprint = "" if encoder is None else encoder.fingerprint
        known = self._laid_out
        if known is None or known[0] != fingerprint:
            encode = None if encoder is None else CachedEncoder(encoder, cache)
            known = self._laid_out = fingerprint, Catalogue.of(self.master, encode=encode)
        return known[1]


class BroughtMemory:
    """A bounded memory that threads and tenants share: what was asked for longest ago goes first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[_Key, Brought] = OrderedDict()
        self._rows = 0

    def of(self, tenant: str) -> "TenantBrought":
        """One tenant's part: what another tenant sent is not found there, the same rows neither."""
        return TenantBrought(self, tenant)

    def get(self, key: _Key) -> Brought | None:
        """What is kept under a key."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: _Key, brought: Brought) -> None:
        """Keep it, in place of what was asked for longest ago, unless it would take all the room for itself."""
        if brought.rows > self._most:
            return
        with self._lock:
            self._drop(key)
            self._kept[key] = brought
            self._rows += brought.rows
            while self._rows > self._most:
                self._drop(next(iter(self._kept)))

    def forget(self, tenant: str) -> None:
        """Forget what a tenant sent."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == tenant]:
                self._drop(key)

    def _drop(self, key: _Key) -> None:
        dropped = self._kept.pop(key, None)
        self._rows -= dropped.rows if dropped is not None else 0


@dataclass(frozen=True, slots=True)
class TenantBrought:
    """A tenant's part of a memory that all tenants share the room of."""

    shared: BroughtMemory
    tenant: str

    def read(self, body: Body) -> Brought:
        """What the rows of a body come to; the same rows are read once."""
        said: list[Any] = [body.tasks, body.assignments, body.people, body.contracts]
        key = self.tenant, hashlib.sha256(json.dumps(said).encode()).digest()
        found = self.shared.get(key)
        if found is None:
            found = _read(body)
            self.shared.put(key, found)
        return found

    def forget(self) -> None:
        """Forget everything of this tenant, where a person's name has to go."""
        self.shared.forget(self.tenant)


def _read(body: Body) -> Brought:
    refused: list[Rejected] = []
    master = MasterData(
        tasks=tuple(row for _, row in read_rows("tasks", body.tasks, Task, refused)),
        assignments=tuple(row for _, row in read_rows("assignments", body.assignments, Assignment, refused)),
        people=tuple(row for _, row in read_rows("people", body.people, Person, refused)),
        contracts=tuple(row for _, row in read_rows("contracts", body.contracts, Contract, refused)),
    )
    rows = sum(map(len, (body.tasks, body.assignments, body.people, body.contracts)))
    return Brought(master=master, refused=tuple(refused), rows=rows)
