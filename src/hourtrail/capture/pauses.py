"""Pauses inside a working stretch: which of them are bridged where no model of presence is installed.

A pause lies between two traces of one local day. It is bridged whole when the coefficients of ``pause_model`` find no break in
it, else up to the break on either side; one longer than the bound of the settings is not. Whose time it becomes is told by
``stretches``.
"""

from collections import Counter
from collections.abc import Sequence

from hourtrail.capture.anchors import anchored_days
from hourtrail.capture.claim import Slot, Timeline
from hourtrail.capture.grid import Days
from hourtrail.capture.habits import ENOUGH, Habits
from hourtrail.capture.pause_model import breaks
from hourtrail.capture.settings import CaptureSettings
from hourtrail.capture.stretches import filled, stretches_of
from hourtrail.domain.activity import Activity


def bridged(
    timeline: Timeline, short: Sequence[Activity], settings: CaptureSettings, habits: Habits, days: Days
) -> Timeline:
    """``timeline`` with its pauses bridged. ``short``: activities that are traces and have no time of their own."""
    parts = Counter(id(slot.claim) for slot in timeline.slots if slot.claim is not None)
    slots: list[Slot] = []
    unseen = habits.works_unseen >= ENOUGH
    for day in anchored_days(timeline, short, days):
        pauses = [pause for pause in day.pauses() if pause.minutes <= settings.bridge_minutes]
        found = breaks(pauses, habits) if pauses else []
        unworked = {pause.start: broken for pause, broken in zip(pauses, found, strict=True)}
        for stretch in stretches_of(day.anchors, unworked):
            slots.extend(filled(stretch, parts, settings, unseen=unseen))
    return Timeline(slots)
