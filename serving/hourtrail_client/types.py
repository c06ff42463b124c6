"""Bodies of requests and answers. Written by hourtrail_serving.client_writer; do not edit."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class ActBody(TypedDict):
    """
    Who does it, and why.
    """

    actor: NotRequired[str]
    """
    the person who says so: left out by whoever is signed in, named by a program that carries it
    """
    note: NotRequired[str]
    """
    logged with it; a rejection needs one
    """


class ActivitiesRequest(TypedDict):
    """
    What a source saw.
    """

    activities: list[dict[str, Any]]
    """
    rows of activities.schema.json
    """


OnlyItem: TypeAlias = str


ClearBody = TypedDict(
    "ClearBody",
    {
        "from": str,
        "to": str,
        "actor": NotRequired[str],
        "person": NotRequired[str | None],
        "expected": NotRequired[int | None],
        "shown_at": NotRequired[str | None],
    },
)


ComputeRequest = TypedDict(
    "ComputeRequest",
    {
        "person": str,
        "from": str,
        "to": str,
    },
)


class CorrectionBody(TypedDict):
    """
    What is to be different; what is left out stays. An empty narrative clears it.
    """

    actor: NotRequired[str]
    """
    left out by whoever is signed in
    """
    client: NotRequired[str]
    """
    the client's code in the directory; empty where none is assigned
    """
    project: NotRequired[str]
    """
    the project's code in the directory; empty where none is assigned
    """
    task: NotRequired[str]
    """
    the task's code in the directory; empty where the project has none
    """
    minutes: NotRequired[int | None]
    narrative: NotRequired[str | None]
    billable: NotRequired[bool | None]
    reason_code: NotRequired[str]
    note: NotRequired[str]
    """
    free words for whoever reads the log
    """


DirectoryKind: TypeAlias = Literal[
    "people",
    "clients",
    "projects",
    "tasks",
    "assignments",
    "contracts",
    "rate-cards",
    "holidays",
    "periods",
    "milestones",
    "tax-rates",
]
"""
A kind of the directory, by the word of its data contract.
"""


class DirectoryRequest(TypedDict):
    """
    Rows of one kind.
    """

    rows: list[dict[str, Any]]
    """
    rows of the kind's schema in data/contracts
    """


DraftStatus: TypeAlias = Literal["open", "posted", "withdrawn"]
"""
Where a draft stands.
"""


class ErasureRequest(TypedDict):
    """
    Why, by which request of the person, and the token of the answer that said what would go.
    """

    reason: str
    request: NotRequired[str]
    confirm: NotRequired[str]
    actor: NotRequired[str]
    """
    left out by whoever is signed in
    """


Grain: TypeAlias = Literal["day", "week"]
"""
What one date in the file stands for.
"""


Mode: TypeAlias = Literal["shadow", "suggest", "prefill"]
"""
How far a tenant lets the model go. A tenant moves up only on measured precision, by a named person.
"""


class ModeRequest(TypedDict):
    """
    Which mode, and why.
    """

    mode: Mode
    reason: str
    actor: NotRequired[str]
    """
    left out by whoever is signed in
    """


NextStatus: TypeAlias = Literal["draft", "submitted", "approved", "rejected"]
"""
Where a person may move an entry; draft recalls it. Invoicing is an exporter's business.
"""


class OrderRequest(TypedDict):
    """
    What an entry may be worth and how long it may be, and until when the order stands.
    """

    most_amount: str
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """
    most_minutes: int
    last_day: str
    """
    a day in UTC, included; at most 180 days from now
    """
    reason: str
    actor: NotRequired[str]
    """
    left out by whoever is signed in
    """


class PartBody(TypedDict):
    """
    One part of what is booked; empty fields keep what was suggested.
    """

    minutes: NotRequired[int | None]
    """
    how many minutes
    """
    client: NotRequired[str]
    """
    the client's code in the directory; empty where none is assigned
    """
    project: NotRequired[str]
    """
    the project's code in the directory; empty where none is assigned
    """
    task: NotRequired[str]
    """
    the task's code in the directory; empty where the project has none
    """


RecordKind: TypeAlias = Literal["expenses", "payments"]
"""
A kind of record, by the word of its data contract.
"""


ReferredKind: TypeAlias = Literal["time-entries", "invoices"]
"""
Records of ours that other systems have ids for.
"""


ReviewKind: TypeAlias = Literal["true_issue", "acceptable", "false_alarm", "assign", "escalate", "note", "undo"]
"""
One act of a person on a finding.
"""


class ScoreRequest(TypedDict):
    """
    Activities of the activity contract and, if they shall replace the store's, rows of the master data contracts.
    """

    activities: list[dict[str, Any]]
    """
    rows of activities.schema.json
    """
    tasks: NotRequired[list[dict[str, Any]]]
    """
    rows of tasks.schema.json
    """
    assignments: NotRequired[list[dict[str, Any]]]
    """
    rows of assignments.schema.json
    """
    people: NotRequired[list[dict[str, Any]]]
    """
    rows of people.schema.json
    """
    contracts: NotRequired[list[dict[str, Any]]]
    """
    rows of contracts.schema.json
    """
    as_of: NotRequired[str | None]
    """
    what was known by then counts; default: the end of the latest activity
    """
    explain: NotRequired[Literal["first", "all"]]
    """
    `first` gives reasons for the answer of each block; `all` for each of its candidates too, with the entries that it leans on, for at most 200 activities at once
    """


class SettingsBody(TypedDict):
    """
    A whole settings document; what it leaves out has its default, but what only the operator says stays as it is.
    """

    settings: dict[str, Any]
    """
    as `GET /v1/settings` tells it
    """
    reason: NotRequired[str]
    """
    why; kept in the audit trail
    """


class StatusRequest(TypedDict):
    """
    One move of an entry.
    """

    status: NextStatus
    actor: NotRequired[str]
    """
    the person who moves it: left out by whoever is signed in, named by a program that carries it
    """
    note: NotRequired[str]
    """
    free words for whoever reads the log
    """


SuggestionStatus: TypeAlias = Literal["open", "withdrawn", "decided"]
"""
Open until a person decides or the evidence goes away.
"""


TimesheetStatus: TypeAlias = Literal["empty", "rejected", "draft", "submitted", "approved", "invoiced"]
"""
Where a timesheet stands, by the entry of it that is furthest from being billed.
"""


class UndoRequest(TypedDict):
    """
    Taking a decision back; it stays in the log, and the undo beside it.
    """

    actor: NotRequired[str]
    """
    left out by whoever is signed in
    """
    reason_code: NotRequired[str]
    note: NotRequired[str]
    """
    free words for whoever reads the log
    """


UsageForm: TypeAlias = Literal["json", "csv"]
"""
How it is told.
"""


Verdict: TypeAlias = Literal["accept", "edit", "reject", "defer", "split", "not_work", "added_by_hand", "undo"]
"""
What the person said.
"""


class VerifyRequest(TypedDict):
    """
    A head that was printed or read earlier, to be looked for in the trail of today.
    """

    expect: NotRequired[str]
    """
    SEQUENCE:DIGEST, noted earlier
    """


