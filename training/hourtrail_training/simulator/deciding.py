"""How a simulated person answers a suggestion (models.md B1, row Decisions): what is right, what merely looks sure, what slips.

A person knows what they did, is biased towards what is shown, tires over a day's list, and errs now and then. Ignoring is
an answer of its own: nothing is logged, and nothing may be learned from it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

import numpy as np

from hourtrail.domain.decision import Verdict
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.suggestion import Suggestion
from hourtrail.flows.resolve import Part
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.world import Employee, Stretch, minute_of

_WORKED: Final = 0.2
"""Share of a block's minutes below which its person says that it was no work."""
_MAIN: Final = 0.5
"""Share of its worked minutes that an item needs for the block to be about it."""
_PART: Final = 0.25
"""Share of its worked minutes from which an item is worth a part of its own."""
_SHORTEST_PART: Final = 15
_NOTICED: Final = 15
"""Minutes of difference that everybody lets pass."""
_SPREAD: Final = 0.6
"""Spread of the logarithm of the seconds taken."""
_CALLED_BY_NAME: Final = 2.0
"""How much longer it takes to look up a work item that is not among those shown, or to divide a block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the person says, when, and after how many seconds. ``was_right``: whether what was shown was the truth."""

    verdict: Verdict
    seconds: float
    at: datetime
    was_right: bool
    parts: tuple[Part, ...] = ()
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """True minutes inside one block, by item, most first."""

    items: tuple[tuple[WorkItem, int], ...]

    @classmethod
    def within(cls, suggestion: Suggestion, stretches: Sequence[Stretch]) -> Self:
        """The minutes of ``stretches`` that fall into the suggestion's span."""
        start, end = minute_of(suggestion.span.start), minute_of(suggestion.span.end)
        found: Counter[WorkItem] = Counter()
        for stretch in stretches:
            shared = min(end, stretch.end) - max(start, stretch.start)
            if shared > 0:
                found[stretch.item] += shared
        return cls(tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))))

    @property
    def worked(self) -> int:
        """All of them."""
        return sum(minutes for _, minutes in self.items)

    def was_work(self, suggestion: Suggestion) -> bool:
        """Whether so much of the block was work that its person would book it."""
        return self.worked > 0 and self.worked >= _WORKED * suggestion.block.suggested_minutes

    def is_about(self, suggestion: Suggestion) -> bool:
        """Whether the item shown is what most of the block was."""
        if suggestion.item is None or not self.was_work(suggestion):
            return False
        item, minutes = self.items[0]
        return item == suggestion.item and minutes >= _MAIN * self.worked


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedPerson:
    """Somebody who answers suggestions. ``mechanism`` is ``beta`` (bias as a chance) or ``threshold`` (as a bound)."""

    person: str
    bias: float
    answers: float
    seed: int
    mechanism: str
    parameters: Parameters

    @classmethod
    def of(cls, employee: Employee, options: SimulateOptions, parameters: Parameters) -> Self:
        """The person behind ``employee``'s traits."""
        return cls(
            person=employee.id, bias=employee.traits.bias, answers=employee.traits.answers, seed=options.seed,
            mechanism=options.bias, parameters=parameters,
        )  # fmt: skip

    def answer(
        self, suggestion: Suggestion, stretches: Sequence[Stretch], *, place: int, places: int, shown_at: datetime
    ) -> Answer | None:
        """What they say to the suggestion that stands at ``place`` (from 0) of the day's ``places``; None: nothing.

        ``stretches`` are the person's true ones of that day. The same suggestion always gets the same answer.
        """
        random = stream(self.seed, "decide", self.person, suggestion.id)
        tired = self.parameters["fatigue"] * place / max(places - 1, 1)
        if random.random() >= self.answers * (1 - tired):
            return None
        truth = Truth.within(suggestion, stretches)
        verdict, parts, reason, effort = self._said(suggestion, truth, place, random)
        quick = verdict in {Verdict.ACCEPT, Verdict.DEFER, Verdict.REJECT, Verdict.NOT_WORK}
        median = self.parameters["accept_seconds" if quick else "edit_seconds"] * effort
        seconds = round(float(median * np.exp(_SPREAD * random.standard_normal())), 1)
        return Answer(
            verdict=verdict, seconds=seconds, at=shown_at + timedelta(seconds=seconds), was_right=truth.is_about(suggestion), parts=parts,
            reason_code=reason,
        )  # fmt: skip

    def _said(self, suggestion: Suggestion, truth: Truth, place: int, random: np.random.Generator) -> "_Said":
        slip, lure, put_off, choice, refusal = random.random(5).tolist()
        if put_off < self.parameters["defer_share"]:
            return Verdict.DEFER, (), "", 0.5
        if slip < self.parameters["reviewer_error"]:
            return _slip(suggestion, choice)
        if truth.is_about(suggestion):
            return self._about_minutes(suggestion, truth, choice)
        if self._is_lured(suggestion, lure, place):
            return Verdict.ACCEPT, (), "", 1.0
        return self._corrected(suggestion, truth, choice, refusal)

    def _is_lured(self, suggestion: Suggestion, draw: float, place: int) -> bool:
        """Whether a wrong suggestion is accepted because it looks sure, and all the more when it stands first."""
        if suggestion.item is None:
            return False
        first = self.parameters["first_place"] if place == 0 else 0.0
        if self.mechanism == "threshold":
            return suggestion.confidence >= 1 - self.bias * (1 + first)
        return draw < min(1.0, self.bias * suggestion.confidence * (1 + first))

    def _about_minutes(self, suggestion: Suggestion, truth: Truth, choice: float) -> "_Said":
        """Right work: accepted, or its minutes corrected where they are far off and the person is not too easy-going."""
        shown, true = suggestion.block.suggested_minutes, truth.items[0][1]
        off = abs(shown - true)
        if off > _NOTICED and off > self.parameters["minutes_tolerance"] * shown and choice >= self.bias:
            return Verdict.EDIT, (Part(minutes=true),), "", 0.6
        return Verdict.ACCEPT, (), "", 1.0

    def _corrected(self, suggestion: Suggestion, truth: Truth, choice: float, refusal: float) -> "_Said":
        """Wrong work, seen as such: no work at all, several works, another one, or just refused."""
        if not truth.was_work(suggestion):
            return Verdict.NOT_WORK, (), "", 1.5
        parts = [
            (item, minutes) for item, minutes in truth.items if minutes >= max(_SHORTEST_PART, _PART * truth.worked)
        ]
        if len(parts) > 1 and choice < self.parameters["split_share"]:
            return Verdict.SPLIT, tuple(_part(item, minutes) for item, minutes in parts), "", _CALLED_BY_NAME
        item, minutes = truth.items[0]
        if suggestion.item == item:
            return Verdict.EDIT, (Part(minutes=minutes),), "", 1.0
        if suggestion.item is not None and refusal < self.parameters["reject_share"]:
            return Verdict.REJECT, (), "wrong_project", 1.5
        shown = any(row.item == item for row in suggestion.alternatives)
        return Verdict.EDIT, (_part(item, minutes),), "", 1.0 if shown else _CALLED_BY_NAME


_Said = tuple[Verdict, tuple[Part, ...], str, float]
"""Verdict, parts, reason code, and the effort as a factor of the usual seconds."""


def _slip(suggestion: Suggestion, choice: float) -> _Said:
    """An answer given without looking: whatever is shown is accepted, refused, or replaced by its neighbour in the list."""
    others = [row.item for row in suggestion.alternatives if row.item != suggestion.item and row.item.project]
    if suggestion.item is None or (others and choice < 0.4):
        if not others:
            return Verdict.REJECT, (), "slip", 0.7
        chosen = others[int(choice * len(others)) % len(others)]
        return Verdict.EDIT, (_part(chosen, None),), "", 0.7
    return (Verdict.ACCEPT, (), "", 0.7) if choice < 0.8 else (Verdict.REJECT, (), "slip", 0.7)


def _part(item: WorkItem, minutes: int | None) -> Part:
    return Part(minutes=minutes, client=item.client, project=item.project, task=item.task)
