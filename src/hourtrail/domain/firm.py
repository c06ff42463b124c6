"""Who works, for whom, on what, under which terms: the master data that other systems own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.money import RoundingRule


class Role(StrEnum):
    """What a person may do in the system."""

    CONSULTANT = "consultant"
    APPROVER = "approver"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    ML_ENGINEER = "ml_engineer"
    INTEGRATOR = "integrator"
    PARTNER_ADMIN = "partner_admin"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Billable(StrEnum):
    """Whether work on a task is billed: by the task alone, or depending on the case."""

    YES = "true"
    NO = "false"
    DEPENDS = "depends"


class TaxTreatment(StrEnum):
    """Who owes the tax on a supply."""

    TAXED = "taxed"
    """We charge it; a rate of 0 is zero-rated."""
    REVERSE_CHARGE = "reverse_charge"
    """The client accounts for it, and the invoice has to say so."""
    EXEMPT = "exempt"
    """Nobody does, and the invoice has to say why."""


class ContractKind(StrEnum):
    """How an engagement is paid."""

    TIME_AND_MATERIALS = "time_and_materials"
    CAPPED = "capped"
    FIXED_FEE = "fixed_fee"
    MILESTONE = "milestone"
    RETAINER = "retainer"
    PREPAID = "prepaid"
    USAGE = "usage"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True, order=True)
class WorkItem:
    """What time is booked on: client, project and, where the project has them, a task (phase, milestone, agreement).

    ``task`` is empty when the time is booked on the project itself.
    """

    client: str
    project: str
    task: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.client, self.project, self.task) if part) or "unassigned"

    @property
    def at_project(self) -> "WorkItem":
        """The same work at project level."""
        return WorkItem(self.client, self.project)


NOT_WORK: Final = WorkItem("", "", "not_work")
"""The answer "this is not work": always a candidate, never booked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who works. ``zone`` decides the work date of every instant of theirs."""

    id: str
    name: str = ""
    zone: str = "UTC"
    grade: str = ""
    manager: str = ""
    team: str = ""
    weekly_hours: Decimal | None = None
    workdays: str = "1-5"
    calendar: str = ""
    cost_rate: Decimal | None = None
    currency: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Whom the firm works for. Where a firm names its clients, no new work is told of any other."""

    id: str
    name: str = ""
    closed: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Work for a client under one code. ``manager`` is the id of the person who answers for it."""

    client: str
    project: str
    name: str = ""
    manager: str = ""
    closed: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A bookable work item with the hints by which evidence can find it."""

    item: WorkItem
    name: str = ""
    keywords: tuple[str, ...] = ()
    billable: Billable = Billable.YES
    closed: bool = False
    opens_on: date | None = None
    closes_on: date | None = None
    contract: str = ""
    budget_hours: Decimal | None = None
    domains: tuple[str, ...] = ()
    ticket_prefixes: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)

    def open_on(self, day: date) -> bool:
        """Whether time may be booked on it that day: not closed, and inside its dates (both ends included)."""
        if self.closed and (self.closes_on is None or day > self.closes_on):
            return False
        return (self.opens_on is None or self.opens_on <= day) and (self.closes_on is None or day <= self.closes_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A person may book on a project, or on one task of it, between two dates (both included)."""

    person: str
    item: WorkItem
    starts_on: date | None = None
    ends_on: date | None = None
    planned_hours_per_week: Decimal | None = None
    grade: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def covers(self, item: WorkItem, day: date) -> bool:
        """Whether it lets the person book ``item`` on ``day``; an assignment to the project covers its tasks."""
        same = self.item == item or (
            not self.item.task and self.item.project == item.project and self.item.client == item.client
        )
        return (
            same and (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The terms of an engagement, as its owner's system states them. ``entity`` is our legal entity that bills it."""

    id: str
    client: str
    kind: ContractKind
    project: str = ""
    currency: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    cap_amount: Decimal | None = None
    cap_hours: Decimal | None = None
    budget_hours: Decimal | None = None
    budget_amount: Decimal | None = None
    period: str = ""
    included_hours: Decimal | None = None
    rollover: str = ""
    overage_rate: Decimal | None = None
    blended_rate: Decimal | None = None
    rounding_minutes: int = 0
    rounding_rule: RoundingRule = RoundingRule.NONE
    narrative_required: bool = False
    regulated: bool = False
    entity: str = ""
    tax_code: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.rounding_rule is not RoundingRule.NONE and self.rounding_minutes < 1:
            raise InvalidInput(
                f"contract {self.id}: rounding_rule {self.rounding_rule} needs rounding_minutes of at least 1"
            )

    @property
    def rounding(self) -> str:
        """The rounding in words, for reasons and for pages."""
        if self.rounding_rule is RoundingRule.NONE:
            return "exact minutes"
        return f"{'rounded up to' if self.rounding_rule is RoundingRule.UP else 'nearest'} {self.rounding_minutes} min"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One effective-dated row of a rate card."""

    contract: str
    hourly_rate: Decimal
    currency: str
    grade: str = ""
    task: str = ""
    person: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day off in a named work calendar."""

    calendar: str
    date: date
    name: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """An accounting period, open or closed for booking."""

    starts_on: date
    ends_on: date
    closed: bool
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A deliverable whose acceptance triggers billing."""

    contract: str
    milestone: str
    name: str = ""
    due_on: date | None = None
    accepted_on: date | None = None
    amount: Decimal | None = None
    planned_share: Decimal | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """One effective-dated rate of a tax code, as a fraction: 19 % is 0.19.

    ``entity`` is the legal entity that charges it, empty for all of them; ``region`` is told to whoever files the tax.
    ``note`` is what the invoice has to say. Raises InvalidInput for a rate where nobody is charged.
    """

    tax_code: str
    rate: Decimal
    valid_from: date
    valid_to: date | None = None
    name: str = ""
    entity: str = ""
    region: str = ""
    treatment: TaxTreatment = TaxTreatment.TAXED
    note: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.treatment is not TaxTreatment.TAXED and self.rate:
            raise InvalidInput(
                f"tax code {self.tax_code}: {self.treatment} charges nothing, so its rate is 0, not {self.rate}"
            )
