"""Two models before the same past questions: what would have been different, who was right more often, on which days.

Each question is asked again as of the instant at which it was asked then, so that no model sees what was not known yet.
A model that was trained on some of the days is told so, and those days are left out of the numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np

from hourtrail.domain.firm import WorkItem
from hourtrail.domain.ports import Scorer
from hourtrail.domain.score import Score
from hourtrail.domain.suggestion import Band
from hourtrail.flows.backtest.benchmark import row_digest
from hourtrail.flows.confidence import policy_of
from hourtrail.flows.decision_log import Example, read_log
from hourtrail.flows.relive import Relived, relive
from hourtrail.policy.bands import BandPolicy, policy_from, route
from hourtrail.policy.confidence.temperature import at_temperature
from hourtrail.store import Store, TenantStore
from hourtrail.wiring import Models

MOST_LISTED: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one model would have shown for one suggestion. ``item`` is None where it would have withheld."""

    suggestion: str
    item: WorkItem | None
    confidence: float
    band: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One model's account over the compared questions; shares are None where nothing is known.

    ``right_minutes`` are suggested minutes whose shown item was the truth, ``shown_minutes`` all that were assigned.
    """

    name: str
    questions: int
    labelled: int
    shown: int
    right: int
    shown_minutes: int
    right_minutes: int
    bands: Mapping[str, int]

    @property
    def precision(self) -> float | None:
        """Of the labelled questions for which something was shown, the share that was right."""
        return self.right / self.shown if self.shown else None

    @property
    def coverage(self) -> float | None:
        """Share of the labelled questions for which something was shown."""
        return self.shown / self.labelled if self.labelled else None

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "model": self.name, "questions": self.questions, "labelled": self.labelled, "shown": self.shown,
            "right": self.right, "precision": _rounded(self.precision), "coverage": _rounded(self.coverage),
            "shown_minutes": self.shown_minutes, "right_minutes": self.right_minutes, "bands": dict(self.bands),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """``different`` are the questions to which the two show different items or bands; ``won`` and ``lost`` count those of
    them, with a known truth, that only the second or only the first got right. ``seen`` were left out: a model learned from them.
    """

    first: date
    last: date
    sides: tuple[Side, Side]
    different: int
    won: int
    lost: int
    seen: int
    simulated: bool
    listed: tuple[Mapping[str, Any], ...] = field(default_factory=tuple)

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        one, other = self.sides
        return {
            "from": self.first.isoformat(), "to": self.last.isoformat(),
            **({"data": "simulated"} if self.simulated else {}),
            "a": one.as_json(), "b": other.as_json(), "different": self.different, "b_right_a_wrong": self.won,
            "a_right_b_wrong": self.lost, "left_out_as_trained_on": self.seen, "differences": list(self.listed),
        }  # fmt: skip


def compare(
    store: Store,
    tenant: str,
    first: date,
    last: date,
    *,
    a: Models,
    b: Scorer,
    name: str = "",
    truth: Mapping[str, WorkItem] | None = None,
) -> Comparison:
    """Replay the suggestions of the work dates ``first`` to ``last`` under the models ``a`` and ``b``.

    ``truth`` tells what each activity (by its key) really was, and replaces what people said: labels by acceptance favour
    the model that was shown.
    """
    with store.tenant(tenant, read_only=True) as db:
        log = read_log(db, first=first, last=last)
        asked = [row for row in log.examples if row.suggestion is not None and row.superseded_by is None]
        relived = relive(db, sorted(asked, key=by_instant), a)
        sides = [(a.scorer, policy_of(db, a)), (b, policy_for(db, a, b))]
    seen = first_unseen(relived.examples, (a.scorer, b))
    answers = [list(answers_of(relived, scorer, policy)) for scorer, policy in sides]
    named = (f"{a.scorer.ref.name} {a.scorer.ref.version}", name or f"{b.ref.name} {b.ref.version}")
    examples = [row if truth is None else _told_by(row, truth) for row in relived.examples]
    rows = [(examples[place], answers[0][place], answers[1][place]) for place in range(seen, len(relived))]
    return Comparison(
        first=first,
        last=last,
        sides=(
            _side(named[0], [(row, one) for row, one, _ in rows]),
            _side(named[1], [(row, other) for row, _, other in rows]),
        ),
        different=sum(_differ(one, other) for _, one, other in rows),
        won=sum(_right(row, other) and not _right(row, one) for row, one, other in rows),
        lost=sum(_right(row, one) and not _right(row, other) for row, one, other in rows),
        seen=seen,
        simulated=any(row.decision is not None and row.decision.note.startswith("simulated") for row, _, _ in rows),
        listed=tuple(_listed(rows)),
    )


def answers_of(relived: Relived, scorer: Scorer, policy: BandPolicy) -> Iterator[Answer]:
    """What a model would have shown for each example, through the product's own bands."""
    if not len(relived):
        return
    probability = scorer.probabilities(relived.matrix, relived.query)
    probability = at_temperature(probability, relived.query, policy.temperature)
    starts = np.searchsorted(relived.query, np.arange(len(relived) + 1)).tolist()
    for place, example in enumerate(relived.examples):
        begin, end = starts[place], starts[place + 1]
        order = begin + np.argsort(-probability[begin:end], kind="stable")
        scores = tuple(
            Score(item=relived.items[relived.item[row]], probability=float(probability[row])) for row in order.tolist()
        )
        suggestion = example.suggestion
        assert suggestion is not None  # `relive` leaves out what has none
        routed = route(scores, policy, private=suggestion.block.private, person=suggestion.person)
        top = routed.shown[0] if routed.shown else None
        yield Answer(
            suggestion=suggestion.id,
            item=top.item if top else None,
            confidence=top.probability if top else 0.0,
            band=routed.band,
        )


