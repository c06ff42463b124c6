"""How each form of activity is treated: one table, read from the top, the first row that fits decides.

| form | treatment |
|---|---|
| cancelled | never time |
| declined by its owner | never time |
| a day's total without a time of day (``extra["minutes"]``, all day) | evidence of that day's block on the same ticket, else withheld |
| absence, out of office | never work; it blocks nothing by itself |
| all day | context, not time |
| shown as free (transparent) | not time: its owner said that it does not take theirs |
| outside the years 1970 to 2199 | not time: a mistake of the source |
| meeting, call, focus window or journey without duration | not time: a reminder |
| longer than ``max_block_hours`` (a 40-hour "meeting") | not time: no session of work is that long |
| private | a block of its own, its title hidden, never a client's evidence; work seen meanwhile is withheld |
| tentative | time of low weight; gives way to any stated span, and is withheld when a commit, review or document contradicts it |
| no answer | time, if nobody else is invited or a trace shows that it was attended; gives way to an accepted meeting |
| accepted, busy, working elsewhere | time |
| merge commit | evidence of low weight; never makes time |
| any other event without duration | folded into a burst with its stated lead and tail |

Precedence of spans that overlap (``rank``): timer, call, accepted meeting, unanswered meeting, journey, focus window, ticket
worklog, tentative meeting, other traces with a duration, mail and chat. Bursts of point events take what is left, mail and
chat last. Within one rank: not private, then the shorter (the more specific), then the earlier, then by name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Final

from hourtrail.capture.settings import CaptureSettings
from hourtrail.domain.activity import Activity, ActivityKind, Response, Sensitivity, ShowAs, Status


class Treatment(Enum):
    """What becomes of an activity."""

    WITHHELD = auto()
    DAY_TOTAL = auto()
    SPAN = auto()
    MERGE = auto()
    WORK_POINT = auto()
    TALK_POINT = auto()


SCHEDULED: Final = frozenset({ActivityKind.MEETING, ActivityKind.CALL, ActivityKind.TRAVEL})
TALK: Final = frozenset({ActivityKind.MESSAGE, ActivityKind.EMAIL})
PRODUCT: Final = frozenset({ActivityKind.COMMIT, ActivityKind.REVIEW, ActivityKind.DOCUMENT})
"""Kinds that show work done before them: inside a session the pause before one is its own."""


@dataclass(frozen=True, slots=True)
class Form:
    """One row of the table. ``reason`` is what a person reads when the activity is withheld."""

    fits: Callable[[Activity, CaptureSettings], bool]
    treatment: Treatment
    reason: str = ""


FORMS: Final = (
    Form(lambda a, _: a.status is Status.CANCELLED, Treatment.WITHHELD, "cancelled: it does not take place"),
    Form(lambda a, _: a.response is Response.DECLINED, Treatment.WITHHELD, "declined by its owner"),
    Form(lambda a, _: not 1970 <= a.start.year < 2200, Treatment.WITHHELD, "its date lies outside the years 1970 to 2199"),
    Form(lambda a, _: a.all_day and day_minutes(a) > 0, Treatment.DAY_TOTAL),
    Form(
        lambda a, _: a.kind is ActivityKind.ABSENCE or a.show_as is ShowAs.OUT_OF_OFFICE,
        Treatment.WITHHELD,
        "out of office: an absence is not work",
    ),
    Form(lambda a, _: a.all_day, Treatment.WITHHELD, "all day: context, not time"),
    Form(lambda a, _: a.show_as is ShowAs.FREE, Treatment.WITHHELD, "shown as free: it takes no time of its owner's"),
    Form(lambda a, _: a.is_point and a.kind in SCHEDULED | {ActivityKind.FOCUS}, Treatment.WITHHELD, "it has no duration"),
    Form(lambda a, s: duration(a) > timedelta(hours=s.max_block_hours), Treatment.WITHHELD, "{hours} h long: no session of work is"),
    Form(lambda a, _: is_merge(a), Treatment.MERGE),
    Form(lambda a, _: not a.is_point, Treatment.SPAN),
    Form(lambda a, _: a.kind in TALK, Treatment.TALK_POINT),
    Form(lambda _a, _s: True, Treatment.WORK_POINT),
)  # fmt: skip


def treat(activity: Activity, settings: CaptureSettings) -> tuple[Treatment, str]:
    """The treatment of an activity, and why, in words, when it is withheld."""
    form = next(form for form in FORMS if form.fits(activity, settings))
    return form.treatment, form.reason.format(hours=int(duration(activity) / timedelta(hours=1)))


def duration(activity: Activity) -> timedelta:
    """Elapsed time of an activity; none for a point event."""
    return (activity.end or activity.start) - activity.start


def is_merge(activity: Activity) -> bool:
    """Whether a commit only joins branches."""
    return activity.kind is ActivityKind.COMMIT and activity.extra.get("merge") == "true"


def is_private(activity: Activity) -> bool:
    """Whether others may not read its title."""
    return activity.sensitivity is Sensitivity.PRIVATE


def is_stated(activity: Activity) -> bool:
    """Whether a person or a log states its duration, so that even a few minutes of it are proposed."""
    return activity.kind in SCHEDULED or "true" in (activity.extra.get("timer"), activity.extra.get("worklog"))


def day_minutes(activity: Activity) -> int:
    """Minutes that a source states for a whole day; 0 when it states none that can be read."""
    stated = activity.extra.get("minutes", "")
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) <= 4 else 0


def rank(activity: Activity) -> int:
    """Precedence of a span, the lowest first; the order stated in the module's text."""
    if activity.extra.get("timer") == "true":
        return 0
    if activity.kind is ActivityKind.MEETING:
        return {Response.ACCEPTED: 2, Response.TENTATIVE: 7}.get(activity.response, 3)
    if activity.extra.get("worklog") == "true":
        return 6
    ranks = {ActivityKind.CALL: 1, ActivityKind.TRAVEL: 4, ActivityKind.FOCUS: 5}
    return ranks.get(activity.kind, 9 if activity.kind in TALK else 8)


def weight(activity: Activity) -> float:
    """How much an activity says about its block, 0 to 1: a stated order of trust, not a probability."""
    if is_merge(activity):
        return 0.1
    if activity.extra.get("timer") == "true":
        return 1.0
    if activity.kind is ActivityKind.MEETING:
        return {Response.ACCEPTED: 1.0, Response.TENTATIVE: 0.5}.get(activity.response, 0.8)
    if activity.extra.get("worklog") == "true" or day_minutes(activity):
        return 0.9
    return _WEIGHTS.get(activity.kind, 0.6)


_WEIGHTS: Final = {
    ActivityKind.CALL: 1.0,
    ActivityKind.FOCUS: 0.8,
    ActivityKind.TRAVEL: 0.8,
    ActivityKind.COMMIT: 0.7,
    ActivityKind.REVIEW: 0.7,
    ActivityKind.DOCUMENT: 0.6,
    ActivityKind.TICKET: 0.5,
    ActivityKind.EMAIL: 0.4,
    ActivityKind.MESSAGE: 0.3,
}
