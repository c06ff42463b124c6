"""The gate: a model may be proposed only when it is better, calibrated, fast and nowhere much worse; each reason is said.

Everything is measured on the newest labelled rows, which neither side was fitted or calibrated on, in time order. A label that
somebody gave by accepting what the champion showed favours the champion. Where there are enough labels that no suggestion led to,
those decide who is better and who is calibrated, and how much acceptance favours the champion is measured and allowed for.
"""

import time
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.ports import Scorer
from hourtrail.flows.relive import Relived
from hourtrail_training.answers import Answers
from hourtrail_training.evaluation import calibration_error, chance_calibration_error, difference, top1, weighted

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a model must keep. Shares are fractions, ``slower`` a ratio of times in one run.

    ``ece`` is the most that the calibration error may be where there are rows enough to tell; with few rows, what chance
    alone allows (95 %). A slice loses when it is worse by more than ``slice_loss`` and chance does not explain it (the upper
    end of the 90 % interval over people is below 0); one under ``slice_rows`` rows is told, but not judged. A refit that grows
    on the shipped trees has half as many more, hence ``slower``.
    """

    fewest_rows: int = 50
    ece: float = 0.05
    slower: float = 3.0
    slice_loss: float = 0.05
    slice_rows: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One test of the gate, with what it saw."""

    test: str
    passed: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All reasons; passed when every one is."""

    reasons: tuple[Reason, ...]

    @property
    def passed(self) -> bool:
        """Whether the model may be proposed."""
        return all(row.passed for row in self.reasons)

    def as_json(self) -> dict[str, Any]:
        """As stored with the version."""
        return {"passed": self.passed, "reasons": [asdict(row) for row in self.reasons]}

    def lines(self) -> list[str]:
        """For people."""
        return [f"{'pass' if row.passed else 'FAIL'}  {row.test}: {row.words}" for row in self.reasons]


@dataclass(frozen=True, slots=True, kw_only=True)
class Independent:
    """Both models' answers where nobody's suggestion led to the label: it was blindly audited, or booked by hand where the
    suggestion was not answered. Such rows may also come from the stretch of the thresholds, which no tree has seen.
    """

    candidate: Answers
    champion: Answers
    people: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Both models' answers to the measured rows, and what copying the last label would have got right.

    ``seconds`` are the least processor times of each model on the same matrix, in one run.
    """

    candidate: Answers
    champion: Answers
    last_label: Bools
    weight: Floats
    people: Ints
    independent: Independent
    slices: dict[str, Bools]
    champion_name: str
    seconds: tuple[float, float]


def judge(contest: Contest, bounds: Bounds = Bounds()) -> Verdict:
    """Every test, whatever the others say."""
    rows = len(contest.candidate)
    enough = Reason(
        test="rows",
        passed=rows >= bounds.fewest_rows,
        words=f"{rows} labelled rows that neither model was fitted on, at least {bounds.fewest_rows} are needed",
    )
    if not rows:
        return Verdict(reasons=(enough,))
    return Verdict(
        reasons=(
            enough,
            _better_than_champion(contest, bounds),
            _better_than_copying(contest),
            _calibrated(contest, bounds),
            _fast(contest, bounds),
            *_slices(contest, bounds),
        )
    )


def _better_than_champion(contest: Contest, bounds: Bounds) -> Reason:
    """On independent labels where there are enough: an accepted suggestion is a label that favours whoever suggested it."""
    blind = contest.independent
    count = len(blind.candidate)
    if count >= bounds.fewest_rows:
        sides = blind.candidate.right, blind.champion.right
        found = _better("champion", *sides, weight=np.ones(count), people=blind.people, name=contest.champion_name)
        return replace(found, words=f"{found.words}; on the {count} labels that no suggestion led to")
    sides = contest.candidate.right, contest.champion.right
    found = _better("champion", *sides, weight=contest.weight, people=contest.people, name=contest.champion_name)
    note = (
        f"only {count} labels that no suggestion led to, so labels by acceptance count too, which favour the champion"
    )
    return replace(found, words=f"{found.words}; {note}")


