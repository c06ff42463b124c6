"""Point processes: the same mean, different clustering, and never an event outside its stretch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.traces.arrivals import Excitement, Stretches, hawkes, renewal

BURSTY = Excitement(offspring=0.4, quick=1.5, slow=60, quick_share=0.5)


def _day(lengths: list[float]) -> Stretches:
    ends = np.cumsum(np.array(lengths, dtype=np.float64) + 20)
    return Stretches(ends - np.array(lengths), ends)


def _draw(process: str, clock: Stretches, expected: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    generator = stream(number, process)
    if process == "hawkes":
        return hawkes(clock, expected, BURSTY, generator)
    return renewal(clock, expected, 0.5, generator)


@pytest.mark.parametrize("process", ["hawkes", "renewal"])
@given(st.lists(st.floats(1, 300), min_size=1, max_size=12), st.floats(0.01, 3), st.integers(0, 10_000))
def test_every_event_lies_inside_its_stretch_and_comes_in_time_order(
    process: str, lengths: list[float], rate: float, number: int
) -> None:
    clock = _day(lengths)
    owners, times = _draw(process, clock, clock.minutes * rate / 10, number)
    assert (times >= clock.starts[owners]).all()
    assert (times < clock.ends[owners]).all()
    assert (np.diff(times) >= 0).all()


@pytest.mark.parametrize("process", ["hawkes", "renewal"])
def test_both_processes_leave_the_expected_number_of_traces(process: str) -> None:
    clock = _day([100_000.0])
    owners, _ = _draw(process, clock, np.array([5_000.0]), 3)
    assert len(owners) == pytest.approx(5_000, rel=0.08)


def test_a_stretch_with_twice_the_rate_gets_twice_the_events() -> None:
    clock = _day([50_000.0, 50_000.0])
    for process in ("hawkes", "renewal"):
        owners, _ = _draw(process, clock, np.array([2_000.0, 4_000.0]), 4)
        assert (owners == 1).sum() / (owners == 0).sum() == pytest.approx(2, rel=0.15)


def test_one_commit_draws_others_in_the_public_build_and_not_in_the_held_out_one() -> None:
    """In a Hawkes process a burst follows a burst; in a renewal process a gap says nothing about the next one."""

    def memory(process: str) -> float:
        clock = _day([200_000.0])
        _, times = _draw(process, clock, np.array([4_000.0]), 5)
        logs = np.log(np.diff(times) + 0.01)
        return float(np.corrcoef(logs[:-1], logs[1:])[0, 1])

    assert memory("hawkes") > 0.1
    assert abs(memory("renewal")) < 0.06


def test_commit_gaps_of_a_day_have_the_spread_of_the_real_ones() -> None:
    """models.md B2, OSB: .5 / 4.9 / 31 / 135 / 311 min at 10/25/50/75/90 %. Here a day has only nine hours, so its tail is shorter."""
    generator = stream(1, "gaps")
    gaps: list[float] = []
    for _ in range(1_500):
        lengths = generator.lognormal(np.log(40), 1.0, 9).clip(1, 240)
        clock = _day([float(length) for length in lengths])
        coding = generator.random(9) < 0.4
        _, times = hawkes(clock, np.where(coding, clock.minutes, 0) * 0.6 / 60, BURSTY, generator)
        gaps += np.diff(times).tolist()
    at = dict(zip((10, 25, 50, 75, 90), np.quantile(gaps, [0.1, 0.25, 0.5, 0.75, 0.9]), strict=True))
    assert 0.2 < at[10] < 1.5
    assert 1.5 < at[25] < 10
    assert 12 < at[50] < 60
    assert 55 < at[75] < 200
    assert 150 < at[90] < 450
