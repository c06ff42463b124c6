"""Suggestions, decisions, time entries, the trail behind them, and the week."""

from typing import Final

from hourtrail.domain.timesheet import TimesheetStatus
from hourtrail.exporters.schemas import DECISION, SUGGESTION
from hourtrail_serving.schemas.parts import (
    COUNT,
    DATE,
    DEGRADED,
    INSTANT,
    INSTANT_OR_NULL,
    MODEL,
    NEXT_CURSOR,
    REFUSED,
    STATUS,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    list_of,
    object_of,
    or_null,
    ref,
)

_WITHHELD: Final = object_of(
    block=TEXT, reason=TEXT, person=TEXT, date={"anyOf": [DATE, {"type": "null"}]}, title=TEXT,
    suggestion=TEXT_OR_NULL,
)  # fmt: skip
_TIME_ENTRY: Final = object_of(
    id=TEXT, person=TEXT, date=DATE, minutes=COUNT, client=TEXT, project=TEXT, task=TEXT, start=INSTANT_OR_NULL,
    end=INSTANT_OR_NULL, billable={"type": ["boolean", "null"]}, narrative=TEXT,
    hourly_rate={"description": "decimal string", **TEXT_OR_NULL}, currency=TEXT, status=STATUS,
    created_at=INSTANT_OR_NULL, source=TEXT, write_off_minutes=COUNT, billable_minutes={"type": ["integer", "null"]},
    suggestion=TEXT_OR_NULL, decision=TEXT_OR_NULL,
)  # fmt: skip
_APPROVAL: Final[Schema] = object_of(**{"from": STATUS, "to": STATUS, "actor": TEXT, "at": INSTANT, "note": TEXT})
_GRID_ROW: Final = object_of(
    client=TEXT, project=TEXT, task=TEXT, booked=list_of(COUNT), proposed=list_of(COUNT),
    planned_minutes={"type": ["integer", "null"]},
)  # fmt: skip

_CARRIED_OUT: Final = object_of(status={"const": 201}, decision=ref("Decision"), time_entries=list_of("TimeEntry"))
_REFUSED_ONE: Final = object_of(status={"type": "integer", "minimum": 400}, problem=ref("Problem"))

_TIMESHEET: Final = {
    "person": TEXT, "week": {"description": "its Monday", **DATE},
    "status": {"enum": [status.value for status in TimesheetStatus]}, "minutes": COUNT, "billable_minutes": COUNT,
    "days": {"description": "minutes from Monday to Sunday", **list_of(COUNT)},
    "entries": {"description": "how many of each status", "type": "object", "additionalProperties": COUNT},
}  # fmt: skip


_CANDIDATE: Final[Schema] = {
    "description": "a work item that the block may belong to, and how likely that is",
    **object_of(
        client={"description": "the client's code; empty for not_work", **TEXT},
        project={"description": "the project's code; empty for not_work", **TEXT},
        task={"description": "the task's code; `not_work` says that it is none of the work items, or no work", **TEXT},
        confidence={
            "description": "how likely it is, of all work items in question",
            "type": "number",
            "minimum": 0,
            "maximum": 1,
        },
    ),
}
_CANDIDATE["properties"] |= {
    "reasons": {"description": "what speaks for it, the strongest first; with `explain: all` alone", **list_of(TEXT)},
    "leans_on": {"description": "confirmed entries that it leans on; with `explain: all` alone", **list_of(TEXT)},
}
_CANDIDATES: Final[Schema] = {
    "description": "the ten most probable work items; empty where the firm's mode is shadow",
    **list_of("RankedCandidate"),
}


def _array_or_null(of: Schema) -> Schema:
    return {"anyOf": [list_of(of), {"type": "null"}]}


SCHEMAS: Final[dict[str, Schema]] = {
    "Suggestion": SUGGESTION,
    "Decision": DECISION,
    "Withheld": _WITHHELD,
    "TimeEntry": _TIME_ENTRY,
    "Suggestions": object_of(suggestions=list_of("Suggestion"), withheld=list_of("Withheld"), next_cursor=NEXT_CURSOR, degraded=DEGRADED),
    "Computed": object_of(
        suggestions=list_of("Suggestion"), withheld=list_of("Withheld"), created=COUNT, updated=COUNT, withdrawn=COUNT,
        totals=list_of(object_of(person=TEXT, date=DATE, working_minutes=COUNT, project_minutes=COUNT)), degraded=DEGRADED,
        week_totals=list_of(object_of(
            person=TEXT, week=DATE, suggested_minutes=COUNT, expected_booked_minutes={"type": ["integer", "null"]},
        )),
        strangers=list_of(TEXT),
    ),
    "RankedCandidate": _CANDIDATE,
    "ScoredSuggestion": {
        **SUGGESTION,
        "properties": {**SUGGESTION["properties"], "candidates": _CANDIDATES},
        "required": [*SUGGESTION["required"], "candidates"],
    },
    "Scored": object_of(
        suggestions=list_of("ScoredSuggestion"), withheld=list_of("Withheld"), refused=list_of(REFUSED), model=MODEL,
        policy=object_of(version=TEXT), as_of={"description": "null where no row could be read", **INSTANT_OR_NULL}, degraded=DEGRADED,
    ),
    "Decided": object_of(decision=ref("Decision"), time_entries=list_of("TimeEntry")),
    "DecidedBatch": object_of(results=list_of({"oneOf": [_CARRIED_OUT, _REFUSED_ONE]})),
    "Decisions": object_of(decisions=list_of("Decision"), next_cursor=NEXT_CURSOR),
    "TimeEntries": object_of(time_entries=list_of("TimeEntry"), next_cursor=NEXT_CURSOR),
    "Corrected": object_of(
        decision=ref("Decision"), time_entries=list_of("TimeEntry"),
        corrected={"description": "id of the entry that takes the place of the corrected one", **TEXT},
    ),
    "Trail": object_of(
        time_entry=ref("TimeEntry"), decision=or_null("Decision"), suggestion=or_null("Suggestion"),
        corrected={"description": "decisions that the one in force took the place of, newest first", **list_of("Decision")},
        evidence=list_of({"type": "object"}), approvals=list_of(_APPROVAL),
        findings={"description": "with their reviews; null without findings:read", **_array_or_null({"type": "object"})},
        billing={
            "description": "null without billing:read",
            "anyOf": [object_of(lines=list_of("DraftLine"), disputes=list_of({"type": "object"})), {"type": "null"}],
        },
    ),
    "TimesheetSummary": object_of(**_TIMESHEET),
    "Timesheets": object_of(timesheets=list_of("TimesheetSummary"), next_cursor=NEXT_CURSOR),
    "Timesheet": object_of(**_TIMESHEET, time_entries=list_of("TimeEntry"), blocking=list_of("Finding")),
    "Week": object_of(person=TEXT, monday=DATE, rows=list_of(_GRID_ROW)),
}  # fmt: skip
