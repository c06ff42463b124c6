"""The tables as the program knows them; ``migrations`` builds the same ones, and a test compares the two.

Every table starts with the tenant. Column names are the field names of the domain's types, so that rows and records
turn into each other by name (``records.py``).
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from hourtrail.domain.autopost import AutoPostWord
from hourtrail.domain.billing import DisputeReason, Word
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.finding import Blame, Severity
from hourtrail.domain.firm import Billable, ContractKind, TaxTreatment
from hourtrail.domain.money import RoundingRule
from hourtrail.domain.pricing import LineKind
from hourtrail.domain.review import ReviewKind
from hourtrail.domain.suggestion import SuggestionStatus
from hourtrail.store.types import CleanText, EnumText, Exact, Instant, Json

metadata: Final = MetaData()


def _key(name: str) -> Column[str]:
    return Column(name, CleanText(), primary_key=True)


def _texts(*names: str) -> list[Column[Any]]:
    return [Column(name, CleanText(), nullable=False) for name in names]


def _maybe_texts(*names: str) -> list[Column[Any]]:
    return [Column(name, CleanText()) for name in names]


def _dates(*names: str) -> list[Column[Any]]:
    return [Column(name, Date()) for name in names]


def _decimals(*names: str) -> list[Column[Any]]:
    return [Column(name, Exact()) for name in names]


def _tuples(*names: str) -> list[Column[Any]]:
    return [Column(name, Json(tuple), nullable=False) for name in names]


def _salt() -> Column[str]:
    """What a digest was salted with; empty in rows of before salts, and in those that were erased."""
    return Column("salt", CleanText(), nullable=False, server_default="")


def _master(name: str, *columns: Column[Any] | Index) -> Table:
    """A table of master data: natural key as one text, content digest, and unknown columns of the file in ``extra``.

    Its indexes are the questions that one write asks (``scoped_master``).
    """
    return Table(
        name,
        metadata,
        _key("tenant"),
        _key("key"),
        *columns,
        Column("extra", Json(), nullable=False),
        *_texts("digest"),
    )


person = _master(
    "person", *_texts("id", "name", "zone", "grade", "manager", "team", "workdays", "calendar", "currency"),
    *_decimals("weekly_hours", "cost_rate"),
)  # fmt: skip
task = _master(
    "task", *_texts("client", "project", "task", "name", "contract"),
    Column("billable", EnumText(Billable), nullable=False), Column("closed", Boolean(), nullable=False),
    *_dates("opens_on", "closes_on"), *_decimals("budget_hours"),
    *_tuples("keywords", "domains", "ticket_prefixes", "containers"),
    Index("task_by_project", "tenant", "project"), Index("task_by_client", "tenant", "client"),
)  # fmt: skip
assignment = _master(
    "assignment", *_texts("person", "client", "project", "task", "grade"), *_dates("starts_on", "ends_on"),
    *_decimals("planned_hours_per_week"),
    Index("assignment_by_person", "tenant", "person"),
    Index("assignment_by_project", "tenant", "project", "client", "task"),
)  # fmt: skip
contract = _master(
    "contract", *_texts("id", "client", "project", "currency", "period", "rollover", "entity", "tax_code"),
    Column("kind", EnumText(ContractKind), nullable=False), *_dates("starts_on", "ends_on"),
    *_decimals("cap_amount", "cap_hours", "budget_hours", "budget_amount", "included_hours", "overage_rate", "blended_rate"),
    Column("rounding_minutes", Integer(), nullable=False),
    Column("rounding_rule", EnumText(RoundingRule), nullable=False),
    Column("narrative_required", Boolean(), nullable=False), Column("regulated", Boolean(), nullable=False),
    Index("contract_by_client", "tenant", "client"), Index("contract_by_project", "tenant", "project"),
)  # fmt: skip
rate = _master(
    "rate", *_texts("contract", "currency", "grade", "task", "person"), *_decimals("hourly_rate"),
    *_dates("valid_from", "valid_to"),
    Index("rate_by_contract", "tenant", "contract"),
)  # fmt: skip
holiday = _master(
    "holiday", *_texts("calendar", "name"), *_dates("date"), Index("holiday_by_calendar", "tenant", "calendar")
)
period = _master("period", *_dates("starts_on", "ends_on"), Column("closed", Boolean(), nullable=False))
milestone = _master(
    "milestone", *_texts("contract", "milestone", "name"), *_dates("due_on", "accepted_on"),
    *_decimals("amount", "planned_share"),
    Index("milestone_by_contract", "tenant", "contract"),
)  # fmt: skip
tax_rate = _master(
    "tax_rate", *_texts("tax_code", "name", "entity", "region", "note"), *_decimals("rate"),
    *_dates("valid_from", "valid_to"), Column("treatment", EnumText(TaxTreatment), nullable=False),
)  # fmt: skip

activity = Table(
    "activity", metadata, _key("tenant"), _key("source"), _key("external_id"),
    *_texts("person", "container", "revision", "digest"),
    Column("start", Instant(), nullable=False), Column("end", Instant()), Column("withdrawn_at", Instant()),
    # Sealed under the tenant's key and bound to the row (sealing.py); rows from before are JSON.
    Column("body", LargeBinary(), nullable=False),
    Index("activity_by_person", "tenant", "person", "start"),
)  # fmt: skip

suggestion = Table(
    "suggestion", metadata, _key("tenant"), _key("id"), *_texts("person", "band"),
    Column("date", Date(), nullable=False), Column("start", Instant(), nullable=False),
    Column("end", Instant(), nullable=False), Column("status", EnumText(SuggestionStatus), nullable=False),
    Column("revision", Integer(), nullable=False),
    Column("body", Json(), nullable=False), Column("block", Json(), nullable=False),
    Index("suggestion_by_person", "tenant", "person", "date"),
    Index("suggestion_by_date", "tenant", "date"),
)  # fmt: skip

# ``place`` counts the decisions on one suggestion: two people who decide at the same time want the same place, and the
# database lets one of them have it. A decision can be superseded once.
decision = Table(
    "decision", metadata, _key("tenant"), _key("id"), *_maybe_texts("suggestion"), Column("place", Integer()),
    *_texts("verdict", "actor"), Column("decided_at", Instant(), nullable=False), *_maybe_texts("supersedes"),
    Column("body", Json(), nullable=False),
    ForeignKeyConstraint(["tenant", "suggestion"], ["suggestion.tenant", "suggestion.id"], name="decision_suggestion"),
    ForeignKeyConstraint(["tenant", "supersedes"], ["decision.tenant", "decision.id"], name="decision_supersedes"),
    UniqueConstraint("tenant", "suggestion", "place", name="decision_place"),
    UniqueConstraint("tenant", "supersedes", name="decision_superseded_once"),
    Index("decision_by_time", "tenant", "decided_at"),
)  # fmt: skip

time_entry = Table(
    "time_entry", metadata, _key("tenant"), _key("id"),
    *_texts("person", "client", "project", "task", "narrative", "currency", "source", "digest"),
    Column("date", Date(), nullable=False), Column("minutes", Integer(), nullable=False),
    Column("start", Instant()), Column("end", Instant()), Column("billable", Boolean()),
    *_decimals("hourly_rate"), Column("status", EnumText(EntryStatus), nullable=False), Column("created_at", Instant()),
    Column("write_off_minutes", Integer(), nullable=False), Column("billable_minutes", Integer()),
    *_maybe_texts("suggestion", "decision"), Column("extra", Json(), nullable=False),
    # Checked at commit, so that a flow may write the decision and its entries in either order.
    ForeignKeyConstraint(
        ["tenant", "decision"], ["decision.tenant", "decision.id"], name="time_entry_decision",
        deferrable=True, initially="DEFERRED",
    ),
    Index("time_entry_by_person", "tenant", "person", "date"),
    Index("time_entry_by_date", "tenant", "date"),
    Index("time_entry_by_decision", "tenant", "decision"),
    Index("time_entry_by_client", "tenant", "client", "project", "task"),
)  # fmt: skip

approval = Table(
    "approval", metadata, _key("tenant"), _key("id"), *_texts("entry"), Column("place", Integer(), nullable=False),
    Column("from_status", EnumText(EntryStatus), nullable=False),
    Column("to_status", EnumText(EntryStatus), nullable=False), *_texts("actor", "note"),
    Column("at", Instant(), nullable=False),
    ForeignKeyConstraint(["tenant", "entry"], ["time_entry.tenant", "time_entry.id"], name="approval_entry"),
    UniqueConstraint("tenant", "entry", "place", name="approval_place"),
)  # fmt: skip

finding = Table(
    "finding", metadata, _key("tenant"), _key("fingerprint"), *_texts("id", "check", "digest", "status"),
    Column("severity", EnumText(Severity), nullable=False), Column("score", Double(), nullable=False),
    *_texts("measured", "expected", "explanation"), Column("blame", EnumText(Blame), nullable=False),
    *_texts("time_entry", "person", "period", "project", "contract"), *_dates("date"),
    *_decimals("amount"), *_maybe_texts("currency", "producer_name", "producer_version", "producer_digest"), *_tuples("comparables"),
    # Beside the finding itself: whose time and which work it is about, so that a write looks at its own findings only.
    *_texts("worker", "of_client", "of_project", "cause"), *_dates("worked_on"), Column("raised_at", Instant()),
    Index("finding_id", "tenant", "id", unique=True),
    Index("finding_by_status", "tenant", "status", "check"),
    Index("finding_by_worker", "tenant", "worker", "worked_on"),
    Index("finding_by_client", "tenant", "of_client", "check", "status", "of_project"),
)  # fmt: skip

# ``place`` counts the reviews of one finding, as in the decision log; a review can be superseded once.
finding_review = Table(
    "finding_review", metadata, _key("tenant"), _key("id"), *_texts("finding"),
    Column("place", Integer(), nullable=False), Column("kind", EnumText(ReviewKind), nullable=False),
    *_texts("actor", "act", "reason_code", "note", "assignee"), Column("at", Instant(), nullable=False),
    Column("seconds", Double()), *_maybe_texts("supersedes"), Column("shown", Json(), nullable=False),
    ForeignKeyConstraint(["tenant", "finding"], ["finding.tenant", "finding.id"], name="finding_review_finding"),
    ForeignKeyConstraint(
        ["tenant", "supersedes"], ["finding_review.tenant", "finding_review.id"], name="finding_review_supersedes"
    ),
    UniqueConstraint("tenant", "finding", "place", name="finding_review_place"),
    UniqueConstraint("tenant", "supersedes", name="finding_review_superseded_once"),
    Index("finding_review_by_time", "tenant", "at"),
    Index("finding_review_by_act", "tenant", "act"),
)  # fmt: skip

clearing = Table(
    "clearing", metadata, _key("tenant"), _key("id"), *_texts("actor", "seed"), Column("at", Instant(), nullable=False),
    Column("first", Date(), nullable=False), Column("last", Date(), nullable=False),
    *(Column(name, Integer(), nullable=False) for name in ("cleared", "flagged", "own", "sampled")),
    Column("share", Double(), nullable=False), Column("seconds", Double()),
)  # fmt: skip

cleared_entry = Table(
    "cleared_entry", metadata, _key("tenant"), _key("clearing"), _key("entry"), *_texts("finding"),
    Column("propensity", Double(), nullable=False), Column("sampled", Boolean(), nullable=False),
    ForeignKeyConstraint(["tenant", "clearing"], ["clearing.tenant", "clearing.id"], name="cleared_entry_clearing"),
    ForeignKeyConstraint(["tenant", "entry"], ["time_entry.tenant", "time_entry.id"], name="cleared_entry_entry"),
    Index("cleared_entry_by_finding", "tenant", "finding"),
)  # fmt: skip

check_muting = Table(
    "check_muting", metadata, _key("tenant"), _key("check"), Column("place", Integer(), primary_key=True, autoincrement=False),
    Column("muted", Boolean(), nullable=False), *_texts("actor", "reason"), Column("at", Instant(), nullable=False),
    *(Column(name, Integer(), nullable=False) for name in ("true_issues", "looks")),
)  # fmt: skip

review_policy = Table(
    "review_policy", metadata, _key("tenant"), Column("place", Integer(), primary_key=True, autoincrement=False),
    *_texts("version", "actor"), Column("at", Instant(), nullable=False), Column("body", Json(), nullable=False),
)  # fmt: skip

invoice_draft = Table(
    "invoice_draft", metadata, _key("tenant"), _key("id"), *_texts("contract", "client", "project", "actor", "policy", "entity"),
    *(Column(name, Date(), nullable=False) for name in ("first", "last", "posting_date")),
    Column("at", Instant(), nullable=False),
    Index("invoice_draft_by_contract", "tenant", "contract"),
)  # fmt: skip

# ``place`` counts the withdrawn drafts that claimed the same thing before: two people who draft the same time at once want
# the same place, and the database lets one of them have it.
draft_line = Table(
    "draft_line", metadata, _key("tenant"), _key("id"), *_texts("draft", "claim"),
    *(Column(name, Integer(), nullable=False) for name in ("number", "part", "place", "minutes")),
    Column("kind", EnumText(LineKind), nullable=False), Column("date", Date(), nullable=False), *_texts("why"),
    *_decimals("rate", "amount", "tax_rate", "tax"),
    *_maybe_texts("rate_currency", "currency", "entry", "tax_code", "tax_note"),
    *_texts("milestone", "project", "content"),
    ForeignKeyConstraint(["tenant", "draft"], ["invoice_draft.tenant", "invoice_draft.id"], name="draft_line_draft"),
    ForeignKeyConstraint(["tenant", "entry"], ["time_entry.tenant", "time_entry.id"], name="draft_line_entry"),
    UniqueConstraint("tenant", "claim", "place", "part", name="draft_line_claimed_once"),
    Index("draft_line_by_draft", "tenant", "draft"),
    Index("draft_line_by_entry", "tenant", "entry"),
)  # fmt: skip

dispute = Table(
    "dispute", metadata, _key("tenant"), _key("id"), Column("reason", EnumText(DisputeReason), nullable=False),
    *_texts("raised_by", "actor"), Column("at", Instant(), nullable=False), *_maybe_texts("line", "entry"),
    *_texts("contract", "client", "project", "content", "note"), *_decimals("amount"), *_maybe_texts("currency"),
    ForeignKeyConstraint(["tenant", "line"], ["draft_line.tenant", "draft_line.id"], name="dispute_line"),
    ForeignKeyConstraint(["tenant", "entry"], ["time_entry.tenant", "time_entry.id"], name="dispute_entry"),
    Index("dispute_by_time", "tenant", "at"),
    Index("dispute_by_entry", "tenant", "entry"),
)  # fmt: skip

rate_change = Table(
    "rate_change", metadata, _key("tenant"), _key("id"), *_texts("contract", "currency", "grade", "task", "person"),
    Column("hourly_rate", Exact(), nullable=False), Column("valid_from", Date(), nullable=False), *_dates("valid_to"),
    *_texts("reason", "actor"), Column("at", Instant(), nullable=False),
)  # fmt: skip

# One row for each draft, dispute and rate change on which somebody has decided: its key lets nobody decide twice.
last_word = Table(
    "last_word", metadata, _key("tenant"), _key("object"), *_texts("kind"),
    Column("word", EnumText(Word), nullable=False), *_texts("actor"), Column("at", Instant(), nullable=False),
    *_texts("note"), *_dates("effective_on"),
)  # fmt: skip

billing_policy = Table(
    "billing_policy", metadata, _key("tenant"), Column("place", Integer(), primary_key=True, autoincrement=False),
    *_texts("version", "actor"), Column("at", Instant(), nullable=False), Column("body", Json(), nullable=False),
)  # fmt: skip

control = Table(
    "control", metadata, _key("tenant"), Column("place", Integer(), primary_key=True, autoincrement=False),
    *_texts("actor"), Column("at", Instant(), nullable=False), Column("body", Json(), nullable=False),
    Column("events", Json(), nullable=False),
)  # fmt: skip

auto_post = Table(
    "auto_post", metadata, _key("tenant"), Column("place", Integer(), primary_key=True, autoincrement=False),
    Column("word", EnumText(AutoPostWord), nullable=False), *_texts("order_id", "actor"),
    Column("at", Instant(), nullable=False), *_texts("reason"), Column("terms", Json(), nullable=False),
)  # fmt: skip

text_vector = Table(
    "text_vector", metadata, _key("tenant"), _key("fingerprint"), _key("digest"),
    Column("vector", LargeBinary(), nullable=False),
)  # fmt: skip

audit_event = Table(
    "audit_event", metadata, _key("tenant"), Column("sequence", BigInteger(), primary_key=True, autoincrement=False),
    Column("at", Instant(), nullable=False),
    *_texts("actor", "action", "object_id", "payload_digest", "previous", "digest"), _salt(),
    UniqueConstraint("tenant", "previous", name="audit_event_no_fork"),
    Index("audit_event_by_action", "tenant", "action", "at"),
)  # fmt: skip

# Apart from the event, which is never changed: a payload with personal fields can be erased, its digest stays.
audit_payload = Table(
    "audit_payload", metadata, _key("tenant"), Column("sequence", BigInteger(), primary_key=True, autoincrement=False),
    Column("payload", Json(), nullable=False), _salt(),
    ForeignKeyConstraint(["tenant", "sequence"], ["audit_event.tenant", "audit_event.sequence"], name="audit_payload_event"),
)  # fmt: skip

# A row with ``takes_back`` says that an earlier one no longer holds; it can be said once.
forgotten = Table(
    "forgotten", metadata, _key("tenant"), _key("id"),
    *_texts("person", "trait", "value", "client", "project", "task"), Column("at", Instant(), nullable=False),
    *_maybe_texts("takes_back"),
    ForeignKeyConstraint(["tenant", "takes_back"], ["forgotten.tenant", "forgotten.id"], name="forgotten_takes_back"),
    UniqueConstraint("tenant", "takes_back", name="forgotten_taken_back_once"),
    Index("forgotten_by_person", "tenant", "person"),
)  # fmt: skip

# The tenant's keys, wrapped by the master key, which is never in the database (keys.py).
tenant_key = Table(
    "tenant_key", metadata, _key("tenant"), Column("number", Integer(), primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary(), nullable=False), Column("at", Instant(), nullable=False),
)  # fmt: skip

# The root over the first ``size`` events, taken once a day: who rewrites the chain cannot rewrite what was noted of it.
audit_root = Table(
    "audit_root", metadata, _key("tenant"), Column("size", BigInteger(), primary_key=True, autoincrement=False),
    *_texts("root"), Column("at", Instant(), nullable=False),
)  # fmt: skip

APPEND_ONLY: Final = (
    "audit_root", "forgotten",
    "decision", "approval", "audit_event", "finding_review", "clearing", "cleared_entry", "check_muting", "review_policy",
    "invoice_draft", "draft_line", "dispute", "rate_change", "last_word", "billing_policy", "control", "auto_post",
)  # fmt: skip
