"""What each column of each table can hold of a person: an export to them and an erasure both follow it.

A column that is not here makes a test fail, so that nobody adds one without saying whose data it holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's columns by what they hold.

    ``names``: by what somebody is known (id, login). ``words``: what somebody wrote or a source told, gone where the row is
    about the erased person or by them. ``texts``: the firm's own words, which stay without the name. ``ids``: ids and codes by
    which records find each other, never rewritten but where ``erasure_schema.FORMS`` says so, and told where they name
    somebody. ``facts``: numbers, instants and closed lists, the person's as far as the row is. ``digests``: of the row's
    content, from which guesses could be tried. ``hidden``: never handed out: secrets, sealed rows, answers that repeat other
    tables.
    """

    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def handed_out(self) -> frozenset[str]:
        """What an export tells of a row about the person."""
        return frozenset((*self.names, *self.words, *self.texts, *self.ids, *self.facts))


def _of(**kinds: str) -> Columns:
    return Columns(**{kind: tuple(names.split()) for kind, names in kinds.items()})


COLUMNS: Final[Mapping[str, Columns]] = {
    "account": _of(
        names="login person", words="name", ids="id", texts="issuer subject", facts="created_at disabled_at", hidden="password"
    ),
    "activity": _of(
        names="person", texts="container", ids="source external_id", facts="revision start end withdrawn_at", digests="digest",
        hidden="body",
    ),
    "approval": _of(names="actor", words="note", ids="id entry", facts="place from_status to_status at"),
    "assignment": _of(ids="client project task grade",
        names="person", texts="extra", facts="starts_on ends_on planned_hours_per_week",
        digests="digest", hidden="key",
    ),
    "audit_event": _of(names="actor", texts="object_id", facts="sequence at action", digests="payload_digest previous digest salt"),
    "audit_payload": _of(words="payload", facts="sequence", digests="salt"),
    "audit_root": _of(facts="size at", digests="root"),
    "auto_post": _of(names="actor", words="reason terms", ids="order_id", facts="place word at"),
    "billing_policy": _of(names="actor", texts="body", facts="place version at"),
    "brand_logo": _of(facts="at", digests="digest", hidden="content"),
    "check_muting": _of(names="actor", words="reason", facts="check place muted at true_issues looks"),
    "cleared_entry": _of(ids="clearing entry finding", facts="propensity sampled"),
    "clearing": _of(names="actor", ids="id", facts="at first last cleared flagged own sampled share seconds", hidden="seed"),
    "client": _of(ids="id", texts="name extra", facts="closed", digests="digest", hidden="key"),
    "contract": _of(ids="id client project currency period rollover entity tax_code",
        texts="extra", digests="digest", hidden="key",
        facts="kind starts_on ends_on cap_amount cap_hours budget_hours budget_amount included_hours overage_rate blended_rate"
        " rounding_minutes rounding_rule narrative_required regulated",
    ),
    "control": _of(names="actor", words="body events", facts="place at"),
    "decision": _of(names="actor", words="body", ids="id suggestion supersedes", facts="place verdict decided_at"),
    "dispute": _of(
        names="raised_by actor", words="note", ids="id line entry contract client project",
        facts="reason at amount currency", hidden="content",
    ),
    "draft_line": _of(
        texts="why tax_note", ids="id draft claim entry tax_code milestone project", hidden="content",
        facts="number part place minutes kind date rate amount tax_rate tax rate_currency currency",
    ),
    "erased_row": _of(ids="kind key", facts="sequence pseudonym"),
    "expense": _of(
        names="person actor", words="narrative receipt", texts="category revision extra",
        ids="source external_id client project task", facts="place date amount currency billable at", digests="digest",
    ),
    "external_reference": _of(ids="kind source external_id key", facts="at"),
    "finding": _of(
        names="person worker", words="measured expected explanation",
        ids="fingerprint id time_entry comparables period project contract of_client of_project cause",
        facts="check status severity score blame date amount currency producer_name producer_version"
        " producer_digest worked_on raised_at",
        digests="digest",
    ),
    "finding_review": _of(
        names="actor assignee", words="note shown", ids="id finding act supersedes", facts="place kind reason_code at seconds"
    ),
    "forgotten": _of(names="person", words="value", ids="id takes_back client project task", facts="trait at"),
    "holiday": _of(ids="calendar", texts="name extra", facts="date", digests="digest", hidden="key"),
    "invoice_draft": _of(
        names="actor", ids="id contract client project entity", facts="policy first last posting_date at"
    ),
    "job_run": _of(ids="id", facts="job holder outcome counts started_at held_until ended_at", hidden="error"),
    "kept_answer": _of(ids="principal", facts="started_at", hidden="key request answer"),
    "last_word": _of(names="actor", words="note", ids="object", facts="kind word at effective_on"),
    "milestone": _of(ids="contract milestone",
        texts="name extra", facts="due_on accepted_on amount planned_share", digests="digest", hidden="key"
    ),
    "payment": _of(
        names="actor", words="note", texts="revision extra", ids="source external_id draft",
        facts="place amount currency received_on at", digests="digest",
    ),
    "period": _of(texts="extra", facts="starts_on ends_on closed", digests="digest", hidden="key"),
    "person": _of(ids="grade calendar",
        names="id manager", words="name team", texts="extra", facts="zone workdays currency weekly_hours cost_rate",
        digests="digest", hidden="key",
    ),
    "program": _of(names="created_by", texts="name", ids="id", facts="created_at disabled_at"),
    "project": _of(ids="client project", names="manager", texts="name extra", facts="closed", digests="digest", hidden="key"),
    "rate": _of(ids="contract grade task",
        names="person", texts="extra", facts="currency hourly_rate valid_from valid_to", digests="digest",
        hidden="key",
    ),
    "rate_change": _of(
        names="person actor", words="reason", ids="id contract grade task",
        facts="currency hourly_rate valid_from valid_to at",
    ),
    "review_policy": _of(names="actor", texts="body", facts="place version at"),
    "role_change": _of(names="actor", words="reason", ids="account", facts="role place granted at"),
    "secret": _of(
        names="created_by", ids="id program replaces", facts="kind scopes created_at expires_at revoked_at last_used_at",
        hidden="visible digest",
    ),
    "session": _of(ids="id account", facts="started_at seen_at ends_at closed_at", hidden="digest"),
    "sign_in_failure": _of(names="subject", facts="failures last_at closed_until"),
    "suggestion": _of(names="person", words="body block", ids="id", facts="band date start end status revision"),
    "task": _of(ids="client project task contract",
        texts="name keywords domains ticket_prefixes containers extra", digests="digest", hidden="key",
        facts="billable closed opens_on closes_on budget_hours",
    ),
    "tax_rate": _of(ids="tax_code entity",
        texts="name region note extra", facts="rate valid_from valid_to treatment", digests="digest", hidden="key"
    ),
    "tenant_key": _of(facts="number at", hidden="wrapped"),
    "tenant_settings": _of(names="actor", words="reason", texts="document", facts="version at", digests="digest"),
    "tenant_state": _of(names="actor", words="reason", facts="place state at"),
    "text_vector": _of(facts="fingerprint", digests="digest", hidden="vector"),
    "time_entry": _of(
        names="person", words="narrative", texts="source extra", ids="id suggestion decision client project task",
        facts="currency date minutes start end billable hourly_rate status created_at write_off_minutes billable_minutes",
        digests="digest",
    ),
    "usage_count": _of(facts="day unit count"),
}  # fmt: skip
