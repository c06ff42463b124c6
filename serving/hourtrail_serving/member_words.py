"""What the document says of topics, schemas and members that do not say it themselves: by name, where a name means one thing.

A member whose name means something else elsewhere says so in its own schema, which goes before what stands here.
"""

from collections.abc import Collection
from typing import Any, Final

from hourtrail_serving.schemas.parts import Schema

SERVERS: Final[list[Schema]] = [{"url": "/", "description": "the server that this document was read from"}]

TAGS: Final[dict[str, str]] = {
    "activities": "What sources saw of people's work: meetings, commits, tickets, mail. Only their owner reads them.",
    "directory": "People, clients, projects, tasks, assignments, contracts and rate cards, by the ids of the system that keeps them.",
    "records": "Expenses, payments and invoices, and what other systems call a record.",
    "usage": "How much was taken in, suggested, scored, decided, checked and billed, by day.",
    "suggestions": "What the model proposes for each block of work, with evidence, confidence, band and reasons.",
    "decisions": "What a person said of a suggestion: logged for ever, with everything that was shown.",
    "time entries": "What was booked, how it moves from draft to invoiced, and everything behind it.",
    "timesheets": "A person's week: submitted, recalled, approved or rejected as a whole.",
    "findings": "What the checks found and people have to look at, and the checks without storing anything.",
    "confidence": "How far confidence is true for the firm: thresholds, gates, circuit breaker, and the mode.",
    "models": "Which model serves what, since when, and its card.",
    "auto-post": "Standing orders by which entries submit themselves: off unless two people put one in force.",
    "policies": "The rules of a firm as they are in force, with version and digest.",
    "audit": "The chained log of everything that was done, to be read, exported and verified.",
    "privacy": "What is held about a person, to be exported or erased.",
    "billing": "Drafts of invoices and disputes, to be read.",
    "accounts": "Who asks, who may sign in, and access tokens for programs.",
    "tenants": "The firms of an installation and their settings.",
    "health": "Whether the process lives and is ready.",
}

SCHEMA_WORDS: Final[dict[str, str]] = {
    "Suggestion": "What the model proposes for one block of a person's work, and how sure it is.",
    "ScoredSuggestion": "A suggestion that was not stored, with the most probable work items.",
    "Decision": "What a person said of a suggestion, and everything that they were shown. Never changed: a later one supersedes it.",
    "Withheld": "A block that nothing was proposed for, and why.",
    "TimeEntry": "Time that was booked for a person on a work item.",
    "Problem": "Why a request was refused (RFC 9457).",
    "Trail": "Everything behind one time entry, from what was seen of the work to what was billed.",
    "Timesheet": "A person's week with its entries.",
    "TimesheetSummary": "A person's week in numbers.",
    "Finding": "Something about an entry, a person or a week that a check noticed.",
    "Dispute": "A client's objection to a line or an entry, and who owns it.",
    "Draft": "An invoice before it is posted, with its lines.",
    "DraftLine": "One line of a draft: time, a milestone or an expense, with its rate and why.",
    "DecisionRequest": "What a person says of a suggestion.",
    "PartBody": "One part of a block that is split over several work items.",
    "Scored": "The suggestions of activities that were not stored.",
    "AccessToken": "A token for a program (RFC 6749, 5.1).",
    "TokenError": "Why no token was given (RFC 6749, 5.2).",
}