class WordRequest(TypedDict):
    """
    Why.
    """

    reason: str
    actor: NotRequired[str]
    """
    left out by whoever is signed in
    """


class RefusedItem(TypedDict):
    file: str
    line: int | None
    index: int | None
    field: str | None
    reason: str


class Ingested(TypedDict):
    read: int
    created: int
    updated: int
    unchanged: int
    withdrawn: int
    refused: list[RefusedItem]
    """
    rows that were not kept, each with its index
    """
    by_kind: dict[str, int]
    dropped: dict[str, int]
    """
    by privacy rule, never what
    """
    redacted: dict[str, int]
    seconds: float


class Activities(TypedDict):
    activities: list[dict[str, Any]]
    """
    rows of activities.schema.json
    """
    next_cursor: str | None
    """
    opaque; null on the last page
    """


class WithdrawnActivities(TypedDict):
    withdrawn: list[str]
    """
    external ids
    """


class Reference(TypedDict):
    source: str
    external_id: str


class DirectoryRow(TypedDict):
    """
    a row of the kind's schema in data/contracts; what is not said is null
    """

    id: str
    """
    stable as long as its codes are
    """
    source: str | None
    """
    as the row was told last
    """
    external_id: str | None
    references: list[Reference]
    """
    what each other system calls it
    """
    extra: dict[str, str]
    """
    unknown columns
    """


class RemovedRow(TypedDict):
    kind: str
    id: str


class UsageItem(TypedDict):
    day: str
    workflow: str
    unit: str
    count: int


class Total(TypedDict):
    workflow: str
    unit: str
    count: int


Usage = TypedDict(
    "Usage",
    {
        "tenant": str,
        "from": str,
        "to": str,
        "usage": list[UsageItem],
        "totals": list[Total],
    },
)


