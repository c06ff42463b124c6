"""Shadow answers, comparisons over past days, and drift, on a firm with a decision log."""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pytest
from click.testing import CliRunner
from tests.training.decided_firm import FIRST, NOW, TENANT

from hourtrail.domain.errors import NothingRead
from hourtrail.domain.ports import FeatureSpec
from hourtrail.domain.suggestion import ModelRef
from hourtrail.features import SPEC, RulesScorer
from hourtrail.flows.backtest.benchmark import row_digest
from hourtrail.flows.decision_log import read_log
from hourtrail.store import open_store
from hourtrail.wiring import load_models
from hourtrail_models.compare import compare
from hourtrail_models.registry_command import compare as compare_command
from hourtrail_models.shadow import SILENT, answer_silently
from hourtrail_training.drift import Bounds, drift, stability_index
from hourtrail_training.drift_command import drift as drift_command

LAST = FIRST + timedelta(days=20)
RULES = load_models(rules_only=True)


REF = ModelRef(name="ranker.acme", version="7", digest="7" * 64)


@dataclass(frozen=True)
class Stubborn:
    """A scorer that answers the last work item of every block, whatever the evidence; ``trained_on`` are rows it learned from."""

    ref: ModelRef = REF
    spec: FeatureSpec = SPEC
    thresholds: tuple = ()
    trained_on: tuple = ()

    def probabilities(self, _matrix, group):
        last = np.append(group[1:] != group[:-1], True)
        # The item before "this is not work".
        chosen = np.append(last[1:], False)
        counts = np.bincount(group)[group]
        return np.where(chosen, 0.9, 0.1 / (counts - 1))


@pytest.fixture(scope="module")
def store(decided):
    with open_store(f"sqlite:///{decided}") as opened:
        yield opened


def test_a_model_compared_with_itself_differs_nowhere_and_is_as_right_as_people_said(store):
    found = compare(store, TENANT, FIRST, LAST, a=RULES, b=RulesScorer())
    one, other = found.sides
    assert found.different == found.won == found.lost == found.seen == 0
    assert replace(one, name="") == replace(other, name="")
    with store.tenant(TENANT, read_only=True) as db:
        labelled = [row for row in read_log(db).examples if row.truth is not None]
    assert one.labelled == len(labelled)
    assert one.right == sum(row.was_right is True for row in labelled)


def test_another_model_is_judged_on_what_it_would_have_shown(store):
    """NEW-14."""
    found = compare(store, TENANT, FIRST, LAST, a=RULES, b=Stubborn())
    one, other = found.sides
    assert found.different > 100
    assert found.lost > found.won
    assert one.right - other.right == found.lost - found.won
    assert other.name == "ranker.acme 7"
    assert other.coverage == 1.0
    assert one.precision > 0.5 > 0.4 > other.precision
    assert 0 < other.right_minutes < one.right_minutes <= one.shown_minutes
    told = found.listed[0]
    assert told["truth"]
    assert told["a"]["item"] != told["b"]["item"]


def test_days_that_a_model_learned_from_are_left_out(store):
    with store.tenant(TENANT, read_only=True) as db:
        rows = sorted((row for row in read_log(db).examples if row.suggestion), key=lambda row: row.asked_at)
    learned = Stubborn(trained_on=tuple(row_digest(row.suggestion.block.anchor) for row in rows[:60]))
    found = compare(store, TENANT, FIRST, LAST, a=RULES, b=learned)
    assert found.seen >= 60
    assert found.sides[0].questions + found.seen == len({row.suggestion.id for row in rows})


def test_the_command_compares_with_the_rules_and_prints_both(store):
    words = ["--store", store.url, "--tenant", TENANT, "--from", str(FIRST), "--to", str(LAST), "--model", "rules"]
    done = CliRunner().invoke(compare_command, words, standalone_mode=False, catch_exceptions=False)
    used = load_models().scorer.ref
    assert f"A {used.name} {used.version}:" in done.stdout
    assert "B rules" in done.stdout
    assert "B alone was right in" in done.stdout


