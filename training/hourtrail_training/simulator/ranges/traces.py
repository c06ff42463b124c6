"""What tools record of it."""

from typing import Final

from hourtrail_training.simulator.ranges.base import Range

_COMMITS = "models.md B2: commit gaps of OSB [M]"
_TELEMETRY = "models.md B2: Cao et al. CHI 2021, multitasking by length of meeting [P]"

TRACES: Final[tuple[Range, ...]] = (
    Range(
        name="commits_per_code_hour", low=0.25, centre=0.6, high=1.5, about="commits an hour of coding", source=_COMMITS
    ),
    Range(
        name="commit_offspring",
        low=0.25,
        centre=0.4,
        high=0.5,
        about="commits that one commit draws after it",
        source=_COMMITS,
    ),
    Range(
        name="quick_follow_minutes",
        low=0.8,
        centre=1.5,
        high=4,
        about="mean delay of a quick follow-up",
        source=_COMMITS,
    ),
    Range(
        name="slow_follow_minutes", low=30, centre=60, high=120, about="mean delay of a slow follow-up", source=_COMMITS
    ),
    Range(
        name="quick_follow_share",
        low=0.35,
        centre=0.5,
        high=0.7,
        about="share of follow-ups that are quick",
        source=_COMMITS,
    ),
    Range(name="other_offspring", low=0.15, centre=0.35, high=0.55, about="messages, edits, … that one draws after it"),
    Range(name="renewal_shape", low=0.4, centre=0.6, high=0.9, about="gamma shape of gaps; under 1 = in bursts"),
    # 117 mails and 153 chat messages are received a day (B2); what one person sends is a smaller, unpublished share.
    Range(
        name="mails_sent_per_day", low=3, centre=10, high=30, about="mails that a person sends in eight hours of work"
    ),
    Range(
        name="chats_sent_per_day", low=3, centre=12, high=40, about="chat messages that a person sends in eight hours"
    ),
    Range(name="edits_per_document_hour", low=0.5, centre=1.5, high=4, about="saved versions an hour of writing"),
    Range(name="ticket_events_per_hour", low=0.6, centre=1.4, high=3, about="events an hour of work on tickets"),
    Range(name="habit_spread", low=0.2, centre=0.5, high=0.8, about="sd of the log of a person's own pace"),
    Range(
        name="worklog_share", low=0.4, centre=0.7, high=0.95, about="ticket stretches that a person who logs work logs"
    ),
    Range(name="worklog_error", low=0.05, centre=0.25, high=0.6, about="sd of the log of logged to true minutes"),
    Range(name="spell_minutes", low=7, centre=12, high=25, about="mean minutes before the window changes"),
    Range(name="away_share", low=0.02, centre=0.06, high=0.15, about="window spells that are spent away from the desk"),
    Range(
        name="multitask_short",
        low=0.02,
        centre=0.04,
        high=0.08,
        about="traces about other work in a meeting of at most 20 min",
        source=_TELEMETRY,
    ),
    Range(
        name="multitask_ratio",
        low=4,
        centre=6,
        high=8,
        about="how much more of it there is beyond 80 min",
        source=_TELEMETRY,
    ),
    Range(
        name="plain_title_share", low=0.05, centre=0.15, high=0.35, about="titles that say nothing, such as WIP or Sync"
    ),
    Range(
        name="local_language_share",
        low=0.05,
        centre=0.25,
        high=0.6,
        about="German or French titles where that is spoken",
    ),
    Range(name="key_in_subject_share", low=0.2, centre=0.55, high=0.9, about="commit subjects that name their ticket"),
    Range(name="key_in_body_share", low=0.05, centre=0.2, high=0.5, about="other commits whose body names it"),
    Range(name="merge_share", low=0.03, centre=0.08, high=0.15, about="commits that merge a branch"),
    Range(name="co_author_share", low=0.01, centre=0.04, high=0.12, about="commits written by two"),
    Range(
        name="name_in_subject_share",
        low=0.1,
        centre=0.3,
        high=0.6,
        about="mails and files that carry the project's name",
    ),
    Range(
        name="call_record_share",
        low=0.6,
        centre=0.85,
        high=1,
        about="calls and online meetings with a record of who was in",
    ),
    Range(name="transcript_share", low=0.02, centre=0.08, high=0.2, about="own online meetings that are transcribed"),
)
"""Of what people send, edit and look at no sound figure is published for professional services: those are swept."""