class RecordRow(TypedDict):
    """
    a row of the kind's schema in data/contracts; one by its id has what was told before in `before`
    """

    id: str
    """
    stable for ever
    """
    source: str
    external_id: str
    amount: str
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """
    told: int
    """
    how often it was told
    """
    told_at: str
    told_by: str


class Records(TypedDict):
    rows: list[RecordRow]
    next_cursor: str | None
    """
    opaque; null on the last page
    """


class ExternalId(TypedDict):
    kind: str
    id: str
    source: str
    external_id: str


class ExternalIds(TypedDict):
    external_ids: list[ExternalId]


class DirectoryRows(TypedDict):
    rows: list[DirectoryRow]
    next_cursor: str | None
    """
    opaque; null on the last page
    """


class Threshold(TypedDict):
    """
    the threshold that put it into its band, with what it aims at and rests on
    """

    band: Literal["prefill", "suggest", "ask", "withhold"]
    """
    how the answer is put: prefill, suggest, ask (out of at most three) or withhold
    """
    value: float
    """
    the confidence from which on the band holds, 0 to 1
    """
    target_precision: float
    """
    the share of right answers that the threshold aims at, 0 to 1
    """
    basis: str
    """
    the labels that the threshold rests on
    """


class Alternative(TypedDict):
    client: str
    """
    the client's code in the directory; empty where none is assigned
    """
    project: str
    """
    the project's code in the directory; empty where none is assigned
    """
    task: str
    """
    the task's code in the directory; empty where the project has none
    """
    confidence: float
    """
    how likely the answer is right, 0 to 1; what it is worth for the firm, GET /v1/confidence says
    """


class EvidenceItem(TypedDict):
    activity: str
    """
    <source>:<external_id>
    """
    kind: Literal[
        "meeting", "call", "commit", "review", "ticket", "message", "email", "document", "focus", "travel", "absence"
    ]
    """
    which kind it is
    """
    minutes: int
    """
    how many minutes
    """
    weight: float
    """
    how much the piece of evidence counts, 0 to 1
    """
    why: str
    """
    in a sentence
    """


class Model(TypedDict):
    """
    the model that answered, by name, version and digest
    """

    name: str
    """
    its name, for people
    """
    version: str
    """
    which version of it
    """
    digest: str
    """
    SHA-256 of it, by which a change is noticed
    """


class Policy(TypedDict):
    """
    the policy that routed the answer, by its version
    """

    version: str
    """
    which version of it
    """


class MinutesInterval(TypedDict):
    """
    within which minutes such work is booked, in that share of cases
    """

    low: int
    """
    the lower end in minutes
    """
    high: int
    """
    the upper end in minutes
    """
    share: float
    """
    how often the truth lies inside, 0 to 1
    """


class Suggestion(TypedDict):
    """
    What the model proposes for one block of a person's work, and how sure it is.
    """

    id: str
    """
    its stable id; set by the server
    """
    person: str
    """
    whose time it is: their id in the directory
    """
    date: str
    """
    local work date
    """
    start: str
    """
    when it began, with offset; null where only the minutes are known
    """
    end: str
    """
    when it ended; null where only the minutes are known
    """
    zone: NotRequired[str]
    """
    IANA name of the person's zone
    """
    evidence_minutes: int
    """
    what was seen
    """
    suggested_minutes: int
    """
    what is proposed as worked
    """
    billable_minutes: int
    """
    what the contract bills, after its rounding
    """
    rounding: NotRequired[str]
    """
    the contract's rounding in words
    """
    client: str
    """
    the client's code in the directory; empty where none is assigned
    """
    project: str
    """
    the project's code in the directory; empty where none is assigned
    """
    task: str
    """
    the task's code in the directory; empty where the project has none
    """
    billable: bool
    """
    whether it is billed to the client; null where nobody has said
    """
    billable_probability: NotRequired[float | None]
    """
    how likely it is billable, 0 to 1
    """
    narrative: str
    """
    the words that the client reads on the invoice
    """
    confidence: float
    """
    probability that the work item is right
    """
    band: Literal["prefill", "suggest", "ask", "withhold"]
    """
    how the answer is put: prefill, suggest, ask (out of at most three) or withhold
    """
    threshold: Threshold
    """
    the threshold that put it into its band, with what it aims at and rests on
    """
    alternatives: list[Alternative]
    """
    everything shown, in the order shown
    """
    evidence: list[EvidenceItem]
    """
    the activities that the minutes come from, with how many each gives and why
    """
    reasons: list[str]
    """
    in words
    """
    leans_on: NotRequired[list[str]]
    """
    ids of the past entries that speak for it
    """
    model: Model | None
    """
    the model that answered, by name, version and digest
    """
    policy: Policy
    """
    the policy that routed the answer, by its version
    """
    status: Literal["open", "withdrawn", "decided"]
    """
    where it stands
    """
    revision: int
    """
    counts up with each change of the suggestion
    """
    minutes_interval: NotRequired[MinutesInterval]
    """
    within which minutes such work is booked, in that share of cases
    """
    routing: NotRequired[list[str]]
    """
    why it went into its band: each threshold asked, then policy, mode, gate and breaker of that moment
    """


class Before(TypedDict):
    """
    the suggestion as a booking; null when it was unassigned
    """

    client: str
    """
    the client's code in the directory; empty where none is assigned
    """
    project: str
    """
    the project's code in the directory; empty where none is assigned
    """
    task: str
    """
    the task's code in the directory; empty where the project has none
    """
    minutes: int
    """
    how many minutes
    """
    billable: bool
    """
    whether it is billed to the client; null where nobody has said
    """
    narrative: str
    """
    the words that the client reads on the invoice
    """


class After(TypedDict):
    """
    what was booked: one booking, a list for a split, null for none
    """

    client: str
    """
    the client's code in the directory; empty where none is assigned
    """
    project: str
    """
    the project's code in the directory; empty where none is assigned
    """
    task: str
    """
    the task's code in the directory; empty where the project has none
    """
    minutes: int
    """
    how many minutes
    """
    billable: bool
    """
    whether it is billed to the client; null where nobody has said
    """
    narrative: str
    """
    the words that the client reads on the invoice
    """


class AfterItem(TypedDict):
    client: str
    """
    the client's code in the directory; empty where none is assigned
    """
    project: str
    """
    the project's code in the directory; empty where none is assigned
    """
    task: str
    """
    the task's code in the directory; empty where the project has none
    """
    minutes: int
    """
    how many minutes
    """
    billable: bool
    """
    whether it is billed to the client; null where nobody has said
    """
    narrative: str
    """
    the words that the client reads on the invoice
    """


class ShownItem(TypedDict):
    client: str
    """
    the client's code in the directory; empty where none is assigned
    """
    project: str
    """
    the project's code in the directory; empty where none is assigned
    """
    task: str
    """
    the task's code in the directory; empty where the project has none
    """
    confidence: float
    """
    how likely the answer is right, 0 to 1; what it is worth for the firm, GET /v1/confidence says
    """


class Unshown(TypedDict):
    """
    the answer that was kept back; null when what was shown was all there was
    """

    client: str
    """
    the client's code in the directory; empty where none is assigned
    """
    project: str
    """
    the project's code in the directory; empty where none is assigned
    """
    task: str
    """
    the task's code in the directory; empty where the project has none
    """
    confidence: float
    """
    how likely the answer is right, 0 to 1; what it is worth for the firm, GET /v1/confidence says
    """
    band: Literal["prefill", "suggest", "ask", "withhold"]
    """
    how the answer is put: prefill, suggest, ask (out of at most three) or withhold
    """
    audit: bool
    """
    whether the blind audit's lot kept it back
    """


class EvidenceItem1(TypedDict):
    activity: str
    """
    source:external_id; empty where the person was erased
    """
    kind: Literal[
        "meeting", "call", "commit", "review", "ticket", "message", "email", "document", "focus", "travel", "absence"
    ]
    """
    which kind it is
    """
    minutes: int
    """
    how many minutes
    """
    weight: float
    """
    how much the piece of evidence counts, 0 to 1
    """
    digest: str
    """
    SHA-256 of it, by which a change is noticed
    """


class Decision(TypedDict):
    """
    What a person said of a suggestion, and everything that they were shown. Never changed: a later one supersedes it.
    """

    id: str
    """
    its stable id; set by the server
    """
    suggestion: str
    """
    the id of the suggestion that it answers
    """
    verdict: Literal["accept", "edit", "reject", "defer", "split", "not_work", "added_by_hand", "undo"]
    """
    accept, edit, split, reject, not_work, defer, undo, or time that was added by hand
    """
    before: Before | None
    """
    the suggestion as a booking; null when it was unassigned
    """
    after: After | list[AfterItem] | None
    """
    what was booked: one booking, a list for a split, null for none
    """
    reason_code: str
    """
    why, as one of the firm's codes; empty where none was chosen
    """
    note: str
    """
    free words for whoever reads the log
    """
    actor: str
    """
    the person who decided
    """
    decided_at: str
    """
    when the server took the decision
    """
    shown_at: str | None
    """
    when the person was shown the suggestion
    """
    shown: list[ShownItem]
    """
    all alternatives in the order shown
    """
    propensity: float
    """
    probability with which it was drawn what was shown, or kept back for the blind audit
    """
    seconds: float | None
    """
    from showing to deciding
    """
    confidence: NotRequired[float | None]
    """
    how likely the answer is right, 0 to 1; what it is worth for the firm, GET /v1/confidence says
    """
    threshold: NotRequired[dict[str, Any] | None]
    """
    the threshold that put it into its band, with what it aims at and rests on
    """
    unshown: NotRequired[Unshown | None]
    """
    the answer that was kept back; null when what was shown was all there was
    """
    model: Model | None
    """
    the model that answered, by name, version and digest
    """
    policy: Policy | None
    """
    the policy that routed the answer, by its version
    """
    supersedes: str | None
    """
    id of the decision that this one replaces
    """
    evidence: NotRequired[list[EvidenceItem1]]
    """
    what the decision rested on; the digest of each activity as it was then, empty where it was gone
    """
    salt: NotRequired[str]
    """
    what the digests of its evidence are made with, besides the tenant's key
    """


class Withheld(TypedDict):
    """
    A block that nothing was proposed for, and why.
    """

    block: str
    reason: str
    person: str
    """
    whose time it is: their id in the directory
    """
    date: str | None
    title: str
    suggestion: str | None


class TimeEntry(TypedDict):
    """
    Time that was booked for a person on a work item.
    """

    id: str
    """
    its stable id; set by the server
    """
    person: str
    """
    whose time it is: their id in the directory
    """
    date: str
    """
    the local work date
    """
    minutes: int
    """
    how many minutes
    """
    client: str
    """
    the client's code in the directory; empty where none is assigned
    """
    project: str
    """
    the project's code in the directory; empty where none is assigned
    """
    task: str
    """
    the task's code in the directory; empty where the project has none
    """
    start: str | None
    """
    when it began, with offset; null where only the minutes are known
    """
    end: str | None
    """
    when it ended; null where only the minutes are known
    """
    billable: bool | None
    """
    whether it is billed to the client; null where nobody has said
    """
    narrative: str
    """
    the words that the client reads on the invoice
    """
    hourly_rate: str | None
    """
    decimal string
    """
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """
    status: Literal["draft", "submitted", "approved", "rejected", "invoiced"]
    """
    where it stands
    """
    created_at: str | None
    """
    when it was booked; set by the server
    """
    source: str
    """
    which system it comes from
    """
    write_off_minutes: int
    """
    minutes that are not billed though they are billable
    """
    billable_minutes: int | None
    """
    minutes that are billed after the contract's rounding; set by the server
    """
    suggestion: str | None
    """
    the id of the suggestion that it answers
    """
    decision: str | None
    """
    the decision that booked it; null for imported time
    """


class Suggestions(TypedDict):
    suggestions: list[Suggestion]
    withheld: list[Withheld]
    next_cursor: str | None
    """
    opaque; null on the last page
    """
    degraded: str | None
    """
    why rules answer instead of the model; null when the model does
    """


class Total1(TypedDict):
    person: str
    """
    whose time it is: their id in the directory
    """
    date: str
    working_minutes: int
    project_minutes: int


class WeekTotal(TypedDict):
    person: str
    """
    whose time it is: their id in the directory
    """
    week: str
    suggested_minutes: int
    expected_booked_minutes: int | None


