"""What people report of it, and how they answer suggestions."""

from typing import Final

from hourtrail_training.simulator.ranges.base import Range

LOG: Final = "models.md B2: time-log corpus [M]"
DIARIES: Final = "models.md B2: diaries [M]"
FORMULA: Final = "models.md B3: functional form"

REPORTS: Final[tuple[Range, ...]] = (
    # When they write their time down. Nobody has published it for timesheets, so it is swept.
    Range(name="report_daily", low=0.2, centre=0.35, high=0.5, about="share of people who report on the same evening"),
    Range(name="report_next_day", low=0.1, centre=0.2, high=0.3, about="share of people who report the next morning"),
    Range(name="report_weekly", low=0.1, centre=0.25, high=0.4, about="weight of people who report at the week's end"),
    Range(name="report_next_week", low=0.05, centre=0.1, high=0.2, about="weight of people who report a week behind"),
    Range(name="late_week", low=0.01, centre=0.03, high=0.08, about="share of person-weeks reported late"),
    Range(name="late_days", low=7, centre=14, high=28, about="mean delay of a late week, days"),
    Range(name="forgotten_week", low=0.002, centre=0.008, high=0.02, about="share of person-weeks never reported"),
    Range(name="copied_week", low=0.002, centre=0.01, high=0.03, about="share of person-weeks copied from the last"),
    # What they remember.
    Range(
        name="recall_cue", low=0.2, centre=0.3, high=0.4, about="recall that a calendar cue leaves for ever",
        source=FORMULA,
    ),
    Range(
        name="recall_length", low=15, centre=20, high=25, about="minutes of a block that is forgotten at the base pace",
        source=FORMULA,
    ),
    Range(name="short_block", low=6, centre=12, high=20, about="blocks up to this many minutes join the day's main task"),
    Range(name="itemised", low=0.2, centre=0.4, high=0.7, about="share of people who list meetings apart"),
    Range(name="overlooked_days", low=0.0, centre=0.02, high=0.06, about="share of days that a timer is not started"),
    # How they round and repeat.
    Range(
        name="timer_heaping", low=0.05, centre=0.175, high=0.35,
        about="mean share of timer entries set to a quarter hour; .23 lie on one, .067 by chance", source=LOG,
    ),
    Range(
        name="timer_overrun", low=0.03, centre=0.088, high=0.15,
        about="share of timer entries that end after the next begins", source=LOG,
    ),
    Range(
        name="diary_whole", low=0.8, centre=0.88, high=0.95, about="share of diary entries in whole hours",
        source=DIARIES,
    ),
    Range(
        name="diary_half", low=0.03, centre=0.08, high=0.1, about="share of diary entries in half hours",
        source=DIARIES,
    ),
    Range(
        name="coarse_rounding", low=0.25, centre=0.4, high=0.55,
        about="share of quarter-hour people's entries set to the half or full hour; whole .35, half .29 in the source",
        source="models.md B2: company tasks [M]",
    ),
    Range(name="coarse_hour", low=0.3, centre=0.5, high=0.7, about="share of those that are set to the full hour"),
    Range(
        name="look_alike", low=0.02, centre=0.031, high=0.045,
        about="share of entries that repeat person, task, minutes and day", source=LOG,
    ),
    Range(name="look_alike_slip", low=0.2, centre=0.4, high=0.6, about="share of those that are slips, not two visits"),
    Range(
        name="closed_booking", low=0.005, centre=0.023, high=0.04,
        about="share of entries on closed tasks (4,672 of 203,621), where the client has one", source=LOG,
    ),
    Range(name="twin_mix_up", low=0.0, centre=0.1, high=0.2, about="share of a twin project's entries put on the other"),
    Range(name="billable_slip", low=0.002, centre=0.01, high=0.03, about="share of entries with the wrong billable flag"),
    Range(name="thin_writers", low=0.1, centre=0.25, high=0.4, about="share of people whose narratives say little"),
    Range(name="ticket_writers", low=0.1, centre=0.3, high=0.5, about="share of people who name tickets"),
    Range(name="local_language", low=0.1, centre=0.35, high=0.7, about="share of Germans who write German"),
    # What becomes of it.
    Range(name="write_off", low=0.0, centre=0.015, high=0.04, about="share of billable entries partly written off"),
    Range(name="rejected", low=0.0, centre=0.005, high=0.015, about="share of entries that an approver sent back"),
    Range(name="submit_days", low=1, centre=3, high=7, about="age at which a draft is submitted", whole=True),
    Range(name="approve_days", low=4, centre=8, high=16, about="age at which an entry is approved", whole=True),
    Range(name="invoice_days", low=3, centre=8, high=20, about="days from a month's end to its invoices", whole=True),
    # How they answer suggestions.
    Range(
        name="reviewer_error", low=0.01, centre=0.03, high=0.05, about="share of answers that are slips",
        source="models.md B1: decisions",
    ),
    Range(name="fatigue", low=0.0, centre=0.2, high=0.5, about="loss of answers from a day's first to its last suggestion"),
    Range(name="first_place", low=0.0, centre=0.1, high=0.3, about="more bias towards what stands first on the day"),
    Range(name="minutes_tolerance", low=0.1, centre=0.25, high=0.5, about="error of minutes that people let pass"),
    Range(name="split_share", low=0.2, centre=0.5, high=0.8, about="share of mixed blocks that are split"),
    Range(name="reject_share", low=0.1, centre=0.3, high=0.5, about="share of wrong ones rejected, not corrected"),
    Range(name="defer_share", low=0.0, centre=0.03, high=0.08, about="share of answers put off"),
    Range(name="added_by_hand", low=0.1, centre=0.3, high=0.6, about="share of overlooked work added by hand"),
    Range(name="accept_seconds", low=1.5, centre=3, high=6, about="median seconds to accept"),
    Range(name="edit_seconds", low=8, centre=15, high=30, about="median seconds to correct"),
)  # fmt: skip
