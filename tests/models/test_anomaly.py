"""The anomaly models: a forest without a pickle, exact contributions, and verdicts that never make it worse."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score
from tests.unusual.timecard_file import timecards

from hourtrail.domain.errors import InvalidInput, ModelUnavailable
from hourtrail.domain.ports import FeatureSpec
from hourtrail.unusual import SPEC, HeadsScorer, contrast_of, live, matrix_of, table_of
from hourtrail_models.anomaly import forest as forests
from hourtrail_models.anomaly import prior as priors
from hourtrail_models.anomaly.forest import Forest, fit_forest
from hourtrail_models.anomaly.prior import FOLDS, fit_prior
from hourtrail_models.anomaly.verdicts import blend_verdicts, logit, weight_of
from hourtrail_models.artefact import Manifest, write


@pytest.fixture(scope="module")
def case():
    """Real timecards of which each 25th line stands on another project, or has five times its hours."""
    kept = list(live(timecards(4_000)))
    items = sorted({row.item for row in kept})
    random = np.random.default_rng(77)
    issue = np.zeros(len(kept), dtype=bool)
    issue[random.permutation(len(kept))[: len(kept) // 25]] = True
    for number, at in enumerate(np.flatnonzero(issue)):
        item = items[random.integers(len(items))]
        kept[at] = replace(kept[at], item=item) if number % 2 else replace(kept[at], minutes=5 * kept[at].minutes)
    table = table_of(kept, weekly=True)
    matrix = matrix_of(table, whole_file=True)
    contrast = contrast_of(table, whole_file=True)
    prior = fit_prior(matrix, table.person, contrast.matrix, contrast.row, contrast.slip)
    return table, matrix, contrast, prior, issue


def test_the_forest_scores_as_scikit_learn_does():
    random = np.random.default_rng(5)
    matrix = random.normal(size=(900, 6)).astype(np.float32).astype(np.float64)
    theirs = IsolationForest(n_estimators=forests.TREES, max_samples=forests.SAMPLE, random_state=forests._SEED).fit(
        matrix
    )
    np.testing.assert_allclose(fit_forest(matrix).scores(matrix), -theirs.score_samples(matrix), rtol=1e-9)


def test_a_forest_is_data_that_goes_round_and_nothing_else_is_read():
    matrix = np.random.default_rng(5).normal(size=(300, 4))
    matrix[::7, 2] = np.nan
    matrix[:, 3] = np.nan
    forest = fit_forest(matrix)
    again = Forest.from_bytes(forest.to_bytes())
    np.testing.assert_array_equal(again.scores(matrix), forest.scores(matrix))
    assert forest.tail(matrix, 0.05).max() > 0.9
    assert (forest.tail(matrix, 0.05) > 0).mean() == pytest.approx(0.05, abs=0.01)
    for wrong in (b"", b"no archive", forest.to_bytes()[:200]):
        with pytest.raises(ModelUnavailable, match="isolation forest cannot be read"):
            Forest.from_bytes(wrong)


def test_the_prior_is_an_artefact_of_data_alone(case, tmp_path):
    table, matrix, _, prior, _ = case
    files = priors.artefact_files(prior)
    manifest = Manifest(name="anomaly-prior", version="1", created=datetime.now(UTC), spec=SPEC)
    again = priors.from_artefact(write(tmp_path / "model", manifest, files))
    np.testing.assert_array_equal(again.scores(matrix, table.person), prior.scores(matrix, table.person))
    np.testing.assert_array_equal(again.contributions(matrix, table.person), prior.contributions(matrix, table.person))
    other = replace(manifest, spec=FeatureSpec("0", ("minutes",)))
    with pytest.raises(ModelUnavailable, match="made for the features 0"):
        priors.from_artefact(write(tmp_path / "other", other, files))


def test_the_prior_finds_what_nobody_reviewed(case):
    table, matrix, _, prior, issue = case
    scores = prior.scores(matrix, table.person)
    assert ((scores >= 0) & (scores <= 1)).all()
    found = average_precision_score(issue, scores)
    assert found > 0.5
    assert found > average_precision_score(issue, prior.forest.scores(matrix)) + 0.1


def test_each_person_is_judged_by_trees_that_saw_others(case, monkeypatch):
    # Of one pass: in the next ones, what others' trees suspect is left out too.
    monkeypatch.setattr(priors, "PASSES", 1)
    monkeypatch.setattr(priors, "ROUNDS", 20)
    table, matrix, contrast, _, _ = case
    prior = fit_prior(matrix, table.person, contrast.matrix, contrast.row, contrast.slip)
    mine = table.person % FOLDS == 1
    of_mine = np.flatnonzero(mine[contrast.row])
    copies = contrast.matrix.copy()
    copies[of_mine] = np.random.default_rng(0).normal(size=(len(of_mine), copies.shape[1]))
    changed = fit_prior(matrix, table.person, copies, contrast.row, contrast.slip)
    assert len(prior.boosters) == FOLDS
    assert changed.boosters[1].model_to_string() == prior.boosters[1].model_to_string()
    assert changed.boosters[0].model_to_string() != prior.boosters[0].model_to_string()


def test_contributions_add_up_to_what_the_trees_say(case):
    table, matrix, _, prior, _ = case
    given = prior.contributions(matrix, table.person)
    assert given.shape == matrix.shape == (len(table), len(SPEC.names))
    for fold, booster in enumerate(prior.boosters):
        rows = table.person % FOLDS == fold
        base = np.asarray(booster.predict(matrix[rows], raw_score=True)) - given[rows].sum(axis=1)
        assert np.ptp(base) < 1e-9, "what remains is the same for every row: the trees' mean"


def test_more_against_an_entry_never_makes_it_more_usual(case):
    table, matrix, _, prior, _ = case
    for name, sign in (("presence", -1), ("gain", 1), ("missing_match", 1), ("others_ever", -1)):
        worse = matrix.copy()
        worse[:, SPEC.names.index(name)] += sign * 0.7
        before, after = (prior._slip(values, table.person) for values in (matrix, worse))
        assert (after >= before - 1e-12).all(), name


def test_the_same_rows_give_the_same_model(case, monkeypatch):
    monkeypatch.setattr(priors, "ROUNDS", 20)
    table, matrix, contrast, _, _ = case
    first, second = (fit_prior(matrix, table.person, contrast.matrix, contrast.row, contrast.slip) for _ in range(2))
    np.testing.assert_array_equal(first.scores(matrix, table.person), second.scores(matrix, table.person))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 3, 10, 30, 60, 120, 250, 500])
def test_verdicts_never_make_it_worse(case, count, seed):
    table, matrix, _, prior, issue = case
    before = prior.scores(matrix, table.person)
    random = np.random.default_rng(seed)
    # Reviewers look at what scores high, and at some rows drawn for an audit.
    reviewed = np.unique(
        np.concatenate([np.argsort(-before)[: count // 2], random.permutation(len(table))[: count // 2]])
    )
    blend = blend_verdicts(prior, matrix, table.person, reviewed, issue[reviewed])
    rest = np.setdiff1d(np.arange(len(table)), reviewed)
    after = blend.scores(matrix, table.person)
    assert (
        average_precision_score(issue[rest], after[rest]) >= average_precision_score(issue[rest], before[rest]) - 0.02
    )
    if count < 10:
        np.testing.assert_array_equal(after, before)


def test_verdicts_are_learned_from(case):
    table, matrix, _, prior, issue = case
    reviewed = np.arange(0, len(table), 2)
    blend = blend_verdicts(prior, matrix, table.person, reviewed, issue[reviewed])
    rest = np.arange(1, len(table), 2)
    before, after = prior.scores(matrix, table.person), blend.scores(matrix, table.person)
    assert average_precision_score(issue[rest], after[rest]) > average_precision_score(issue[rest], before[rest]) + 0.01
    assert blend.weight == weight_of(int(issue[reviewed].sum()))


def test_verdicts_that_make_no_sense_leave_the_prior_alone(case):
    table, matrix, _, prior, _ = case
    reviewed = np.random.default_rng(2).permutation(len(table))[:200]
    random = np.random.default_rng(3).random(200) < prior.scores(matrix, table.person)[reviewed]
    blend = blend_verdicts(prior, matrix, table.person, reviewed, random)
    np.testing.assert_allclose(blend.scores(matrix, table.person), prior.scores(matrix, table.person), atol=0.2)


def test_the_blends_contributions_are_the_priors_and_the_trees_together(case):
    table, matrix, _, _, issue = case
    heads = HeadsScorer()
    reviewed = np.arange(0, len(table), 2)
    blend = blend_verdicts(heads, matrix, table.person, reviewed, issue[reviewed])
    assert blend.booster is not None
    prior, after = heads.scores(matrix, table.person), blend.scores(matrix, table.person)
    added = (blend.contributions(matrix, table.person) - heads.contributions(matrix, table.person)).sum(axis=1)
    some = np.abs(heads.contributions(matrix, table.person)).sum(axis=1) > 0
    moved = (logit(after) - logit(prior))[some]
    assert np.corrcoef(added[some], moved)[0, 1] > 0.8


def test_the_weight_grows_from_the_first_true_issue_on():
    assert [weight_of(count) for count in (0, 1, 20, 180)] == [0, 1 / 21, 0.5, 0.9]


def test_verdicts_that_do_not_fit_the_rows_are_refused(case):
    table, matrix, _, prior, issue = case
    with pytest.raises(InvalidInput, match="2 reviewed rows and 3 verdicts do not fit"):
        blend_verdicts(prior, matrix, table.person, np.array([1, 2]), issue[:3])


def test_a_forest_reads_many_rows_as_it_reads_few(monkeypatch):
    rows = np.random.default_rng(4).normal(size=(8_000, 6)) * [1, 1, 2, 3, 1, 5]
    rows[::97, 2] = np.nan
    monkeypatch.setattr(forests, "_MOST_RANKED", 4_000)
    fitted = forests.fit_forest(rows)
    shortened = fitted.tail(rows, 0.02)
    monkeypatch.setattr(forests, "_MOST_RANKED", 9_000)
    whole = fitted.tail(rows, 0.02)
    # Paths are summed in another order, which can move a row by one rank: 1 / 4,000 of the rows, 1 / 80 of the rarest 2 %.
    np.testing.assert_allclose(shortened[::2], whole[::2], atol=0.03)
    rare = whole > 0
    assert not shortened[~rare].any()
    assert np.isclose(shortened[rare], whole[rare], atol=0.03).mean() >= 0.99
    assert 0 < rare.mean() < 0.05