class Computed(TypedDict):
    suggestions: list[Suggestion]
    withheld: list[Withheld]
    created: int
    updated: int
    withdrawn: int
    totals: list[Total1]
    degraded: str | None
    """
    why rules answer instead of the model; null when the model does
    """
    week_totals: list[WeekTotal]
    strangers: list[str]


class RankedCandidate(TypedDict):
    """
    a work item that the block may belong to, and how likely that is
    """

    client: str
    """
    the client's code; empty for not_work
    """
    project: str
    """
    the project's code; empty for not_work
    """
    task: str
    """
    the task's code; `not_work` says that it is none of the work items, or no work
    """
    confidence: float
    """
    how likely it is, of all work items in question
    """
    reasons: NotRequired[list[str]]
    """
    what speaks for it, the strongest first; with `explain: all` alone
    """
    leans_on: NotRequired[list[str]]
    """
    confirmed entries that it leans on; with `explain: all` alone
    """


class EvidenceItem2(TypedDict):
    activity: str
    """
    <source>:<external_id>
    """
    kind: Literal[
        "meeting", "call", "commit", "review", "ticket", "message", "email", "document", "focus", "travel", "absence"
    ]
    """
    which kind it is
    """
    minutes: int
    """
    how many minutes
    """
    weight: float
    """
    how much the piece of evidence counts, 0 to 1
    """
    why: str
    """
    in a sentence
    """


class ScoredSuggestion(TypedDict):
    """
    A suggestion that was not stored, with the most probable work items.
    """

    id: str
    """
    its stable id; set by the server
    """
    person: str
    """
    whose time it is: their id in the directory
    """
    date: str
    """
    local work date
    """
    start: str
    """
    when it began, with offset; null where only the minutes are known
    """
    end: str
    """
    when it ended; null where only the minutes are known
    """
    zone: NotRequired[str]
    """
    IANA name of the person's zone
    """
    evidence_minutes: int
    """
    what was seen
    """
    suggested_minutes: int
    """
    what is proposed as worked
    """
    billable_minutes: int
    """
    what the contract bills, after its rounding
    """
    rounding: NotRequired[str]
    """
    the contract's rounding in words
    """
    client: str
    """
    the client's code in the directory; empty where none is assigned
    """
    project: str
    """
    the project's code in the directory; empty where none is assigned
    """
    task: str
    """
    the task's code in the directory; empty where the project has none
    """
    billable: bool
    """
    whether it is billed to the client; null where nobody has said
    """
    billable_probability: NotRequired[float | None]
    """
    how likely it is billable, 0 to 1
    """
    narrative: str
    """
    the words that the client reads on the invoice
    """
    confidence: float
    """
    probability that the work item is right
    """
    band: Literal["prefill", "suggest", "ask", "withhold"]
    """
    how the answer is put: prefill, suggest, ask (out of at most three) or withhold
    """
    threshold: Threshold
    """
    the threshold that put it into its band, with what it aims at and rests on
    """
    alternatives: list[Alternative]
    """
    everything shown, in the order shown
    """
    evidence: list[EvidenceItem2]
    """
    the activities that the minutes come from, with how many each gives and why
    """
    reasons: list[str]
    """
    in words
    """
    leans_on: NotRequired[list[str]]
    """
    ids of the past entries that speak for it
    """
    model: Model | None
    """
    the model that answered, by name, version and digest
    """
    policy: Policy
    """
    the policy that routed the answer, by its version
    """
    status: Literal["open", "withdrawn", "decided"]
    """
    where it stands
    """
    revision: int
    """
    counts up with each change of the suggestion
    """
    minutes_interval: NotRequired[MinutesInterval]
    """
    within which minutes such work is booked, in that share of cases
    """
    routing: NotRequired[list[str]]
    """
    why it went into its band: each threshold asked, then policy, mode, gate and breaker of that moment
    """
    candidates: list[RankedCandidate]
    """
    the ten most probable work items; empty where the firm's mode is shadow
    """


class RefusedItem1(TypedDict):
    file: str
    """
    the table of the row
    """
    line: int | None
    """
    the line of a file; null for rows of a request
    """
    index: int | None
    """
    the place of the row in the request, from 0
    """
    field: str | None
    """
    the member that cannot be read; null where it is the row
    """
    reason: str
    """
    why it cannot be read, and what to do
    """


class Scored(TypedDict):
    """
    The suggestions of activities that were not stored.
    """

    suggestions: list[ScoredSuggestion]
    """
    one for each block of work, in the order of their times
    """
    withheld: list[Withheld]
    """
    blocks that nothing was proposed for, with the reason
    """
    refused: list[RefusedItem1]
    """
    rows that cannot be read; the others are scored
    """
    model: Model
    """
    the model that answered, by name, version and digest
    """
    policy: Policy
    """
    the policy that routed the answer, by its version
    """
    as_of: str | None
    """
    null where no row could be read
    """
    degraded: str | None
    """
    why rules answer instead of the model; null when the model does
    """


class Decided(TypedDict):
    decision: Decision
    time_entries: list[TimeEntry]


class Results(TypedDict):
    status: Literal[201]
    decision: Decision
    time_entries: list[TimeEntry]


class Decisions(TypedDict):
    decisions: list[Decision]
    next_cursor: str | None
    """
    opaque; null on the last page
    """


class TimeEntries(TypedDict):
    time_entries: list[TimeEntry]
    next_cursor: str | None
    """
    opaque; null on the last page
    """


class Corrected(TypedDict):
    decision: Decision
    time_entries: list[TimeEntry]
    corrected: str
    """
    id of the entry that takes the place of the corrected one
    """


Approval = TypedDict(
    "Approval",
    {
        "from": Literal["draft", "submitted", "approved", "rejected", "invoiced"],
        "to": Literal["draft", "submitted", "approved", "rejected", "invoiced"],
        "actor": str,
        "at": str,
        "note": str,
    },
)


class TimesheetSummary(TypedDict):
    """
    A person's week in numbers.
    """

    person: str
    """
    whose time it is: their id in the directory
    """
    week: str
    """
    its Monday
    """
    status: Literal["empty", "rejected", "draft", "submitted", "approved", "invoiced"]
    minutes: int
    billable_minutes: int
    days: list[int]
    """
    minutes from Monday to Sunday
    """
    entries: dict[str, int]
    """
    how many of each status
    """


class Timesheets(TypedDict):
    timesheets: list[TimesheetSummary]
    next_cursor: str | None
    """
    opaque; null on the last page
    """


class Row(TypedDict):
    client: str
    """
    the client's code in the directory; empty where none is assigned
    """
    project: str
    """
    the project's code in the directory; empty where none is assigned
    """
    task: str
    """
    the task's code in the directory; empty where the project has none
    """
    booked: list[int]
    proposed: list[int]
    planned_minutes: int | None


class Week(TypedDict):
    person: str
    """
    whose time it is: their id in the directory
    """
    monday: str
    rows: list[Row]


class Subject(TypedDict):
    """
    exactly one of these
    """

    time_entry: str


class Subject1(TypedDict):
    """
    exactly one of these
    """

    person: str
    """
    whose time it is: their id in the directory
    """
    date: str


