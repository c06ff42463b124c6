"""Fit the ranker on a firm's decision log, fix its thresholds on what came next, and measure it on the newest labels."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

import numpy as np

from hourtrail.domain.errors import InvalidInput, ModelUnavailable
from hourtrail.domain.ports import Scorer
from hourtrail.domain.suggestion import Band, Threshold
from hourtrail.features import SPEC
from hourtrail.flows.backtest.benchmark import row_digest
from hourtrail.flows.decision_log import Outcome
from hourtrail.flows.relive import Relived
from hourtrail.wiring import Models
from hourtrail_models.artefact import TrainingData, load_bundled
from hourtrail_models.compare import first_unseen
from hourtrail_models.fitting import Boost, fit_ranker
from hourtrail_models.ranker import RankerScorer
from hourtrail_training.answers import Answers, Bools, thresholds
from hourtrail_training.dataset import Dataset
from hourtrail_training.evaluation import coverage, metrics, top1, weighted
from hourtrail_training.gate import Bounds, Contest, Independent, Verdict, judge, race
from hourtrail_training.ranker import SKETCH_SIZE, Trained
from hourtrail_training.slices import last_label_right, slices_of

BACKGROUND: Final = 2_000
"""Pairs whose contributions are averaged for the report."""

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class FromLog:
    """What came out: the model, everything measured about it beside the champion, and the gate's word.

    ``by_slice`` holds top-1 of the model, of the champion and of copying the last label, and the rows of each slice.
    """

    trained: Trained
    dataset: Dataset
    champion: str
    contest: Contest
    verdict: Verdict
    metrics: dict[str, float]
    by_slice: dict[str, dict[str, float]]
    contributions: dict[str, float]


def train_on_log(
    dataset: Dataset, champion: Models, *, bounds: Bounds | None = None, boost: Boost | None = None, say: Say
) -> FromLog:
    """``boost`` grows the trees elsewhere; None: here, as ``fit_ranker`` does by itself.

    Raises InvalidInput when the first stretch holds too few labels, or only one work item.
    """
    relived = dataset.relived
    say(f"fitting on {dataset.calibrate:,} labelled suggestions of {len(relived):,}")
    scorer = _fit(dataset, boost)
    say(f"thresholds on {dataset.test - dataset.calibrate:,}, measuring on {len(relived) - dataset.test:,}")
    calibration = relived.between(dataset.calibrate, dataset.test)
    known = dataset.known_by(dataset.calibrate, dataset.test, _asked(relived, dataset.test))
    answers = answers_of(scorer, calibration).only(known)
    if not len(answers):
        raise InvalidInput(
            f"no label of the {len(known)} suggestions that should fix the thresholds was known before the next ones were asked"
        )
    said = f"labels of the decision log of {dataset.tenant}"
    blind = _led_by_none(calibration)[known]
    proving = answers.only(blind), f"{int(blind.sum()):,} {said} that no suggestion led to"
    keys = sorted(row_digest(row.suggestion.block.anchor) for row in relived.examples[: dataset.test] if row.suggestion)
    # All of these rows, not a sample of both: what lies behind them must be told apart from what lies before.
    seen = tuple(sorted({*keys[:SKETCH_SIZE], *scorer.trained_on}))
    scorer = replace(
        scorer, thresholds=thresholds(answers, f"{len(answers):,} {said}", proving=proving), trained_on=seen
    )
    contest = _contest(dataset, scorer, champion.scorer)
    measured = _measured(contest, scorer.thresholds)
    trained = Trained(
        scorer=scorer,
        metrics={**answers.metrics(), **measured},
        data=TrainingData(
            name=f"decision log of {dataset.tenant}{' (simulated)' if dataset.simulated else ''}",
            digest=dataset.digest,
            ends=_asked(relived, dataset.test - 1).date(),
            rows=dataset.test,
        ),
        encoder=champion.encoder.fingerprint if champion.encoder else "",
        refused=(),
        grown_on=_grown_on(boost),
    )
    return FromLog(
        trained=trained,
        dataset=dataset,
        champion=f"{champion.scorer.ref.name} {champion.scorer.ref.version}",
        contest=contest,
        verdict=judge(contest, bounds or Bounds()),
        metrics=measured,
        by_slice=dict(_by_slice(contest)),
        contributions=_contributions(scorer, relived),
    )


def _grown_on(boost: Boost | None) -> tuple[TrainingData, ...]:
    """What the shipped ranker learned from, on whose trees ``fit_ranker`` grows by itself."""
    if boost is not None:
        return ()
    try:
        return load_bundled("ranker").manifest.training_data
    except ModelUnavailable:
        return ()


def answers_of(scorer: Scorer, relived: Relived) -> Answers:
    """What a scorer answers to relived questions."""
    if not len(relived):
        return Answers.of(np.zeros(0), np.zeros(0, dtype=np.int64), none=relived.none, label=relived.label)
    probability = scorer.probabilities(relived.matrix, relived.query)
    return Answers.of(probability, relived.query, none=relived.none, label=relived.label)


def _asked(relived: Relived, place: int) -> datetime:
    asked = relived.examples[place].asked_at
    assert asked is not None  # `relive` leaves out what was never asked
    return asked


def _fit(dataset: Dataset, boost: Boost | None) -> RankerScorer:
    """The trees, on labels of the first stretch that were known when the second began."""
    fitting = dataset.relived.between(0, dataset.calibrate)
    known = dataset.known_by(0, dataset.calibrate, _asked(dataset.relived, dataset.calibrate))
    use = known[fitting.query]
    group, chosen = fitting.query[use], fitting.chosen[use]
    truths = {row.truth for row, there in zip(fitting.examples, known, strict=True) if there}
    if len(truths) < 2:
        raise InvalidInput(
            f"the {int(known.sum())} labels to learn from name {len(truths)} work item; a ranker needs at least two to choose between"
        )
    fit = fit_ranker if boost is None else partial(fit_ranker, boost=boost)
    return fit(fitting.matrix[use], group, chosen, SPEC, weight=dataset.weight[group])


def _contest(dataset: Dataset, scorer: Scorer, champion: Scorer) -> Contest:
    first = max(dataset.test, first_unseen(dataset.relived.examples, [champion]))
    rows = dataset.relived.between(first, len(dataset.relived))
    people = [row.suggestion.person if row.suggestion else "" for row in rows.examples]
    return Contest(
        candidate=answers_of(scorer, rows),
        champion=answers_of(champion, rows),
        last_label=last_label_right(rows),
        weight=dataset.weight[first:],
        people=np.unique(people, return_inverse=True)[1].astype(np.int64),
        independent=_independent(dataset, scorer, champion),
        slices=slices_of(rows),
        champion_name=f"{champion.ref.name} {champion.ref.version}",
        seconds=race(scorer, champion, rows) if len(rows) else (0.0, 0.0),
    )


def _independent(dataset: Dataset, scorer: Scorer, champion: Scorer) -> Independent:
    """Both models' answers where nobody's suggestion led to the label."""
    first = max(dataset.calibrate, first_unseen(dataset.relived.examples, [champion]))
    rows = dataset.relived.between(first, len(dataset.relived))
    led_by_none = np.array(
        [row.audited or row.outcome is Outcome.NOT_ANSWERED for row in rows.examples], dtype=np.bool_
    )
    people = np.array([row.suggestion.person if row.suggestion else "" for row in rows.examples])[led_by_none]
    return Independent(
        candidate=answers_of(scorer, rows).only(led_by_none),
        champion=answers_of(champion, rows).only(led_by_none),
        people=np.unique(people, return_inverse=True)[1].astype(np.int64),
    )


def _led_by_none(rows: Relived) -> Bools:
    """Labels that no suggestion led to: blindly audited ones, and time booked by hand where nobody answered."""
    return np.array([row.audited or row.outcome is Outcome.NOT_ANSWERED for row in rows.examples], dtype=np.bool_)


def _measured(contest: Contest, bands: Sequence[Threshold]) -> dict[str, float]:
    """Of the model, of the champion (``champion_``) and of copying (``last_label_top1``), on the same rows."""
    found = metrics(contest.candidate, contest.weight)
    found |= {f"champion_{name}": value for name, value in metrics(contest.champion, contest.weight).items()}
    found["last_label_top1"] = weighted(contest.last_label, contest.weight)
    for row in bands:
        if row.band is not Band.ASK:
            share, precision = coverage(contest.candidate, contest.weight, row.value)
            found[f"{row.band.value}_coverage"] = share
            if precision is not None:
                found[f"{row.band.value}_precision"] = precision
    return found


def _by_slice(contest: Contest) -> Iterator[tuple[str, dict[str, float]]]:
    for name, rows in contest.slices.items():
        weight = contest.weight[rows]
        yield (
            name,
            {
                "rows": float(rows.sum()),
                "top1": top1(contest.candidate.only(rows), weight),
                "champion_top1": top1(contest.champion.only(rows), weight),
                "last_label_top1": weighted(contest.last_label[rows], weight),
            },
        )


def _contributions(scorer: RankerScorer, relived: Relived) -> dict[str, float]:
    """Mean absolute contribution of each feature to the log-odds, over the newest pairs; largest first."""
    sums = np.abs(scorer.contributions(relived.matrix[-BACKGROUND:])).mean(axis=0)
    order = np.argsort(-sums, kind="stable")
    return {SPEC.names[column]: float(sums[column]) for column in order.tolist() if sums[column] > 0}