def test_silent_answers_are_logged_once_and_seen_by_nobody(decided_store):
    """NEW-16."""
    silent = Stubborn()
    with decided_store.tenant(TENANT) as db:
        before = db.suggestions()
        count = answer_silently(db, RULES, silent, alias="shadow", now=NOW)
        assert count == len(before) > 200
        assert answer_silently(db, RULES, silent, alias="shadow", now=NOW) == 0
    with decided_store.tenant(TENANT, read_only=True) as db:
        assert db.suggestions() == before
        ((at, told),) = db.audit_payloads(SILENT)
        assert (at, told["alias"], told["digest"]) == (NOW, "shadow", "7" * 64)
        assert set(told["answers"]) == {row.id for row in before}
        assert db.verify_audit()[1] == []


def test_inputs_that_moved_are_an_alert_and_others_are_not():
    drawn = np.random.default_rng(2)
    before = drawn.normal(size=4_000)
    assert stability_index(before, drawn.normal(size=4_000)) < 0.02
    assert stability_index(before, drawn.normal(loc=1.0, size=4_000)) > 0.25
    unknown = np.where(drawn.random(4_000) < 0.5, np.nan, before)
    assert stability_index(before, unknown) > 0.25
    assert stability_index(np.full(100, np.nan), np.full(100, np.nan)) == pytest.approx(0, abs=1e-9)


def test_the_report_tells_inputs_and_answers_by_week(store):
    """MLL-02."""
    found = drift(store, TENANT, RULES, last=LAST, weeks=1, reference=2)
    assert [week.monday for week in found.weeks] == [FIRST, FIRST + timedelta(days=7), FIRST + timedelta(days=14)]
    for week in found.weeks:
        assert week.acceptance + week.override == pytest.approx(1)
        assert week.right <= week.acceptance
        assert week.answered < week.suggestions
    assert not any(row.alert for row in found.inputs if row.ages)
    assert found.off_policy.naive.rows == found.weeks[-1].answered
    strict = drift(store, TENANT, RULES, last=LAST, weeks=1, reference=2, bounds=Bounds(ece=0.0, rows=1_000))
    assert not any(week.alerts for week in strict.weeks), "few answers are told, not judged"


def test_a_week_that_people_override_is_an_alert(decided_store, monkeypatch):
    from hourtrail.flows import decision_log  # noqa: PLC0415 - patched below

    plain = decision_log.outcome_of
    late = FIRST + timedelta(days=21)

    def overridden(decision):
        return decision_log.Outcome.EDITED if decision.decided_at.date() >= late else plain(decision)

    monkeypatch.setattr(decision_log, "outcome_of", overridden)
    found = drift(decided_store, TENANT, RULES, last=LAST, weeks=1, reference=2)
    assert found.weeks[-1].acceptance == 0
    assert any("0% accepted unchanged" in line for line in found.alerts)


def test_the_drift_command_prints_weeks_and_both_accuracies(store):
    words = ["--store", store.url, "--tenant", TENANT, "--to", str(LAST), "--weeks", "1", "--reference", "2"]
    done = CliRunner().invoke(drift_command, words, standalone_mode=False, catch_exceptions=False)
    assert "right, weighted (SNIPS):" in done.stdout
    told = json.loads(CliRunner().invoke(drift_command, [*words, "--json"], standalone_mode=False).stdout)
    assert {"naive", "snips", "audited"} == set(told["accuracy"])
    assert len(told["weeks"]) == 3


def test_days_without_suggestions_are_told(store):
    with pytest.raises(NothingRead, match="both stretches need some"):
        drift(store, TENANT, RULES, last=date(2020, 1, 1))


def test_a_known_truth_replaces_what_people_said(store):
    with store.tenant(TENANT, read_only=True) as db:
        rows = {row.id: row for row in db.suggestions()}
    truth = {row.block.anchor: row.item for row in rows.values() if row.item is not None}
    found = compare(store, TENANT, FIRST, LAST, a=RULES, b=Stubborn(), truth=truth)
    assert found.sides[0].labelled == len(truth)
    assert found.sides[0].precision == 1.0
