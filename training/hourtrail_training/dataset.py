"""The decision log as a training set: time-ordered, weighted, digested; three stretches of time for three uses.

The trees see the first stretch, the thresholds come from the second, and the third, which neither has seen, says how good
the model is. Each stretch holds only labels that were known when the next began.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.errors import InvalidInput, NothingRead
from hourtrail.domain.instants import format_instant
from hourtrail.domain.wire import item_to_json
from hourtrail.flows.decision_log import DecisionLog, Example, read_log
from hourtrail.flows.relive import Relived, relive
from hourtrail.store import Store
from hourtrail.wiring import Models

FIT_SHARE, CALIBRATE_SHARE = 0.6, 0.2
"""Shares of the labelled examples, in time order; the newest fifth is for the measurement."""
FEWEST: Final = 250
"""Labelled suggestions below which nothing is fitted: 50 for the thresholds and 50 for the measurement say too little already."""


@dataclass(frozen=True)
class Dataset:
    """Labelled examples in the order in which they were asked. ``calibrate`` and ``test`` are where those stretches begin."""

    tenant: str
    as_of: datetime
    relived: Relived
    digest: str
    calibrate: int
    test: int
    outcomes: dict[str, int]
    unreadable: tuple[str, ...]
    simulated: bool

    @property
    def weight(self) -> NDArray[np.float64]:
        """What each example counts."""
        return np.array([row.weight for row in self.relived.examples])

    def known_by(self, first: int, last: int, instant: datetime) -> NDArray[np.bool_]:
        """Which of the examples ``first`` to ``last`` (not included) had their label by ``instant``."""
        rows = self.relived.examples[first:last]
        return np.array([row.known_at is not None and row.known_at <= instant for row in rows], dtype=np.bool_)


def load_dataset(store: Store, tenant: str, models: Models, *, as_of: datetime) -> Dataset:
    """Everything that was confirmed by ``as_of``. Row problems are told in ``unreadable``; they never end the reading.

    Raises NothingRead for a log without a label, InvalidInput where all labels are one work item or too few.
    """
    with store.tenant(tenant, read_only=True) as db:
        log = read_log(db, as_of=as_of)
        labelled = log.labelled
        _require(labelled, log, tenant)
        relived = relive(db, labelled, models)
    if len(relived) < FEWEST:
        raise InvalidInput(_too_few(len(relived), tenant))
    calibrate, test = (int(len(relived) * share) for share in (FIT_SHARE, FIT_SHARE + CALIBRATE_SHARE))
    return Dataset(
        tenant=tenant,
        as_of=as_of,
        relived=relived,
        digest=digest_of(relived.examples),
        calibrate=calibrate,
        test=test,
        outcomes=outcomes_of(log),
        unreadable=tuple(log.unreadable),
        simulated=any(row.decision is not None and row.decision.note.startswith("simulated") for row in labelled),
    )


def outcomes_of(log: DecisionLog) -> dict[str, int]:
    """How many suggestions of each outcome, superseded ones left out."""
    return dict(sorted(Counter(row.outcome.value for row in log.examples if row.superseded_by is None).items()))


def digest_of(examples: tuple[Example, ...]) -> str:
    """SHA-256 over what is learned from, one canonical JSON line an example: the same labels give the same digest."""
    digest = hashlib.sha256()
    for row in examples:
        line = {
            "suggestion": row.suggestion.id if row.suggestion else None,
            "decision": row.decision.id if row.decision else None,
            "truth": item_to_json(row.truth),
            "asked_at": None if row.asked_at is None else format_instant(row.asked_at),
            "known_at": None if row.known_at is None else format_instant(row.known_at),
            "weight": row.weight,
        }
        digest.update(json.dumps(line, sort_keys=True, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()


def _require(labelled: list[Example], log: DecisionLog, tenant: str) -> None:
    if not labelled:
        first = (
            f"; {len(log.unreadable)} rows were unreadable, the first: {log.unreadable[0]}" if log.unreadable else ""
        )
        raise NothingRead(
            f"tenant {tenant!r} has no confirmed suggestion to learn from{first}; let people decide on suggestions first "
            "(hourtrail suggest, hourtrail decide)"
        )
    classes = {row.truth for row in labelled}
    if len(classes) == 1:
        (only,) = classes
        raise InvalidInput(
            f"all {len(labelled)} labels of tenant {tenant!r} are {only}; a ranker needs at least two work items to choose between"
        )
    if len(labelled) < FEWEST:
        raise InvalidInput(_too_few(len(labelled), tenant))


def _too_few(count: int, tenant: str) -> str:
    return (
        f"tenant {tenant!r} has {count} confirmed suggestions, at least {FEWEST} are needed to fit and to measure; until then "
        "the model in use stays, and learns from every confirmation through its memory"
    )
