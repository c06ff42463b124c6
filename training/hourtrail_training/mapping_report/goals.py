"""The goals that were set for mapping before anything was built, each beside what was measured."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hourtrail_training.mapping_report.parts import Line
from hourtrail_training.public_mix import HADOOP, NIFI, OPENSTACK

SHIPPED: Final = "shipped"
MOST_MINUTES, MOST_MB, MOST_MS = 20.0, 3_000, 0.3


@dataclass(frozen=True, slots=True)
class Goal:
    """``reached`` is None where it was not measured."""

    words: str
    measured: str
    reached: bool | None

    @property
    def verdict(self) -> str:
        """In words."""
        return "not measured" if self.reached is None else ("reached" if self.reached else "**missed**")


def goals(found: Mapping[str, Sequence[Line]]) -> list[Goal]:
    """All of them."""
    return [*_openstack(found), *_others(found), *_break(found), *_cost(found)]


def _openstack(found: Mapping[str, Sequence[Line]]) -> Iterator[Goal]:
    line = _bundled(found, OPENSTACK.folder, None)
    yield _at_least("OpenStack 2019-20: top-1 at least .79", line.get("top1"), 0.79)
    yield _at_least("OpenStack 2019-20: top-3 at least .905", line.get("top3"), 0.905)
    yield _at_least("OpenStack 2019-20: at switches at least .62", line.get("top1_at_switch"), 0.62)
    yield _at_most("OpenStack 2019-20: ECE at most .015", line.get("ece"), 0.015)
    told, reached = "-", None
    if line.get("shown_at_0.95", [None, None])[1] is not None:
        covered, precision = line["shown_at_0.95"]
        told, reached = f"{covered:.3f} at {precision:.3f}", covered >= 0.5 and precision >= 0.95
    yield Goal("OpenStack 2019-20: at an aim of .95, half of the rows shown and .95 of those right", told, reached)


def _others(found: Mapping[str, Sequence[Line]]) -> Iterator[Goal]:
    as_it_is, refitted = (_bundled(found, HADOOP.folder, days) for days in (None, 30.0))
    best = max((row["top1"] for row in (as_it_is.get("baselines") or {}).values() if row and row["top1"]), default=None)
    ahead = None if best is None or refitted.get("top1") is None else refitted["top1"] - best
    yield _at_least("Hadoop, refits every 30 days: at least .05 above the best baseline", ahead, 0.05)
    yield _at_most("Hadoop, refits every 30 days: ECE at most .05", refitted.get("ece"), 0.05)
    line = _bundled(found, NIFI.folder, None)
    ahead = None if line.get("top1") is None else line["top1"] - line["knn_own_history"]
    yield _at_least("NiFi 2020-21: at least .08 above own neighbours", ahead, 0.08)


def _break(found: Mapping[str, Sequence[Line]]) -> Iterator[Goal]:
    tried = [row for row in found.get("break", ()) if row["aim"] == SHIPPED]
    kept = sum(row["goal_reached"] for row in tried)
    words = "break test, shipped settings: at most 2 % shown in it, outside it .97 right of at least .43"
    yield Goal(words, f"{kept} of {len(tried)} seeds" if tried else "-", kept == len(tried) if tried else None)


def _cost(found: Mapping[str, Sequence[Line]]) -> Iterator[Goal]:
    cost = next(iter(found.get("cost", ())), {})
    yield _at_most("features and ranker at most .3 ms an event", cost.get("both_ms"), MOST_MS)
    steps: dict[str, Line] = {row["step"]: row for row in found.get("steps", ())}
    # Processor time of one thread: what an idle core needs at most, however busy the machine was.
    refits, cold = (
        steps.get("openstack-refits"),
        next((row for row in found.get("vectors", ()) if row["set"] == OPENSTACK.folder), None),
    )
    minutes = None
    if refits is not None and cold is not None and cold["encoded"] > 0.5 * cold["rows"]:
        minutes = (refits["processor_seconds"] + cold["processor_seconds"]) / 60
    words = "OpenStack with --refit 90, every text encoded, at most 20 minutes of a processor"
    yield _at_most(words, minutes, MOST_MINUTES, "{:.1f} minutes")
    peak = None if refits is None else refits["peak_mb"]
    yield _at_most("OpenStack with --refit 90: peak at most 3 GB", peak, MOST_MB, "{:,.0f} MB")


def _at_least(words: str, value: Any, bound: float) -> Goal:
    return Goal(words, "-" if value is None else f"{value:.3f}", None if value is None else value >= bound)


def _at_most(words: str, value: Any, bound: float, form: str = "{:.3f}") -> Goal:
    return Goal(words, "-" if value is None else form.format(value), None if value is None else value <= bound)


def _bundled(found: Mapping[str, Sequence[Line]], folder: str, days: float | None) -> Line:
    lines = found.get("bundled", ())
    return next((line for line in lines if line["set"] == folder and line["refit_days"] == days), {})
