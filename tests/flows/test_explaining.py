"""Explaining an answer costs more than scoring sixty: only what a person may be shown is explained."""

from dataclasses import dataclass, field, replace

import pytest
from tests.features.firm_sample import FLEET, LEDGER, MONDAY, PORTAL, candidate, confirmation

from hourtrail.domain.master import MasterData
from hourtrail.domain.suggestion import Band, Threshold
from hourtrail.features import RulesScorer
from hourtrail.flows.scoring import Scoring
from hourtrail.flows.vectors import VectorMemory
from hourtrail.policy.bands import DEFAULT_POLICY
from hourtrail.policy.propose import propose
from hourtrail.wiring import Models


@dataclass(frozen=True, slots=True)
class Counting(RulesScorer):
    """The rules, and how many rows they were asked to explain."""

    explained: list[int] = field(default_factory=list)

    def contributions(self, matrix):
        self.explained.append(len(matrix))
        return RulesScorer().contributions(matrix)

    def probabilities(self, matrix, group):
        return RulesScorer().probabilities(matrix, group)


@pytest.mark.parametrize(("least", "explained"), [(0.0, 2), (0.1, 2), (0.99, 0)])
def test_only_an_answer_that_reaches_a_band_is_explained(least, explained):
    scorer = Counting()
    ask = Threshold(band=Band.ASK, value=least, target_precision=0.9, basis="as asked")
    policy = replace(DEFAULT_POLICY, prefill=None, suggest=None, ask=ask)
    models = Models(encoder=None, scorer=scorer, policy=policy)
    cache = VectorMemory().of("")
    learned = [confirmation(number, item) for number, item in enumerate((PORTAL, LEDGER, FLEET))]
    master = MasterData()
    scoring = Scoring.of(master, learned, models, cache=cache)
    asked = [candidate(number) for number in range(2)]
    answers = list(scoring.scores(asked, as_of=MONDAY, cache=cache))
    assert sum(scorer.explained) == explained
    for one, scores in answers:
        shown, _ = propose(one, scores, master=master, policy=policy, model=scoring.model)
        assert bool(shown.alternatives) == any(score.contributions for score in scores) == bool(explained)
        assert shown.reasons
