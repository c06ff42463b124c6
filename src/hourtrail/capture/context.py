"""Activities that add no time: to which block each belongs, or in words why to none.

Every ``place_...`` function either adds a guest to a slot and returns "", or returns the reason for which the activity is
withheld.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from hourtrail.capture.claim import Guest, Slot, Timeline, grid_span, shared
from hourtrail.capture.grid import Days, ceil_minute, floor_minute
from hourtrail.capture.habits import Habits
from hourtrail.capture.settings import CaptureSettings
from hourtrail.capture.treatment import day_minutes, is_private, weight
from hourtrail.capture.words import noun, shown_title
from hourtrail.domain.activity import Activity, ActivityKind, Response

_DECIDED = "its time is already decided"
_PRIVATE = "it lies in a private appointment: no time is added to that"
_HALF = 0.5  # a guest says half as much about a block as an activity that made it


def contradicted(activity: Activity, products: Sequence[int]) -> str:
    """Why a tentative meeting is not counted: minutes in ``products`` (in order) show other work inside it."""
    if activity.kind is not ActivityKind.MEETING or activity.response is not Response.TENTATIVE:
        return ""
    start, end = grid_span(activity)
    count = bisect_left(products, end) - bisect_left(products, start)
    if not count:
        return ""
    return f"tentative, and {count} commit{'s' if count > 1 else ''} or edits show other work at that time"


@dataclass(frozen=True, slots=True)
class Traces:
    """When something was seen that no calendar states: starts in order, and how far anything begun by then reaches."""

    starts: Sequence[int]
    reached: Sequence[int]

    @classmethod
    def of(cls, activities: Iterable[Activity]) -> "Traces":
        """Those of ``activities`` that are no entry of a calendar."""
        spans = sorted(grid_span(a) for a in activities if a.kind is not ActivityKind.MEETING and not is_private(a))
        reached = accumulate((end for _, end in spans), max)
        return cls([start for start, _ in spans], list(reached))

    def touch(self, start: int, end: int) -> bool:
        """Whether anything was seen in [start, end)."""
        begun = bisect_left(self.starts, end)
        return begun > 0 and (self.reached[begun - 1] > start or self.starts[begun - 1] >= start)


def unattended(activity: Activity, traces: Traces, habits: Habits) -> str:
    """Why an invitation without an answer is not counted: others invited the person, and nothing was seen in that time.

    An appointment of one's own carries no answer either, but nobody else; it is counted. Whoever confirms such meetings as
    work (``attends_unanswered``) keeps them.
    """
    if not is_invitation(activity) or habits.attends_unanswered >= _HALF or traces.touch(*grid_span(activity)):
        return ""
    return "an invitation without an answer, and nothing shows that it was attended"


def is_invitation(activity: Activity) -> bool:
    """Whether it is a meeting with others that its owner never answered."""
    if activity.kind is not ActivityKind.MEETING or activity.response is not Response.NONE:
        return False
    return any(address.casefold() != activity.person.casefold() for address in activity.participants)


def place_lost(activity: Activity, timeline: Timeline) -> str:
    """A span whose time others have won."""
    start, end = grid_span(activity)
    slot = timeline.most_shared(start, end) if end > start else timeline.at(start)
    if slot is None:
        return "too short to be proposed on its own"
    if slot.claim is None:
        return _DECIDED
    if slot.claim.private:
        return _PRIVATE
    if is_private(activity):
        return "private, and other work was seen at that time"
    anchor = slot.claim.anchor
    same = activity.kind is anchor.kind and activity.title.strip().casefold() == anchor.title.strip().casefold()
    if activity.kind is ActivityKind.MEETING and not same:
        return f"overlaps {shown_title(anchor)!r}, which comes first; nobody is in two places"
    why = f"the same {noun(activity)} in another source" if same else f"{noun(activity)} during the {noun(anchor)}"
    slot.guests.append(Guest(activity, why, _HALF * weight(activity), shared(start, end, slot)))
    return ""


def place_within(activity: Activity, timeline: Timeline) -> str:
    """A point event inside somebody's slot."""
    slot = timeline.at(floor_minute(activity.start))
    return "it stands alone" if slot is None else _join(activity, slot, "during")


def place_left(activity: Activity, timeline: Timeline, settings: CaptureSettings) -> str:
    """A point event for whose burst there was too little room: it belongs to the block that it touches."""
    minute = floor_minute(activity.start)
    if (slot := timeline.at(minute)) is not None:
        return _join(activity, slot, "during")
    before, after = timeline.room(minute)
    near = settings.minimum_block_minutes
    for distance, at, when in (
        (minute - before, before - 1, "just after"),
        (after - ceil_minute(activity.start), after, "just before"),
    ):
        if (
            distance < near
            and (slot := timeline.at(at)) is not None
            and slot.claim is not None
            and not slot.claim.private
        ):
            return _join(activity, slot, when)
    return f"less than {near} minutes are free around it"


def place_merge(activity: Activity, timeline: Timeline, settings: CaptureSettings) -> str:
    """A merge commit belongs to what it falls in, or to work in the same repository that ended up to a gap before."""
    minute = floor_minute(activity.start)
    slot = timeline.last_before(minute)
    if slot is not None and minute < slot.end:
        return _join(activity, slot, "during")
    if slot is not None and slot.claim is not None:
        same = any(activity.container == member.container for member in slot.claim.members)
        if same and minute - slot.end <= settings.gap_minutes:
            return _join(activity, slot, "after")
    return "a merge commit alone is no evidence of work"


def place_day_total(timeline: Timeline, days: Days) -> Callable[[Activity], str]:
    """For totals without a time of day: the first block of that day on the same ticket, else in the same place."""
    by_day: dict[tuple[object, str, str], Slot] = {}
    for slot in timeline.slots:
        if slot.claim is not None and not slot.claim.private:
            for member in slot.claim.members:
                by_day.setdefault((slot.day, "reference", member.reference), slot)
                by_day.setdefault((slot.day, "container", member.container), slot)

    def place(activity: Activity) -> str:
        day, _, _ = days.of(floor_minute(activity.start))
        minutes = day_minutes(activity)
        for what, value in (("reference", activity.reference), ("container", activity.container)):
            if value and (slot := by_day.get((day, what, value))) is not None:
                why = f"{minutes} min stated for the day on the same {'ticket' if what == 'reference' else 'project'}"
                slot.guests.append(Guest(activity, why, weight(activity), minutes))
                return ""
        return f"{minutes} min are stated for the day without a time of day, and no other evidence places them"

    return place


def _join(activity: Activity, slot: Slot, when: str) -> str:
    if slot.claim is None:
        return _DECIDED
    if slot.claim.private:
        return _PRIVATE
    anchor = slot.claim.anchor
    other = f"the {noun(anchor)}" if not anchor.is_point else f"a burst of {noun(anchor)}s"
    slot.guests.append(Guest(activity, f"{noun(activity)} {when} {other}", _HALF * weight(activity)))
    return ""