def _better_than_copying(contest: Contest) -> Reason:
    sides = contest.candidate.right, contest.last_label
    name = "copying the last confirmed label"
    return _better("last label", *sides, weight=contest.weight, people=contest.people, name=name)


def _better(test: str, ours: Bools, theirs: Bools, *, weight: Floats, people: Ints, name: str) -> Reason:
    gap = difference(ours, theirs, weight, people)
    share = weighted(ours, weight)
    return Reason(
        test=f"better than {test}",
        passed=gap.low > 0,
        words=f"top-1 {share:.3f} against {share - gap.value:.3f} of {name}: {gap.value:+.3f} (90 % interval over people "
        f"{gap.low:+.3f} to {gap.high:+.3f}; its lower end must be above 0)",
    )


def _calibrated(contest: Contest, bounds: Bounds) -> Reason:
    answers, weight, which = contest.candidate, contest.weight, "rows"
    if len(contest.independent.candidate) >= bounds.fewest_rows:
        answers, which = contest.independent.candidate, "labels that no suggestion led to"
        weight = np.ones(len(answers))
    found = calibration_error(answers.confidence, answers.right, weight)
    chance = chance_calibration_error(answers.confidence, weight)
    most = max(bounds.ece, chance)
    return Reason(
        test="calibrated",
        passed=found <= most,
        words=f"ECE {found:.3f}, at most {most:.3f} (bound {bounds.ece:.3f}; a perfectly calibrated model shows up to {chance:.3f} "
        f"on these {len(answers)} {which})",
    )


def _fast(contest: Contest, bounds: Bounds) -> Reason:
    ours, theirs = contest.seconds
    ratio = ours / max(theirs, 1e-9)
    return Reason(
        test="fast",
        passed=ratio <= bounds.slower,
        words=f"{ratio:.2f} times the champion's time on the same matrix, at most {bounds.slower:.2f}",
    )


def favour(contest: Contest, bounds: Bounds) -> float:
    """By how much of top-1 labels by acceptance favour the champion: the difference of the two models on the labels that no
    suggestion led to, less that on all rows. 0 where too few tell, or where it is the other way round.
    """
    blind = contest.independent
    count = len(blind.candidate)
    if count < bounds.fewest_rows:
        return 0.0
    proven = difference(blind.candidate.right, blind.champion.right, np.ones(count), blind.people)
    told = difference(contest.candidate.right, contest.champion.right, contest.weight, contest.people)
    return max(0.0, proven.value - told.value)


def _slices(contest: Contest, bounds: Bounds) -> list[Reason]:
    found = []
    allowed = favour(contest, bounds)
    for name, rows in contest.slices.items():
        weight = contest.weight[rows]
        count = int(rows.sum())
        if not count or weight.sum() <= 0:
            continue
        gap = difference(contest.candidate.right[rows], contest.champion.right[rows], weight, contest.people[rows])
        ours = top1(contest.candidate.only(rows), weight)
        words = f"{ours:.3f}, {gap.value:+.3f} ({gap.low:+.3f} to {gap.high:+.3f}) against the champion on {count} rows"
        judged = count >= bounds.slice_rows
        words += f"; at least {-bounds.slice_loss:+.3f}, or chance" if judged else "; too few to judge"
        words += f"; {allowed:+.3f} allowed for, by which acceptance favours the champion" if judged and allowed else ""
        lost = gap.value + allowed < -bounds.slice_loss and gap.high + allowed < 0
        found.append(Reason(test=f"slice {name}", passed=not (judged and lost), words=words))
    return found


def race(candidate: Scorer, champion: Scorer, relived: Relived) -> tuple[float, float]:
    """Least processor seconds of each scorer on the same matrix, turn by turn.

    Not the clock on the wall: on a busy machine that measures the neighbours, and would refuse a model for them.
    """
    best = [np.inf, np.inf]
    for _ in range(_ROUNDS):
        for place, scorer in enumerate((candidate, champion)):
            began = time.process_time()
            scorer.probabilities(relived.matrix, relived.query)
            best[place] = min(best[place], time.process_time() - began)
    return best[0], best[1]
