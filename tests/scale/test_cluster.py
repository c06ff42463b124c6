"""Work on a real Dask cluster of two processes: the same answers to the last bit, and a clear word when it is lost."""

import os
import socket
import time
from pathlib import Path

import pytest
from tests.benchmarks.firm_for_checks import LAST_DAY, Firm, write

from hourtrail.checks import CheckPolicy
from hourtrail.domain.errors import ClusterUnavailable, InvalidInput
from hourtrail.flows.check import CheckFiles, CheckReport, check_files
from hourtrail.scale import SETTING, Batches, InProcess, Task, address_of, batches

distributed = pytest.importorskip("distributed", reason='DASK IS NOT TESTED: pip install "hourtrail[scale]"')
cluster_module = pytest.importorskip("hourtrail.scale.cluster")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory):
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0",
        local_directory=str(tmp_path_factory.mktemp("dask")), host="127.0.0.1",
    ) as started:  # fmt: skip
        yield started


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> CheckFiles:
    return write(tmp_path_factory.mktemp("firm"), Firm(people=12, entries=1_500, days=90, seed=3, faults=0.004))


def _look(files: CheckFiles, where: Batches) -> CheckReport:
    return check_files(files, policy=CheckPolicy(), today=LAST_DAY, where=where)


def _alone(shared: int, own: int) -> tuple[int, int]:
    return shared + own, os.getpid()


def _fails(own: str) -> None:
    raise InvalidInput(f"{own} is refused")


def _dies_once(marker: str) -> str:
    if not Path(marker).exists():
        Path(marker).touch()
        os._exit(1)
    return "done"


def test_findings_and_scores_are_the_same_on_a_cluster(cluster, files):
    here = _look(files, InProcess())
    with batches(cluster.scheduler_address) as where:
        there = _look(files, where)
    assert len(here.findings) > 20
    assert there.findings == here.findings
    assert list(there.scores) == list(here.scores)
    # What is read from evidence and what is learned travelled too.
    assert "no_evidence" in {row.check for row in here.findings}
    assert any(0 < row.score < 1 for row in here.scores if not row.check)


def test_results_keep_the_order_of_their_tasks_and_errors_their_words(cluster):
    with batches(cluster.scheduler_address) as where:
        found = where.run([Task(_alone, (number,)) for number in range(8)], 100)
        assert [number for number, _ in found] == list(range(100, 108))
        assert os.getpid() not in {process for _, process in found}
        with pytest.raises(InvalidInput, match="this row is refused"):
            where.run([Task(_fails, ("this row",))])


def test_a_task_is_run_again_where_its_worker_dies(cluster, tmp_path):
    with batches(cluster.scheduler_address) as where:
        assert where.run([Task(_dies_once, (str(tmp_path / "died"),))]) == ["done"]


def test_a_cluster_that_is_lost_on_the_way_is_told_in_bounded_time(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_module, "PATIENCE", 1.0)
    lost = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0", host="127.0.0.1", protocol="tcp"
    )
    began = time.monotonic()
    with batches(lost.scheduler_address) as where:
        lost.close()
        with pytest.raises(ClusterUnavailable, match=r"was lost on the way.*nothing was stored"):
            where.run([Task(time.sleep, (0.01,))])
    assert time.monotonic() - began < 30


def test_a_scheduler_that_is_down_is_told_in_bounded_time(monkeypatch):
    monkeypatch.setattr(cluster_module, "ANSWERS_WITHIN", 1.0)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{held.getsockname()[1]}"
        began = time.monotonic()
        with (
            pytest.raises(ClusterUnavailable, match=r"no Dask scheduler with a worker answers at tcp://127"),
            batches(address),
        ):
            pass
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("address", ["nonsense", "tcp://host:port", "tcp://:8786", "http://a b:1"])
def test_an_address_that_is_none_is_refused_at_once(address):
    with pytest.raises(InvalidInput, match=r"is no address of a Dask scheduler; write it like"), batches(address):
        pass


def test_other_versions_on_a_worker_are_refused(cluster, monkeypatch):
    monkeypatch.setattr(cluster_module, "_SAME", ("pip",))
    with (
        pytest.raises(InvalidInput, match=r"has .*pip none for .*install the same versions"),
        batches(cluster.scheduler_address),
    ):
        pass


def test_the_setting_is_the_option_or_the_environment(monkeypatch):
    monkeypatch.setenv(SETTING, " tcp://one:1 ")
    assert address_of() == "tcp://one:1"
    assert address_of("tcp://two:2") == "tcp://two:2"
    monkeypatch.delenv(SETTING)
    assert address_of() == ""
    with batches() as where:
        assert where.run([Task(sum, ((1, 2),))]) == [3]