class Subject2(TypedDict):
    """
    exactly one of these
    """

    person: str
    """
    whose time it is: their id in the directory
    """
    period: str


class Subject3(TypedDict):
    """
    exactly one of these
    """

    project: str
    """
    the project's code in the directory; empty where none is assigned
    """


class Subject4(TypedDict):
    """
    exactly one of these
    """

    contract: str


class ValueAtRisk(TypedDict):
    amount: str
    """
    decimal string
    """
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """


class Producer(TypedDict):
    """
    who found it: a check with the version and digest of its policy, or a model; null in findings of before
    """

    name: str
    version: str
    digest: str
    """
    SHA-256 of it, by which a change is noticed
    """


class Finding(TypedDict):
    """
    Something about an entry, a person or a week that a check noticed.
    """

    id: str
    check: str
    """
    the stable name of the check
    """
    severity: Literal["info", "warn", "block"]
    subject: Subject | Subject1 | Subject2 | Subject3 | Subject4
    """
    exactly one of these
    """
    score: float
    value_at_risk: ValueAtRisk | None
    measured: str
    expected: str
    explanation: str
    """
    one sentence
    """
    comparables: list[str]
    """
    ids of entries: the twin of a pair; of missing time the open suggestions that would close it
    """
    blame: Literal["entry", "master_data", "contract", "source"]
    """
    where the cause sits
    """
    fingerprint: str
    """
    the same for the same fact, whatever the order of the rows
    """
    status: str
    producer: NotRequired[Producer | None]
    """
    who found it: a check with the version and digest of its policy, or a model; null in findings of before
    """


class ValueAtRiskItem(TypedDict):
    amount: str
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """


class QueueItem(TypedDict):
    id: str
    rank: int | None
    finding: Finding
    size: int
    members: list[str]
    probability: float
    value_at_risk: list[ValueAtRiskItem]
    age_days: int
    weight: float
    reason: str
    """
    why it stands where it stands
    """
    queue: str
    owner: str
    due: str | None
    escalated: bool
    version: str
    """
    send it back with a review, so that nothing is answered that was not shown
    """


class Review(TypedDict):
    id: str
    finding: str
    act: str
    """
    the same for all rows of one act
    """
    kind: Literal["true_issue", "acceptable", "false_alarm", "assign", "escalate", "note", "undo"]
    actor: str
    """
    who did it: a person, or the program that carried their word
    """
    at: str
    reason_code: str
    note: str
    """
    free words for whoever reads the log
    """
    assignee: str
    seconds: float | None
    supersedes: str | None
    shown: dict[str, Any]


class MutedItem(TypedDict):
    check: str
    reason: str
    hidden: int


class Queue(TypedDict):
    items: list[QueueItem]
    next_cursor: str | None
    """
    opaque; null on the last page
    """
    total: int
    audits: int
    behind: int
    muted: list[MutedItem]


class FindingDetail(TypedDict):
    finding: Finding
    item: QueueItem | None
    time_entry: TimeEntry | None
    comparable_entries: list[TimeEntry]
    reviews: list[Review]


class Reviewed(TypedDict):
    act: str
    reviews: list[Review]
    muting: list[str]


class OneByOneItem(TypedDict):
    time_entry: str
    why: str


Clearing = TypedDict(
    "Clearing",
    {
        "id": str,
        "actor": str,
        "at": str,
        "from": str,
        "to": str,
        "cleared": int,
        "flagged": int,
        "own": int,
        "sampled": int,
        "seconds": float | None,
        "one_by_one": list[OneByOneItem],
    },
)


class Summary(TypedDict):
    entries: int
    refused: int


class RefusedItem2(TypedDict):
    file: str
    line: int | None
    index: int | None
    field: str | None
    reason: str


class Checked(TypedDict):
    findings: list[Finding]
    grain: Literal["day", "week"]
    summary: Summary
    skipped: dict[str, Any]
    """
    checks that lack what they need, and what that is
    """
    refused: list[RefusedItem2]


class Check(TypedDict):
    check: str
    true_issues: int
    looks: int
    precision: float | None
    probability: float
    upper: float
    muted: bool
    why: str
    open: int


class Cleared(TypedDict):
    entries: int
    drawn: int
    audited: int
    wrong: int
    wrong_share: float | None
    upper: float


class Precision(TypedDict):
    policy: str
    checks: list[Check]
    cleared: Cleared
    review_seconds: float
    confirmed_hours: float
    seconds_per_confirmed_hour: float | None
    decision_seconds: float
    decision_seconds_per_confirmed_hour: float | None


class Band(TypedDict):
    band: str
    value: float | None
    shipped: float | None
    target_precision: float | None
    basis: str
    labels: int
    coverage: float | None
    coverage_cost: float | None


class Audit(TypedDict):
    share: float
    answers: int
    errors: int
    lower_bound: float
    promise: float
    proven: bool
    still_needed: int | None
    words: str


class LimitedPerson(TypedDict):
    person: str
    """
    whose time it is: their id in the directory
    """
    precision: float
    answers: float


class Breaker(TypedDict):
    tripped: bool
    since: str | None
    why: str
    recent: int
    recent_right: int


class Ask(TypedDict):
    answers: int
    mean_size: float | None
    single: float | None
    over_most: float | None
    most: int


class DriftItem(TypedDict):
    measure: str
    lately: float | None
    before: float | None
    answers: int
    alarm: str | None


class Event(TypedDict):
    at: str
    kind: str
    subject: str
    why: str


class Confidence(TypedDict):
    model: str
    degraded: str | None
    policy: str
    mode: Literal["shadow", "suggest", "prefill"]
    temperature: float
    renewed_at: str | None
    outcomes: int
    unseen_outcomes: int
    bands: list[Band]
    audit: Audit
    limited_people: list[LimitedPerson]
    breaker: Breaker
    ask: Ask
    drift: list[DriftItem]
    events: list[Event]
    unreadable: list[str]
    unreadable_count: int


class Rate(TypedDict):
    amount: str
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """


class Amount(TypedDict):
    """
    net
    """

    amount: str
    """
    decimal string in the currency's minor unit
    """
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """


class Amount1(TypedDict):
    amount: str
    """
    decimal string in the currency's minor unit
    """
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """


class Tax(TypedDict):
    """
    null where the firm keeps no tax rates
    """

    code: str
    rate: str
    """
    a fraction: 19 % is 0.19
    """
    amount: Amount1
    note: str
    """
    what the invoice has to say
    """


class DraftLine(TypedDict):
    """
    One line of a draft: time, a milestone or an expense, with its rate and why.
    """

    id: str
    draft: str
    number: int
    kind: Literal["time", "overage", "covered", "fee", "milestone", "block", "unbilled"]
    date: str
    entry: str | None
    milestone: str | None
    project: str
    """
    the project's code in the directory; empty where none is assigned
    """
    minutes: int
    rate: Rate | None
    amount: Amount | None
    """
    net
    """
    tax: Tax | None
    """
    null where the firm keeps no tax rates
    """
    why: str
    """
    the clause that priced it
    """
    draft_status: Literal["open", "posted", "withdrawn"]
    contract: str
    client: str
    """
    the client's code in the directory; empty where none is assigned
    """
    entity: str
    posting_date: str
    """
    accounting day
    """


class DraftLines(TypedDict):
    draft_lines: list[DraftLine]
    next_cursor: str | None
    """
    opaque; null on the last page
    """


class Policy4(TypedDict):
    version: str


class LastWord(TypedDict):
    object: str
    word: str
    actor: str
    """
    who did it: a person, or the program that carried their word
    """
    at: str
    note: str
    """
    free words for whoever reads the log
    """
    effective_on: str | None


class Amount2(TypedDict):
    """
    net
    """

    amount: str
    """
    decimal string in the currency's minor unit
    """
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """


