"""What its people do: days, meetings, tasks and interruptions."""

from typing import Final

from hourtrail_training.simulator.ranges.base import Range

_LOG: Final = "models.md B2: time-log corpus [M]"
_B1: Final = "models.md B1"
_TREND: Final = "models.md B2: Microsoft Work Trend Index, June 2025 [V]"
_RECLAIM: Final = "models.md B2: Reclaim.ai 2021 [V]"


def _range(name: str, low: float, centre: float, high: float, *about: str) -> Range:
    """A range; ``about`` is what it is about and, where there is one, its source."""
    return Range(
        name=name, low=low, centre=centre, high=high, about=about[0], source=about[1] if len(about) > 1 else ""
    )


_PROCESS: Final = (
    _range("stay", 0.58, 0.65, 0.72, "Probability that the next stretch is on the same item.", f"{_LOG}: .646"),
    _range("return_recent", 0.12, 0.17, 0.22, "Probability of going back to one of the last three items.", f"{_B1}: .17"),
    _range("start_new", 0.05, 0.08, 0.11, "Probability of an item not yet touched in the week.", f"{_LOG}: .084"),
    _range("duration_median", 17.0, 21.0, 26.0, "Median minutes of a stretch.", f"{_LOG}: 21"),
    _range("duration_sigma", 1.1, 1.24, 1.35, "Spread of the logarithm of those minutes.", f"{_LOG}: 2 / 9 / 21 / 48 / 92 / 240"),
    _range("duration_longest", 240.0, 300.0, 360.0, "Minutes at which a stretch ends at the latest.", f"{_LOG}: 99 % at 240"),
    _range("interruption_share", 0.09, 0.121, 0.16, "Share of stretches that are interrupted.", f"{_LOG}: 12.1 %"),
    _range("interruption_median", 3.0, 4.0, 6.0, "Median minutes of an interruption.", f"{_LOG}: 4 min"),
    _range("interruption_sigma", 0.6, 0.8, 1.0, "Spread of the logarithm of the minutes of an interruption."),
    _range("interruption_work_share", 0.3, 0.5, 0.7, "Share of interruptions that are work on another item."),
    _range("unseen_share", 0.12, 0.17, 0.22, "Share of working hours that leave no trace.", f"{_B1}: 17 % of hours"),
    _range("pause_share", 0.15, 0.3, 0.45, "Share of stretches that are followed by a pause."),
    _range("same_topic", 0.45, 0.6, 0.75, "Probability of staying with the subject when staying on the item."),
    _range("focus_share", 0.6, 0.75, 0.9, "Share of stretches on one of the three subjects a person has in hand that week."),
    _range("idle_share", 0.03, 0.07, 0.12, "Share of the working span that is neither work nor lunch."),
)  # fmt: skip
_DAY: Final = (
    _range("start_jitter", 10.0, 20.0, 35.0, "Minutes by which a person's start varies from day to day (standard deviation)."),
    _range("length_jitter", 0.06, 0.1, 0.15, "Relative spread of the length of a day."),
    _range("overtime_share", 0.03, 0.08, 0.15, "Share of days that run long."),
    _range("overtime_minutes", 40.0, 75.0, 120.0, "Mean minutes of a long day beyond the usual."),
    _range("weekend_share", 0.005, 0.01, 0.03, "Share of free weekend days on which a person works all the same."),
    _range("lunch_sigma", 0.2, 0.3, 0.4, "Spread of the logarithm of the minutes of lunch."),
    _range("lunch_jitter", 10.0, 20.0, 30.0, "Minutes by which lunch begins at different times (standard deviation)."),
    _range("travel_sigma", 0.4, 0.5, 0.6, "Spread of the logarithm of the minutes of a journey."),
    _range("lunch_median", 30.0, 42.0, 55.0, "Median minutes of lunch."),
    _range("visit_share", 0.05, 0.12, 0.2, "Share of days that somebody with a visited client spends there."),
    _range("travel_median", 45.0, 70.0, 110.0, "Median minutes of a journey, one way."),
)  # fmt: skip
_MEETINGS: Final = (
    _range("single_meetings", 1.0, 4.0, 9.0, "Single meetings that a person calls in a week.", "models.md B2: prior of 3..22 h a week"),
    _range("meeting_minutes", 34.0, 41.0, 48.0, "Mean minutes of a single meeting.", "models.md B2: Clockwise 2024, 39 -> 42 min [V]"),
    _range("meeting_sigma", 0.4, 0.5, 0.6, "Spread of the logarithm of those minutes."),
    _range("notice_days", 1.5, 3.0, 6.0, "Mean days between an invitation and a single meeting."),
    _range("change_notice_hours", 12.0, 27.0, 48.0, "Mean hours between a change to a meeting and the meeting."),
    _range("online_share", 0.6, 0.8, 0.95, "Share of meetings with a link."),
    _range("inside_share", 0.3, 0.5, 0.7, "Share of projects of three people or more that meet among themselves."),
    _range("moved_day_share", 0.25, 0.4, 0.6, "Share of moved weekly meetings that move to another day."),
    _range("arrival_mean", 0.3, 0.7, 1.5, "Mean minutes by which a person comes after a meeting has begun."),
    _range("joins_late_share", 0.3, 0.5, 0.7, "Share of clashes in which a person goes on to the second meeting."),
    _range("adhoc_share", 0.45, 0.57, 0.65, "Share of calls and meetings without an invitation.", f"{_TREND}: 57 %"),
    _range("call_median", 8.0, 12.0, 18.0, "Median minutes of a call without an invitation."),
    _range("call_sigma", 0.6, 0.8, 1.0, "Spread of the logarithm of the minutes of such a call."),
    _range("late_booked_share", 0.06, 0.10, 0.15, "Share of invitations sent at the last minute.", f"{_TREND}: 10 %"),
    _range("one_to_one_moved", 0.33, 0.424, 0.5, "Share of one-to-ones that are moved.", f"{_RECLAIM}: 42.4 %"),
    _range("one_to_one_cancelled", 0.22, 0.296, 0.36, "Share of one-to-ones that are cancelled.", f"{_RECLAIM}: 29.6 %"),
    _range("moved_share", 0.03, 0.08, 0.15, "Share of other meetings that are moved."),
    _range("cancelled_share", 0.03, 0.07, 0.12, "Share of other meetings that are cancelled."),
    _range("deleted_share", 0.2, 0.4, 0.6, "Share of cancelled occurrences that are taken out of the series."),
    _range("standup_share", 0.4, 0.6, 0.8, "Share of teams with a daily stand-up."),
    _range("client_share", 0.4, 0.6, 0.8, "Share of project meetings with people of the client."),
    _range("generic_title_share", 0.1, 0.22, 0.35, "Share of meetings whose title names nothing."),
    _range("private_share", 0.05, 0.15, 0.3, "Share of one-to-ones with a private title."),
    _range("tentative_share", 0.02, 0.06, 0.12, "Share of invitations answered with tentative."),
    _range("no_answer_share", 0.05, 0.15, 0.3, "Share of invitations never answered."),
    _range("no_show_share", 0.03, 0.07, 0.12, "Share of accepted meetings that a person misses."),
    _range("attends_tentative", 0.4, 0.55, 0.7, "Share of tentatively answered meetings that a person attends."),
    _range("attends_unanswered", 0.45, 0.6, 0.8, "Share of unanswered invitations that a person attends."),
    _range("attends_declined", 0.02, 0.05, 0.1, "Share of declined meetings that a person attends."),
    _range("late_start_mean", 1.0, 2.5, 5.0, "Mean minutes by which a meeting starts late (exponential)."),
    _range("overrun_scale", 3.0, 6.0, 10.0, "Scale of the minutes by which a meeting runs over."),
    _range("underrun_scale", 2.0, 4.0, 8.0, "Scale of the minutes by which a meeting ends early."),
    _range("overrun_share", 0.4, 0.55, 0.7, "Share of meetings that run over."),
    _range("private_events", 0.1, 0.3, 0.6, "Private appointments in working hours, for each person-week."),
    _range("free_events", 0.2, 0.6, 1.2, "Reminders and kept-free blocks, for each person-week."),
    _range("announced_absence_share", 0.5, 0.75, 0.95, "Share of absences that stand in the calendar."),
)  # fmt: skip
WORK: Final[tuple[Range, ...]] = (*_PROCESS, *_DAY, *_MEETINGS)