MEMBER_WORDS: Final[dict[str, str]] = {
    "activity": "the activity's source and its id there",
    "actor": "who did it: a person, or the program that carried their word",
    "after": "what was booked",
    "alternatives": "what was shown to choose from, the most probable first",
    "as_of": "what was known by then counts; null where no activity told a time",
    "audit": "whether the blind audit's lot kept it back",
    "band": "how the answer is put: prefill, suggest, ask (out of at most three) or withhold",
    "basis": "the labels that the threshold rests on",
    "before": "what was proposed",
    "billable": "whether it is billed to the client; null where nobody has said",
    "billable_minutes": "minutes that are billed after the contract's rounding; set by the server",
    "billable_probability": "how likely it is billable, 0 to 1",
    "client": "the client's code in the directory; empty where none is assigned",
    "confidence": "how likely the answer is right, 0 to 1; what it is worth for the firm, GET /v1/confidence says",
    "created_at": "when it was booked; set by the server",
    "currency": "three letters of ISO 4217; empty where there is no price",
    "date": "the local work date",
    "decided_at": "when the server took the decision",
    "decision": "the decision that booked it; null for imported time",
    "digest": "SHA-256 of it, by which a change is noticed",
    "end": "when it ended; null where only the minutes are known",
    "evidence": "the activities that the minutes come from, with how many each gives and why",
    "evidence_minutes": "minutes that activities show; what was added for the time around them is in suggested_minutes",
    "hourly_rate": "price of an hour as a decimal text; null where no rate card says it",
    "field": "the member that cannot be read; null where it is the row",
    "file": "the table of the row",
    "high": "the upper end in minutes",
    "id": "its stable id; set by the server",
    "index": "the place of the row in the request, from 0",
    "kind": "which kind it is",
    "line": "the line of a file; null for rows of a request",
    "low": "the lower end in minutes",
    "leans_on": "ids of the confirmed entries that the answer leans on most",
    "minutes": "how many minutes",
    "model": "the model that answered, by name, version and digest",
    "name": "its name, for people",
    "narrative": "the words that the client reads on the invoice",
    "next_cursor": "opaque; null on the last page",
    "note": "free words for whoever reads the log",
    "parts": "with the verdict split: the work items and minutes that the block is divided into",
    "person": "whose time it is: their id in the directory",
    "policy": "the policy that routed the answer, by its version",
    "project": "the project's code in the directory; empty where none is assigned",
    "propensity": "how likely it was that this was shown rather than kept back for the blind audit, 0 to 1",
    "reason": "why it cannot be read, and what to do",
    "reason_code": "why, as one of the firm's codes; empty where none was chosen",
    "reasons": "why this answer, in sentences, the strongest first",
    "revision": "counts up with each change of the suggestion",
    "rounding": "how billable minutes come from the suggested ones, in words",
    "routing": "why it went into its band: each threshold that was asked, then policy, mode, gate and circuit breaker",
    "salt": "makes the digests of this decision's evidence comparable with nothing else",
    "seconds": "between showing and deciding; null where it was not told when it was shown",
    "refused": "rows that cannot be read; the others are scored",
    "share": "how often the truth lies inside, 0 to 1",
    "shown": "everything that the person saw, in that order",
    "shown_at": "when the person was shown the suggestion",
    "source": "which system it comes from",
    "start": "when it began, with offset; null where only the minutes are known",
    "status": "where it stands",
    "suggested_minutes": "minutes that are proposed to be booked",
    "suggestions": "one for each block of work, in the order of their times",
    "suggestion": "the id of the suggestion that it answers",
    "supersedes": "the decision that this one takes the place of; null for a first one",
    "target_precision": "the share of right answers that the threshold aims at, 0 to 1",
    "task": "the task's code in the directory; empty where the project has none",
    "threshold": "the threshold that put it into its band, with what it aims at and rests on",
    "time_entries": "the entries, as they stand",
    "unshown": "the answer that was kept back from the person, and in which band it would have been",
    "value": "the confidence from which on the band holds, 0 to 1",
    "verdict": "accept, edit, split, reject, not_work, defer, undo, or time that was added by hand",
    "version": "which version of it",
    "weight": "how much the piece of evidence counts, 0 to 1",
    "why": "in a sentence",
    "withheld": "blocks that nothing was proposed for, with the reason",
    "write_off_minutes": "minutes that are not billed though they are billable",
    "zone": "the IANA time zone of the local work date",
}

CORE: Final = (
    "DecisionRequest", "PartBody", "Suggestion", "ScoredSuggestion", "RankedCandidate", "Decision", "TimeEntry", "Scored",
)  # fmt: skip
"""The schemas that a program meets first; in these ``MEMBER_WORDS`` hold."""

EVERYWHERE: Final = {"actor", "client", "currency", "digest", "next_cursor", "note", "person", "project", "task"}
"""Members that mean the same wherever they stand."""

PARAMETER_WORDS: Final[dict[str, str]] = {
    "limit": "rows on one page",
    "person": "whose it is: their id in the directory",
}


def describe(document: Schema) -> None:
    """Put the words into a document that has none of its own there."""
    used = {tag for item in document["paths"].values() for one in item.values() for tag in one.get("tags", ())}
    document["tags"] = [{"name": name, "description": words} for name, words in TAGS.items() if name in used]
    document["servers"] = SERVERS
    for name, schema in document["components"]["schemas"].items():
        if name in SCHEMA_WORDS:
            schema.setdefault("description", SCHEMA_WORDS[name])
        _members(schema, set(MEMBER_WORDS) if name in CORE else EVERYWHERE)
    for item in document["paths"].values():
        for one in item.values():
            for row in one.get("parameters", ()):
                if row["name"] in PARAMETER_WORDS:
                    row.setdefault("description", PARAMETER_WORDS[row["name"]])


def _members(value: Any, names: Collection[str]) -> None:
    """Those of every object inside ``value``, however deep, that have one of these names."""
    if isinstance(value, list):
        for one in value:
            _members(one, names)
    elif isinstance(value, dict):
        properties = value.get("properties")
        if isinstance(properties, dict):
            for name, one in properties.items():
                if name in names and isinstance(one, dict):
                    one.setdefault("description", MEMBER_WORDS[name])
        for one in value.values():
            _members(one, names)