class Amount3(TypedDict):
    amount: str
    """
    decimal string in the currency's minor unit
    """
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """


class Tax1(TypedDict):
    """
    null where the firm keeps no tax rates
    """

    code: str
    rate: str
    """
    a fraction: 19 % is 0.19
    """
    amount: Amount3
    note: str
    """
    what the invoice has to say
    """


class Line(TypedDict):
    id: str
    draft: str
    number: int
    kind: Literal["time", "overage", "covered", "fee", "milestone", "block", "unbilled"]
    date: str
    entry: str | None
    milestone: str | None
    project: str
    """
    the project's code in the directory; empty where none is assigned
    """
    minutes: int
    rate: Rate | None
    amount: Amount2 | None
    """
    net
    """
    tax: Tax1 | None
    """
    null where the firm keeps no tax rates
    """
    why: str
    """
    the clause that priced it
    """


class Total2(TypedDict):
    amount: str
    """
    decimal string in the currency's minor unit
    """
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """


class GrossItem(TypedDict):
    amount: str
    """
    decimal string in the currency's minor unit
    """
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """


class Tax2(TypedDict):
    """
    null where the firm keeps no tax rates
    """

    code: str
    rate: str
    """
    a fraction: 19 % is 0.19
    """
    amount: Amount3
    note: str
    """
    what the invoice has to say
    """


class ShownItem1(TypedDict):
    description: str
    kind: str
    hours: str
    rate: Rate | None
    amount: Amount3 | None
    tax: Tax2 | None
    """
    null where the firm keeps no tax rates
    """
    parts: list[str]


class Net(TypedDict):
    amount: str
    """
    decimal string in the currency's minor unit
    """
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """


class Tax4(TypedDict):
    amount: str
    """
    decimal string in the currency's minor unit
    """
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """


class Tax3(TypedDict):
    code: str
    rate: str
    note: str
    """
    free words for whoever reads the log
    """
    net: Net
    tax: Tax4


class Payment(TypedDict):
    source: str
    external_id: str
    amount: Amount3
    received_on: str
    note: str
    """
    free words for whoever reads the log
    """


class PaidItem(TypedDict):
    amount: str
    """
    decimal string in the currency's minor unit
    """
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """


