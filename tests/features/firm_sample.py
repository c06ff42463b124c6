"""A small firm in memory, and an encoder that needs no weights."""

import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.block import Candidate, WorkBlock
from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.domain.memory import Confirmation
from hourtrail.domain.spans import Span
from hourtrail.features import Catalogue, Memory, PairFrame, RulesScorer, frame

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
PORTAL = WorkItem("acme", "portal")
LEDGER = WorkItem("bolt", "ledger")
FLEET = WorkItem("cargo", "fleet")
ITEMS = (PORTAL, LEDGER, FLEET)
TEXTS = (
    "login page for the customer portal",
    "month end ledger reconciliation",
    "truck telemetry ingestion",
    "weekly planning",
    "review of the payment run",
    "fix flaky upload",
    "",
)


@cache
def _direction(word: str) -> NDArray[np.float32]:
    return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(32).astype(np.float32)


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Sums of one random direction a word, of length 1: texts that share words are alike."""
    out = np.zeros((len(texts), 32), dtype=np.float32)
    for row, text in enumerate(texts):
        total = sum((_direction(word) for word in text.casefold().split()), np.zeros(32, dtype=np.float32))
        out[row] = total / max(float(np.linalg.norm(total)), 1e-9)
    return out


def confirmation(number: int, item: WorkItem = PORTAL, **changes) -> Confirmation:
    at = changes.pop("at", MONDAY - timedelta(hours=3 * number + 24))
    fields = {
        "id": f"ent_{number}",
        "person": "ada",
        "item": item,
        "at": at,
        "known_at": at + timedelta(hours=8),
        "text": TEXTS[number % len(TEXTS)],
    }
    return Confirmation(**(fields | changes))


def history(
    count: int, *, people: Sequence[str] = ("ada", "bob"), items: Sequence[WorkItem] = ITEMS
) -> list[Confirmation]:
    """Confirmed entries of several people in which text, series and container say something of the item."""
    drawn = np.random.default_rng(7)
    rows = []
    for number in range(count):
        which = int(drawn.integers(len(items)))
        item = items[which]
        rows.append(
            confirmation(
                number,
                item,
                person=people[int(drawn.integers(len(people)))],
                text=TEXTS[int(drawn.integers(len(TEXTS)))] if number % 3 else TEXTS[which % 3],
                container=f"repo-{item.project}" if number % 2 else "",
                series=f"series-{which}" if number % 4 == 0 else "",
                reference=f"{item.project.upper()}-{number % 9}" if number % 5 == 0 else "",
                domains=(f"{item.client}.com",) if number % 3 == 0 else (),
            )
        )
    return rows


def block(number: int = 0, **changes) -> WorkBlock:
    start = changes.pop("start", MONDAY + timedelta(hours=number))
    fields = {
        "id": f"blk_{number}",
        "person": "ada",
        "zone": "UTC",
        "date": start.date(),
        "span": Span(start, start + timedelta(minutes=45)),
        "kind": ActivityKind.MEETING,
        "anchor": f"ics:{number}",
        "title": TEXTS[number % len(TEXTS)],
        "text": TEXTS[number % len(TEXTS)],
        "evidence": (),
        "evidence_minutes": 45,
        "suggested_minutes": 45,
    }
    return WorkBlock(**(fields | changes))


def candidate(number: int = 0, items: Sequence[WorkItem] = ITEMS, **changes) -> Candidate:
    return Candidate(block=block(number, **changes), items=(*items, NOT_WORK))


def asked(
    candidates: Sequence[Candidate],
    confirmations: Sequence[Confirmation] = (),
    *,
    master: MasterData | None = None,
    as_of: datetime = MONDAY + timedelta(days=1),
    encoder=encode,
) -> PairFrame:
    memory = Memory.of(confirmations, encoder)
    catalogue = Catalogue.of(master or MasterData(), ITEMS, encoder)
    return frame(candidates, as_of=as_of, memory=memory, catalogue=catalogue, encode=encoder)


def ranking(found: PairFrame, row: int = 0) -> list[WorkItem]:
    """The work items of one candidate, most probable first, by the rules."""
    mine = found.group == row
    probabilities = RulesScorer().probabilities(found.matrix, found.group)[mine]
    items = [found.items[number] for number in found.item[mine]]
    return [items[place] for place in np.argsort(-probabilities, kind="stable")]


def day(offset: int) -> date:
    return (MONDAY + timedelta(days=offset)).date()
