"""Findings, the queue, verdicts, and how far checks and models are to be believed."""

from typing import Final

from hourtrail.domain.review import ReviewKind
from hourtrail.exporters.schemas import FINDING
from hourtrail_serving.schemas.parts import (
    COUNT,
    DATE,
    FLAG,
    INSTANT,
    NUMBER,
    NUMBER_OR_NULL,
    REFUSED,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    list_of,
    object_of,
    or_null,
    ref,
)

_QUEUE_ITEM: Final = object_of(
    id=TEXT, rank={"type": ["integer", "null"]}, finding=ref("Finding"), size=COUNT, members=list_of(TEXT),
    probability=NUMBER, value_at_risk=list_of(object_of(amount=TEXT, currency=TEXT)), age_days=COUNT, weight=NUMBER,
    reason={"description": "why it stands where it stands", **TEXT}, queue=TEXT, owner=TEXT,
    due={"anyOf": [DATE, {"type": "null"}]}, escalated=FLAG,
    version={"description": "send it back with a review, so that nothing is answered that was not shown", **TEXT},
)  # fmt: skip
_REVIEW: Final = object_of(
    id=TEXT, finding=TEXT, act={"description": "the same for all rows of one act", **TEXT},
    kind={"enum": [kind.value for kind in ReviewKind]}, actor=TEXT, at=INSTANT,
    reason_code=TEXT, note=TEXT, assignee=TEXT, seconds=NUMBER_OR_NULL, supersedes=TEXT_OR_NULL,
    shown={"type": "object"},
)  # fmt: skip
_CHECK_PRECISION: Final = object_of(
    check=TEXT, true_issues=COUNT, looks=COUNT, precision=NUMBER_OR_NULL, probability=NUMBER, upper=NUMBER, muted=FLAG,
    why=TEXT, open=COUNT,
)  # fmt: skip

SCHEMAS: Final[dict[str, Schema]] = {
    "Finding": FINDING,
    "QueueItem": _QUEUE_ITEM,
    "Review": _REVIEW,
    "Queue": object_of(
        items=list_of("QueueItem"), next_cursor={"description": "opaque; null on the last page", **TEXT_OR_NULL},
        total=COUNT, audits=COUNT, behind=COUNT, muted=list_of(object_of(check=TEXT, reason=TEXT, hidden=COUNT)),
    ),
    "FindingDetail": object_of(
        finding=ref("Finding"), item=or_null("QueueItem"), time_entry=or_null("TimeEntry"),
        comparable_entries=list_of("TimeEntry"), reviews=list_of("Review"),
    ),
    "Reviewed": object_of(act=TEXT, reviews=list_of("Review"), muting=list_of(TEXT)),
    "Clearing": object_of(
        **{"id": TEXT, "actor": TEXT, "at": INSTANT, "from": DATE, "to": DATE},
        cleared=COUNT, flagged=COUNT, own=COUNT, sampled=COUNT, seconds=NUMBER_OR_NULL,
        one_by_one=list_of(object_of(time_entry=TEXT, why=TEXT)),
    ),
    "Checked": {
        **object_of(
            findings=list_of("Finding"), grain={"enum": ["day", "week"]},
            summary={"type": "object", "properties": {"entries": COUNT, "refused": COUNT}, "required": ["entries", "refused", "by_check"]},
            skipped={"description": "checks that lack what they need, and what that is", "type": "object"},
            refused=list_of(REFUSED),
        ),
    },
    "Precision": object_of(
        policy=TEXT, checks=list_of(_CHECK_PRECISION),
        cleared=object_of(
            entries=COUNT, drawn=COUNT, audited=COUNT, wrong=COUNT, wrong_share=NUMBER_OR_NULL, upper=NUMBER
        ),
        review_seconds=NUMBER, confirmed_hours=NUMBER, seconds_per_confirmed_hour=NUMBER_OR_NULL,
        decision_seconds=NUMBER, decision_seconds_per_confirmed_hour=NUMBER_OR_NULL,
    ),
    "Confidence": object_of(
        model=TEXT, degraded=TEXT_OR_NULL, policy=TEXT, mode={"enum": ["shadow", "suggest", "prefill"]}, temperature=NUMBER,
        renewed_at=TEXT_OR_NULL, outcomes=COUNT, unseen_outcomes=COUNT,
        bands=list_of(
            object_of(
                band=TEXT, value=NUMBER_OR_NULL, shipped=NUMBER_OR_NULL, target_precision=NUMBER_OR_NULL, basis=TEXT,
                labels=COUNT, coverage=NUMBER_OR_NULL, coverage_cost=NUMBER_OR_NULL,
            )
        ),
        audit=object_of(
            share=NUMBER, answers=COUNT, errors=COUNT, lower_bound=NUMBER, promise=NUMBER, proven={"type": "boolean"},
            still_needed={"type": ["integer", "null"]}, words=TEXT,
        ),
        limited_people=list_of(object_of(person=TEXT, precision=NUMBER, answers=NUMBER)),
        breaker=object_of(
            tripped={"type": "boolean"}, since=TEXT_OR_NULL, why=TEXT, recent=COUNT, recent_right=COUNT
        ),
        ask=object_of(
            answers=COUNT, mean_size=NUMBER_OR_NULL, single=NUMBER_OR_NULL, over_most=NUMBER_OR_NULL, most=COUNT
        ),
        drift=list_of(
            object_of(
                measure=TEXT, lately=NUMBER_OR_NULL, before=NUMBER_OR_NULL, answers=COUNT, alarm=TEXT_OR_NULL
            )
        ),
        events=list_of(object_of(at=TEXT, kind=TEXT, subject=TEXT, why=TEXT)),
        unreadable=list_of(TEXT), unreadable_count=COUNT,
    ),
}  # fmt: skip