class OpenItem(TypedDict):
    amount: str
    """
    decimal string in the currency's minor unit
    """
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """


Draft = TypedDict(
    "Draft",
    {
        "id": str,
        "status": Literal["open", "posted", "withdrawn"],
        "contract": str,
        "client": str,
        "project": str,
        "entity": str,
        "from": str,
        "to": str,
        "posting_date": str,
        "actor": str,
        "at": str,
        "policy": Policy4,
        "last_word": LastWord | None,
        "lines": list[Line],
        "totals": list[Total2],
        "gross": list[GrossItem],
        "shown": list[ShownItem1],
        "taxes": list[Tax3],
        "references": list[Reference],
        "payments": list[Payment],
        "paid": list[PaidItem],
        "open": list[OpenItem],
    },
)


class Payment1(TypedDict):
    source: str
    external_id: str
    amount: Amount3
    received_on: str
    note: str
    """
    free words for whoever reads the log
    """


Invoice = TypedDict(
    "Invoice",
    {
        "id": str,
        "status": Literal["posted"],
        "contract": str,
        "client": str,
        "project": str,
        "entity": str,
        "from": str,
        "to": str,
        "posting_date": str,
        "at": str,
        "totals": list[Total2],
        "gross": list[GrossItem],
        "references": list[Reference],
        "payments": list[Payment1],
        "paid": list[PaidItem],
        "open": list[OpenItem],
    },
)


class Invoices(TypedDict):
    invoices: list[Invoice]
    next_cursor: str | None
    """
    opaque; null on the last page
    """


class Dispute(TypedDict):
    """
    A client's objection to a line or an entry, and who owns it.
    """

    id: str
    status: Literal["open", "upheld", "dismissed", "withdrawn"]
    reason: Literal[
        "wrong_hours",
        "wrong_project",
        "duplicate",
        "unclear_narrative",
        "wrong_rate",
        "wrong_client_record",
        "not_ordered",
        "not_delivered",
        "over_budget",
    ]
    blame: str
    raised_by: str
    actor: str
    """
    who did it: a person, or the program that carried their word
    """
    at: str
    line: str | None
    entry: str | None
    contract: str
    client: str
    """
    the client's code in the directory; empty where none is assigned
    """
    project: str
    """
    the project's code in the directory; empty where none is assigned
    """
    amount: Amount3 | None
    note: str
    """
    free words for whoever reads the log
    """
    last_word: LastWord | None
    queue: str
    owner: str


class Client(TypedDict):
    client: str
    """
    the client's code in the directory; empty where none is assigned
    """
    disputes: list[str]
    reasons: dict[str, int]
    blame: str


class Disputes(TypedDict):
    disputes: list[Dispute]
    clients: list[Client]
    next_cursor: str | None
    """
    opaque; null on the last page
    """


class Principal(TypedDict):
    kind: Literal["person", "program", "anybody"]
    id: str
    name: str
    person: str
    """
    whose time is theirs; empty for a program
    """
    roles: list[
        Literal[
            "consultant",
            "approver",
            "reviewer",
            "finance",
            "ml_engineer",
            "integrator",
            "partner_admin",
            "admin",
            "auditor",
        ]
    ]
    permissions: dict[str, Literal["own", "team", "all"]]
    csrf_token: str | None
    """
    of the session; null for a program
    """


class Account(TypedDict):
    id: str
    login: str
    name: str
    person: str
    """
    whose time it is: their id in the directory
    """
    roles: list[
        Literal[
            "consultant",
            "approver",
            "reviewer",
            "finance",
            "ml_engineer",
            "integrator",
            "partner_admin",
            "admin",
            "auditor",
        ]
    ]
    signs_in_with: Literal["password", "identity provider"]
    created_at: str
    disabled_at: str | None


class Program(TypedDict):
    id: str
    kind: Literal["api_key", "client_secret"]
    program: str
    client_id: str
    visible: str
    """
    its visible beginning; the secret itself is kept nowhere
    """
    scopes: list[str]
    state: Literal["active", "expired", "revoked", "disabled"]
    created_at: str
    created_by: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None
    replaces: str | None


class Accounts(TypedDict):
    accounts: list[Account]
    programs: list[Program]


class AccessToken(TypedDict):
    """
    A token for a program (RFC 6749, 5.1).
    """

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    scope: str
    """
    space-separated
    """


class TokenError(TypedDict):
    """
    Why no token was given (RFC 6749, 5.2).
    """

    error: str
    """
    RFC 6749, 5.2
    """
    error_description: str


class Tenant(TypedDict):
    tenant: str
    state: Literal["active", "suspended"]
    since: str
    reason: str
    product: str
    hosts: list[str]
    partner: str
    """
    the tenant whose partner administrators look after it
    """
    tier: Literal["starter", "standard", "complete"]
    features: list[
        Literal[
            "prefill",
            "review_queue",
            "learned_checks",
            "stateless_score",
            "billing",
            "audit_export",
            "usage",
            "auto_post",
        ]
    ]
    settings_version: int
    accounts: int
    """
    that are open
    """


class Tenants(TypedDict):
    tenants: list[Tenant]


class Brand(TypedDict):
    product: str
    colour: str
    logo: str
    mail_sender: str
    hosts: list[str]


class Features(TypedDict):
    tier: str
    on: list[
        Literal[
            "prefill",
            "review_queue",
            "learned_checks",
            "stateless_score",
            "billing",
            "audit_export",
            "usage",
            "auto_post",
        ]
    ]
    off: list[
        Literal[
            "prefill",
            "review_queue",
            "learned_checks",
            "stateless_score",
            "billing",
            "audit_export",
            "usage",
            "auto_post",
        ]
    ]


class Retention(TypedDict):
    raw_activity_days: int
    suggestion_text_days: int
    legal_hold: bool
    held_people: list[str]


class Rule(TypedDict):
    name: str
    action: Literal["drop", "redact"]
    kind: str
    source: str
    container: str
    sensitivity: str
    title: str
    domain: str
    outside_hours: bool
    pattern: str


class Privacy(TypedDict):
    rules: list[Rule]
    participants: Literal["domains", "addresses"]


class Limits(TypedDict):
    person_per_minute: int
    program_per_minute: int
    heavy_at_once: int


class Administration(TypedDict):
    partner: str


class SignIn(TypedDict):
    issuer: str
    client: str
    """
    the client's code in the directory; empty where none is assigned
    """


class Settings1(TypedDict):
    brand: Brand
    features: Features
    retention: Retention
    privacy: Privacy
    limits: Limits
    administration: Administration
    sign_in: SignIn
    policies: dict[str, Any]
    """
    policies by name, each as its own command reads it
    """


class Change(TypedDict):
    version: int
    actor: str
    """
    who did it: a person, or the program that carried their word
    """
    reason: str
    at: str
    digest: str
    """
    SHA-256 of it, by which a change is noticed
    """


class Settings(TypedDict):
    tenant: str
    version: int
    """
    0 for the defaults
    """
    settings: Settings1
    changes: list[Change]
    """
    the newest ones, newest first
    """


class Event1(TypedDict):
    sequence: int
    at: str
    actor: str
    """
    who did it: a person, or the program that carried their word
    """
    action: str
    """
    subject:object:action
    """
    object_id: str
    payload_digest: str
    """
    SHA-256 of the payload, which outlives it
    """
    previous: str
    digest: str
    """
    SHA-256 of it, by which a change is noticed
    """
    salt: str
    """
    random, part of what `digest` covers; empty in events of before and erased ones
    """
    payload: dict[str, Any] | None


class AuditEvents(TypedDict):
    events: list[Event1]
    next_cursor: str | None
    """
    opaque; null on the last page
    """


class TreeHead(TypedDict):
    size: int
    """
    the head stands for this many rows from the first on
    """
    root: str
    at: str


class TreeHeads(TypedDict):
    roots: list[TreeHead]
    head: str | None
    """
    sequence:digest of the newest row
    """


class AuditProof(TypedDict):
    format: str
    tenant: str
    event: dict[str, Any]
    seal: dict[str, Any]
    path: list[str]
    """
    RFC 6962 inclusion path, nearest hash first
    """


class Break(TypedDict):
    row: int
    reason: str


class Examined(TypedDict):
    tenant: str
    events: int
    head: str | None
    seal: TreeHead | None
    intact: bool
    breaks: list[Break]
    breaks_in_all: int


class Model5(TypedDict):
    name: str
    version: str
    digest: str
    """
    SHA-256 of it, by which a change is noticed
    """


class TrainingDatum(TypedDict):
    name: str
    digest: str
    """
    SHA-256 of it, by which a change is noticed
    """
    ends: str
    rows: int


class Model4(TypedDict):
    use_case: str
    purpose: str
    owner: str
    fallback: str
    card: str | None
    silent: list[dict[str, Any]]
    source: str
    model: Model5 | None
    since: str | None
    made: str | None
    training_data: list[TrainingDatum]
    trained_until: str | None
    why: str | None


class ServingModels(TypedDict):
    models: list[Model4]
    degraded: str | None
    notice: str | None
    registry: str | None
    problem: str | None
    registered: list[dict[str, Any]]


class Requirement(TypedDict):
    name: str
    needed: float
    measured: float
    met: bool
    words: str


class UpItem(TypedDict):
    mode: Literal["shadow", "suggest", "prefill"]
    passed: bool
    requirements: list[Requirement]


class HistoryItem(TypedDict):
    at: str
    mode: Literal["shadow", "suggest", "prefill"]
    actor: str
    """
    who did it: a person, or the program that carried their word
    """
    why: str


class ModeReport(TypedDict):
    mode: Literal["shadow", "suggest", "prefill"]
    up: list[UpItem]
    history: list[HistoryItem]


class AutoPostOrder(TypedDict):
    id: str
    most_amount: str
    currency: str
    """
    three letters of ISO 4217; empty where there is no price
    """
    most_minutes: int
    last_day: str
    proposed_by: str
    proposed_at: str
    reason: str
    enabled_by: str | None
    enabled_at: str | None


class LogItem(TypedDict):
    word: Literal["proposed", "enabled", "stopped"]
    order: str | None
    actor: str
    """
    who did it: a person, or the program that carried their word
    """
    at: str
    reason: str


class AutoPost(TypedDict):
    enabled: bool
    why_off: str | None
    order: AutoPostOrder | None
    proposals: list[AutoPostOrder]
    policy: str
    log: list[LogItem]


class Policy5(TypedDict):
    name: str
    about: str
    version: str
    digest: str
    """
    SHA-256 of it, by which a change is noticed
    """
    since: str | None
    origin: Literal["shipped", "firm"]
    decided_by: str | None


class Policies(TypedDict):
    policies: list[Policy5]


class Policy6(TypedDict):
    name: str
    about: str
    version: str
    digest: str
    """
    SHA-256 of it, by which a change is noticed
    """
    since: str | None
    origin: Literal["shipped", "firm"]
    decided_by: str | None
    body: dict[str, Any]


class LeftItem(TypedDict):
    table: str
    column: str
    row: str


class Erasure(TypedDict):
    erased: bool
    """
    false: nothing was done yet, send `confirm` back
    """
    removed: dict[str, int]
    """
    rows that go, by table
    """
    rewritten: dict[str, int]
    """
    rows that lose names and words, and stay
    """
    left: list[LeftItem]
    """
    where the person goes on being named (ids, what others wrote); at most 1,000 of `left_in_all`
    """
    left_in_all: int
    confirm: str
    """
    what to send to do it; empty once it is done
    """
    pseudonym: str
    """
    what stands in the person's place since; empty before
    """
    wiped: bool
    """
    whether the file of a SQLite database was overwritten too
    """


class Alive(TypedDict):
    status: Literal["alive"]


class Model6(TypedDict):
    name: str
    version: str
    digest: str
    """
    SHA-256 of it, by which a change is noticed
    """


class Readiness(TypedDict):
    status: Literal["ready", "degraded", "unavailable"]
    database: str
    schema: str
    model: Model6
    degraded: str | None
    """
    why rules answer instead of the model; null when the model does
    """


Error = TypedDict(
    "Error",
    {
        "in": NotRequired[str],
        "at": NotRequired[str],
        "reason": NotRequired[str],
    },
)


class Problem(TypedDict):
    """
    RFC 9457
    """

    type: str
    title: str
    status: int
    detail: str
    """
    what happened and what to do
    """
    errors: NotRequired[list[Error]]


class CheckRequest(TypedDict):
    """
    Time entries and, where they shall count, the tables of master data, as rows of their data contracts.
    """

    entries: list[dict[str, Any]]
    """
    rows of time-entries.schema.json
    """
    tasks: NotRequired[list[dict[str, Any]] | None]
    """
    left out, the checks that need it are skipped, and `skipped` says so
    """
    assignments: NotRequired[list[dict[str, Any]] | None]
    """
    left out, the checks that need it are skipped, and `skipped` says so
    """
    contracts: NotRequired[list[dict[str, Any]] | None]
    """
    left out, the checks that need it are skipped, and `skipped` says so
    """
    rate_cards: NotRequired[list[dict[str, Any]] | None]
    """
    left out, the checks that need it are skipped, and `skipped` says so
    """
    people: NotRequired[list[dict[str, Any]] | None]
    """
    left out, the checks that need it are skipped, and `skipped` says so
    """
    holidays: NotRequired[list[dict[str, Any]] | None]
    """
    left out, the checks that need it are skipped, and `skipped` says so
    """
    periods: NotRequired[list[dict[str, Any]] | None]
    """
    left out, the checks that need it are skipped, and `skipped` says so
    """
    milestones: NotRequired[list[dict[str, Any]] | None]
    """
    left out, the checks that need it are skipped, and `skipped` says so
    """
    activities: NotRequired[list[dict[str, Any]] | None]
    """
    left out, the checks that need it are skipped, and `skipped` says so
    """
    policy: NotRequired[str]
    """
    text of a check policy (TOML); the defaults when it is empty
    """
    grain: NotRequired[Grain | None]
    """
    what a row is; left out, the dates decide
    """
    as_of: NotRequired[str | None]
    """
    today, for the checks; the last date of the entries
    """
    only: NotRequired[list[OnlyItem]]
    """
    only these checks
    """
    scores: NotRequired[bool]
    """
    tell a score for every entry
    """


class DecisionRequest(TypedDict):
    """
    What the person said. A split gives ``parts``; everything else client, project, task and minutes directly.
    """

    minutes: NotRequired[int | None]
    """
    how many minutes
    """
    client: NotRequired[str]
    """
    the client's code in the directory; empty where none is assigned
    """
    project: NotRequired[str]
    """
    the project's code in the directory; empty where none is assigned
    """
    task: NotRequired[str]
    """
    the task's code in the directory; empty where the project has none
    """
    suggestion: str
    """
    its id; the work date where time is added by hand
    """
    verdict: Verdict
    """
    accept, edit, split, reject, not_work, defer, undo, or time that was added by hand
    """
    actor: NotRequired[str]
    """
    the person who decides: left out by whoever is signed in, named by a program that carries it
    """
    parts: NotRequired[list[PartBody]]
    """
    with the verdict split: the work items and minutes that the block is divided into
    """
    reason_code: NotRequired[str]
    """
    why, as one of the firm's codes; empty where none was chosen
    """
    note: NotRequired[str]
    """
    free words for whoever reads the log
    """
    narrative: NotRequired[str]
    """
    the words that the client reads on the invoice
    """
    billable: NotRequired[bool | None]
    """
    whether it is billed to the client; null where nobody has said
    """
    shown_at: NotRequired[str | None]
    """
    when the person was shown the suggestion
    """
    revision: NotRequired[int | None]
    """
    the revision that was shown; another one is a conflict
    """


class ReferenceBody(TypedDict):
    """
    What a system calls one record of ours.
    """

    kind: ReferredKind
    id: str
    """
    the time entry's id, or the posted draft's
    """
    source: str
    external_id: str


class ReferencesRequest(TypedDict):
    """
    Ids of another system.
    """

    rows: list[ReferenceBody]


class ReviewBody(TypedDict):
    """
    What the person said of a finding, or of a line of the queue.
    """

    kind: ReviewKind
    actor: NotRequired[str]
    """
    left out by whoever is signed in
    """
    reason_code: NotRequired[str]
    """
    resolution code; every verdict needs one of its own
    """
    note: NotRequired[str]
    """
    free words for whoever reads the log
    """
    assignee: NotRequired[str]
    """
    person or role, for assign and escalate
    """
    shown_at: NotRequired[str | None]
    """
    when the person was shown it; becomes seconds
    """
    version: NotRequired[str]
    """
    the version that was shown; another one is a conflict
    """


class Results1(TypedDict):
    status: int
    problem: Problem


class DecidedBatch(TypedDict):
    results: list[Results | Results1]


class Billing(TypedDict):
    """
    null without billing:read
    """

    lines: list[DraftLine]
    disputes: list[dict[str, Any]]


class Trail(TypedDict):
    """
    Everything behind one time entry, from what was seen of the work to what was billed.
    """

    time_entry: TimeEntry
    decision: Decision | None
    suggestion: Suggestion | None
    corrected: list[Decision]
    """
    decisions that the one in force took the place of, newest first
    """
    evidence: list[dict[str, Any]]
    approvals: list[Approval]
    findings: list[dict[str, Any]] | None
    """
    with their reviews; null without findings:read
    """
    billing: Billing | None
    """
    null without billing:read
    """


class Timesheet(TypedDict):
    """
    A person's week with its entries.
    """

    person: str
    """
    whose time it is: their id in the directory
    """
    week: str
    """
    its Monday
    """
    status: Literal["empty", "rejected", "draft", "submitted", "approved", "invoiced"]
    minutes: int
    billable_minutes: int
    days: list[int]
    """
    minutes from Monday to Sunday
    """
    entries: dict[str, int]
    """
    how many of each status
    """
    time_entries: list[TimeEntry]
    blocking: list[Finding]


class BatchRequest(TypedDict):
    """
    Up to a hundred decisions, carried out in their order.
    """

    decisions: list[DecisionRequest]
    actor: NotRequired[str]
    """
    who decides, where a decision names nobody itself
    """
    atomic: NotRequired[bool]
    """
    all of them or none
    """
    bulk: NotRequired[bool]
    """
    accepted together: what the policy wants looked at one by one is refused. False: each was looked at
    """
