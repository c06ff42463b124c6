"""From a firm's log through a refit to the gate's word: passed where a model of its own is better, refused where it is worse."""

from datetime import UTC, datetime

import pytest
from tests.mlflow_databases import QUIET, mlflow_template, registry_uri  # noqa: F401 - fixtures
from tests.training.habit_firm import TENANT, WEEKS, fill

from hourtrail.domain.errors import Conflict, NotAllowed
from hourtrail.store import open_store
from hourtrail.wiring import load_models
from hourtrail_models import fitting
from hourtrail_models.promotion import Promotion, promote
from hourtrail_models.registry import CHALLENGER, CHAMPION, SHADOW, Registry
from hourtrail_training import dataset
from hourtrail_training.refit import Trainer, refit

pytestmark = QUIET

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def refitted(tmp_path, uri, *, turns):
    """A refit on the log of a firm that turns in that week, and the store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dataset, "FEWEST", 100)
        patch.setitem(fitting.PARAMETERS, "min_data_in_leaf", 10)
        store = open_store(f"sqlite:///{tmp_path / 'firm.db'}")
        fill(store, tmp_path, turns=turns)
        trainer = Trainer(uri=uri, store=store, tenant=TENANT, author="eva")
        return refit(trainer, now=NOW, say=lambda _line: None, least=100), store


def words_of(made, test):
    (reason,) = [row for row in made.found.verdict.reasons if row.test == test]
    return reason.words


def test_a_firm_with_habits_of_its_own_gets_a_model_of_its_own(tmp_path, registry_uri):  # noqa: F811 - the fixture
    """MLL-01: the hour tells the work here. The gate passes it, somebody else signs, and it serves."""
    made, store = refitted(tmp_path, registry_uri, turns=WEEKS)
    assert made.version.passed, "\n".join(made.found.verdict.lines())
    assert made.alias == CHALLENGER
    assert "labels that no suggestion led to" in words_of(made, "better than champion")
    registry = Registry(registry_uri, "ranker.acme")
    asked = {"use_case": "ranker", "version": made.version.version, "alias": CHAMPION, "evidence": "report read"}
    with pytest.raises(NotAllowed, match="author and approver are two people"):
        promote(registry, store, TENANT, Promotion(approver="Eva", **asked))
    promote(registry, store, TENANT, Promotion(approver="max", **asked))
    assert load_models(tenant=TENANT).scorer.ref.digest == made.artefact.digest
    store.close()


def test_a_model_of_habits_that_ended_is_refused_with_the_reason(tmp_path, registry_uri):  # noqa: F811 - the fixture
    """The firm turned after what the trees saw: it goes no further than shadow, and nobody can make it champion."""
    made, store = refitted(tmp_path, registry_uri, turns=WEEKS - 2)
    assert not made.version.passed
    assert made.alias == SHADOW
    failed = [row.test for row in made.found.verdict.reasons if not row.passed]
    assert "better than champion" in failed, made.found.verdict.lines()
    asked = Promotion(use_case="ranker", version="1", alias=CHAMPION, approver="max", evidence="wishful")
    with pytest.raises(Conflict, match="did not come through the gate: better than champion"):
        promote(Registry(registry_uri, "ranker.acme"), store, TENANT, asked)
    store.close()
