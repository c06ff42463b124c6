"""What an interval of minutes is told from."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.block import WorkBlock
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.spans import Span
from hourtrail.policy.minutes import SPEC, BookedBefore, minute_features

PORTAL, SUPPORT = WorkItem("acme", "portal"), WorkItem("globex", "support")


def block(clock, minutes, *, evidence=0):
    start = datetime.fromisoformat(f"2026-03-02T{clock}").replace(tzinfo=UTC)
    return WorkBlock(
        id=clock, person="ada", zone="Europe/Berlin", date=date(2026, 3, 2), kind=ActivityKind.COMMIT, anchor="a", title="",
        span=Span(start, start + timedelta(minutes=minutes)), text="", evidence=(), evidence_minutes=evidence,
        suggested_minutes=minutes,
    )  # fmt: skip


def named(matrix):
    return [dict(zip(SPEC.names, row, strict=True)) for row in matrix.tolist()]


def test_a_block_is_told_by_its_own_minutes_its_neighbours_and_what_was_booked_before():
    before = BookedBefore.of([(PORTAL, 60), (PORTAL, 120), (SUPPORT, 45), (SUPPORT, 0)])
    first, second = named(
        minute_features([(block("08:00", 60, evidence=20), PORTAL), (block("10:00", 30), None)], before)
    )
    assert (first["evidence_minutes"], first["suggested_minutes"], first["start_clock"]) == (20, 60, 540)
    assert (first["pause_after"], second["pause_before"], second["blocks_of_day"]) == (60, 60, 2)
    assert (first["item_median"], first["item_entries"], first["own_median"], first["own_entries"]) == (90, 2, 60, 3)
    assert (first["in_hours"], first["in_quarters"]) == (2 / 3, 1)
    assert np.isnan(second["item_median"])


def test_of_somebody_new_nothing_is_known():
    (row,) = named(minute_features([(block("08:00", 60), PORTAL)], BookedBefore()))
    assert np.isnan(row["own_median"])
    assert np.isnan(row["in_hours"])
    assert row["own_entries"] == 0
    assert minute_features([], BookedBefore()).shape == (0, len(SPEC.names))