def policy_for(db: TenantStore, models: Models, scorer: Scorer) -> BandPolicy:
    """What would route the answers of another scorer for this tenant."""
    own = policy_from(scorer.thresholds, source=f"{scorer.ref.name}-{scorer.ref.version}")
    return policy_of(db, replace(models, scorer=scorer, policy=own))


def by_instant(row: Example) -> tuple[datetime, str]:
    """The order in which questions were asked."""
    return row.asked_at or datetime.min.replace(tzinfo=UTC), row.suggestion.id if row.suggestion else ""


def first_unseen(examples: Sequence[Example], scorers: Sequence[Scorer]) -> int:
    """The place, in time order, behind the newest example that any of the scorers was trained on.

    A scorer's sketch holds all of its training rows, or an even sample of very many, whose newest is at most some rows off.
    """
    sketch = frozenset[int]().union(*(scorer.trained_on for scorer in scorers))
    anchors = (row.suggestion.block.anchor if row.suggestion else "" for row in examples)
    return max((place + 1 for place, anchor in enumerate(anchors) if row_digest(anchor) in sketch), default=0)


def _told_by(row: Example, truth: Mapping[str, WorkItem]) -> Example:
    return replace(row, truth=truth.get(row.suggestion.block.anchor) if row.suggestion else None)


def _right(row: Example, answer: Answer) -> bool:
    return row.truth is not None and answer.item == row.truth


def _differ(one: Answer, other: Answer) -> bool:
    return (one.item, one.band) != (other.item, other.band)


def _side(name: str, rows: Sequence[tuple[Example, Answer]]) -> Side:
    labelled = [(row, answer) for row, answer in rows if row.truth is not None]
    shown = [(row, answer) for row, answer in labelled if answer.item is not None]
    right = [(row, answer) for row, answer in shown if _right(row, answer)]
    bands = {band.value: sum(answer.band is band for _, answer in rows) for band in Band}
    return Side(
        name=name, questions=len(rows), labelled=len(labelled), shown=len(shown), right=len(right),
        shown_minutes=_minutes(shown), right_minutes=_minutes(right), bands=bands,
    )  # fmt: skip


def _minutes(rows: Sequence[tuple[Example, Answer]]) -> int:
    return sum(row.suggestion.block.suggested_minutes for row, _ in rows if row.suggestion)


def _listed(rows: Sequence[tuple[Example, Answer, Answer]]) -> Iterator[Mapping[str, Any]]:
    """The differences whose truth is known first, longest first."""
    found = [row for row in rows if _differ(row[1], row[2])]
    found.sort(
        key=lambda row: (row[0].truth is None, -(row[0].suggestion.block.suggested_minutes if row[0].suggestion else 0))
    )
    for row, one, other in found[:MOST_LISTED]:
        if row.suggestion is not None:
            yield {
                "suggestion": row.suggestion.id, "person": row.suggestion.person, "date": row.suggestion.date.isoformat(),
                "minutes": row.suggestion.block.suggested_minutes, "title": row.suggestion.block.title,
                "a": _told(one), "b": _told(other), "truth": str(row.truth) if row.truth else None,
            }  # fmt: skip


def _told(answer: Answer) -> dict[str, Any]:
    item = None if answer.item is None else str(answer.item)
    return {"item": item, "confidence": round(answer.confidence, 4), "band": answer.band.value}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
