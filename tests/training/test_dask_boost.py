"""Trees grown on a Dask cluster: the same as here on one worker; a scheduler that does not answer is a sentence."""

import numpy as np
import pytest
from tests.models.pairs import labelled

from hourtrail.domain.errors import HourtrailError
from hourtrail.features import SPEC
from hourtrail_models import fitting
from hourtrail_models.fitting import boost_here, fit_ranker
from hourtrail_training.dask_boost import boost_at


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(fitting, "ROUNDS", 15)
    monkeypatch.setitem(fitting.PARAMETERS, "num_threads", 1)
    monkeypatch.delenv("HOURTRAIL_DASK", raising=False)


def test_without_an_address_the_trees_grow_here():
    assert boost_at("") is None


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_one_worker_grows_the_same_trees(monkeypatch):
    distributed = pytest.importorskip("distributed")
    data = labelled(200, seed=3)
    weight = np.where(data.group % 2, 0.3, 1.0)
    here = fit_ranker(data.matrix, data.group, data.chosen, SPEC, weight=weight, boost=boost_here)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0", host="127.0.0.1", protocol="tcp"
    ) as cluster:
        monkeypatch.setenv("HOURTRAIL_DASK", cluster.scheduler_address)
        there = fit_ranker(data.matrix, data.group, data.chosen, SPEC, weight=weight, boost=boost_at(""))
    assert there.temperature == here.temperature
    assert np.array_equal(there.probabilities(data.matrix, data.group), here.probabilities(data.matrix, data.group))


def test_a_scheduler_that_does_not_answer_is_told(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("hourtrail.scale.cluster.ANSWERS_WITHIN", 1.0)
    data = labelled(60, seed=3)
    with pytest.raises(HourtrailError, match=r"127\.0\.0\.1:9"):
        fit_ranker(data.matrix, data.group, data.chosen, SPEC, boost=boost_at("tcp://127.0.0.1:9"))
