"""A body that fits for each operation that takes one: what the hostile walk and the examples start from."""

from typing import Any, Final

from tests.serving.conftest import ADA, DANA

Body = dict[str, Any]

MEETING: Final[Body] = {
    "source": "psa", "external_id": "cal-4711", "kind": "meeting", "person": ADA, "start": "2026-03-12T09:00:00+01:00",
    "end": "2026-03-12T10:00:00+01:00", "title": "Customer portal: checkout review", "participants": ["lee@acme.example"],
    "response": "accepted",
}  # fmt: skip
COMMIT: Final[Body] = {
    "source": "psa", "external_id": "c0ffee", "kind": "commit", "person": ADA, "start": "2026-03-12T15:40:00+01:00",
    "title": "PORTAL-43 Keep the basket when the session ends", "container": "northlight/portal", "reference": "PORTAL-43",
}  # fmt: skip
ENTRY: Final[Body] = {
    "id": "psa-1", "person": ADA, "date": "2026-03-12", "minutes": 60, "client": "acme", "project": "portal", "task": "DEV",
    "start": "2026-03-12T09:00:00+01:00", "billable": True, "narrative": "Checkout review", "status": "submitted",
}  # fmt: skip
TASK: Final[Body] = {
    "client": "acme", "project": "portal", "task": "QA", "name": "Customer portal: tests", "keywords": "regression;release",
    "billable": "true", "status": "open", "contract": "C-100", "source": "psa", "external_id": "task-17",
}  # fmt: skip
EXPENSE: Final[Body] = {
    "source": "psa", "external_id": "exp-9", "person": ADA, "date": "2026-03-12", "client": "acme", "project": "portal",
    "task": "DEV", "kind": "travel", "amount": "84.50", "currency": "EUR", "description": "Train to the client",
}  # fmt: skip

BODIES: Final[dict[tuple[str, str], Body]] = {
    ("POST", "/v1/activities"): {"activities": [MEETING]},
    ("PUT", "/v1/directory/{kind}"): {"rows": [TASK]},
    ("PUT", "/v1/records/{kind}"): {"rows": [EXPENSE]},
    ("PUT", "/v1/external-ids"): {
        "rows": [{"kind": "time-entries", "id": "$entry", "source": "erp", "external_id": "T-1001"}]
    },
    ("POST", "/v1/suggestions:compute"): {"person": ADA, "from": "2026-03-09", "to": "2026-03-13"},
    ("POST", "/v1/suggestions:score"): {"activities": [COMMIT, MEETING], "as_of": "2026-03-12T18:00:00Z"},
    ("POST", "/v1/decisions"): {
        "suggestion": "$suggestion", "verdict": "edit", "actor": ADA, "minutes": 45, "project": "portal", "client": "acme",
        "task": "DEV", "narrative": "Checkout", "billable": True, "shown_at": "2026-03-13T17:00:00Z",
    },
    ("POST", "/v1/decisions:batch"): {
        "actor": ADA, "atomic": False, "bulk": False,
        "decisions": [{"suggestion": "$other", "verdict": "accept"}],
    },
    ("POST", "/v1/decisions/{decision}:undo"): {"actor": ADA, "reason_code": "wrong_day", "note": "It was Tuesday"},
    ("PATCH", "/v1/time-entries/{entry}"): {"actor": ADA, "minutes": 50, "narrative": "Checkout review with Lee"},
    ("POST", "/v1/time-entries/{entry}/status"): {"status": "submitted", "actor": ADA, "note": ""},
    ("POST", "/v1/timesheets/{person}/{week}:submit"): {"actor": ADA, "note": ""},
    ("POST", "/v1/timesheets/{person}/{week}:recall"): {"actor": ADA, "note": "One entry is missing"},
    ("POST", "/v1/timesheets/{person}/{week}:approve"): {"note": "Thanks"},
    ("POST", "/v1/timesheets/{person}/{week}:reject"): {"note": "Please name the ticket on Tuesday"},
    ("POST", "/v1/findings/{finding}/reviews"): {"kind": "note", "note": "Asked the team lead", "shown_at": "2026-03-13T17:00:00Z"},
    ("POST", "/v1/findings:clear"): {"from": "2026-04-13", "to": "2026-04-19"},
    ("POST", "/v1/checks"): {
        "entries": [ENTRY, {**ENTRY, "id": "psa-2"}], "grain": "day", "as_of": "2026-03-13", "only": ["duplicate_entry"],
        "scores": False,
    },
    ("PUT", "/v1/mode"): {"mode": "shadow", "reason": "the new team starts on Monday"},
    ("POST", "/v1/auto-post:propose"): {
        "most_amount": "400.00", "currency": "EUR", "most_minutes": 240, "reason": "less clicking", "last_day": "$soon",
    },
    ("POST", "/v1/auto-post/{order}:enable"): {"reason": "agreed with the works council"},
    ("POST", "/v1/auto-post:stop"): {"reason": "wrong client on Friday"},
    ("POST", "/v1/audit:verify"): {"expect": ""},
    ("POST", "/v1/people/{person}:erase"): {"reason": "left the firm", "request": "R-7"},
    ("PUT", "/v1/settings"): {"settings": {"brand": {"product": "Northlight hours"}}, "reason": "the firm's own name"},
}  # fmt: skip
"""``$name`` stands for what only a filled store can tell."""

FORMS: Final[dict[tuple[str, str], Body]] = {
    ("POST", "/v1/oauth/token"): {"grant_type": "client_credentials", "client_id": "psa", "client_secret": "hts_none"},
    ("POST", "/day/decide"): {
        "suggestion": "$suggestion", "verdict": "defer", "as": ADA, "person": ADA, "date": "2026-03-03", "revision": "1",
        "shown_at": "2026-03-03T18:00:00Z",
    },
}  # fmt: skip

PATHS: Final[dict[str, str]] = {
    "kind": "tasks", "name": "acme", "suggestion": "$suggestion", "decision": "$decision", "entry": "$entry", "person": ADA,
    "date": "2026-03-03", "week": "2026-03-02", "finding": "$finding", "order": "$order", "policy": "approval_routing", "event": "1",
    "draft": "$draft", "tenant": "northlight", "firm": "northlight",
}  # fmt: skip
BOSS: Final = DANA
