"""Every data contract that is read from a file, column by column.

The one place that knows them: the parser, the JSON Schemas in ``data/contracts`` and the reference page are made from it.
"""

from typing import Final

from hourtrail.domain.activity import Activity, ActivityKind, Response, Sensitivity, ShowAs, Status
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import (
    Assignment,
    Billable,
    Contract,
    ContractKind,
    Holiday,
    Milestone,
    Period,
    Person,
    Rate,
    Task,
    TaxRate,
    TaxTreatment,
)
from hourtrail.domain.money import RoundingRule
from hourtrail.sources.contract_files.catalogue_named import NAMED, OPEN_OR_CLOSED
from hourtrail.sources.contract_files.columns import Column, DataContract
from hourtrail.sources.contract_files.values import (
    AMOUNT,
    BOOLEAN,
    CODE,
    CURRENCY,
    DATE,
    HOURS,
    INSTANT,
    LABEL,
    LIST,
    MINUTES,
    SHARE,
    SIGNED_AMOUNT,
    TEXT,
    WEEKLY_HOURS,
    WORKDAYS,
    ZONE,
    choice,
)

_BILLABLE = choice(
    {
        **{member.value: member for member in Billable},
        **dict.fromkeys(("yes", "1"), Billable.YES),
        **dict.fromkeys(("no", "0"), Billable.NO),
    },
    *("yes", "1", "no", "0"),
)

ACTIVITIES: Final = DataContract(
    word="activities",
    title="Activities",
    about="Something a source saw: a meeting, a commit, a message. `label` and `eligible` stand only in benchmark files.",
    record=Activity,
    identity=("source", "external_id"),
    ordered=(("start", "end"),),
    given=("source", "person"),
    columns=(
        Column(
            "source", CODE, "`icalendar`, `git`, `jira`, `csv`, … (open list); `--source` overrides it", required=True
        ),
        Column(
            "external_id",
            CODE,
            "stable id inside the source; of a recurring meeting it names the occurrence",
            required=True,
        ),
        Column("kind", choice(ActivityKind), "what sort of thing happened", required=True),
        Column("person", CODE, "the person's id or e-mail address; `--person` fills an empty one", required=True),
        Column("start", INSTANT, "when it began", required=True),
        Column("end", INSTANT, "when it ended; empty for a point event such as a commit"),
        Column("all_day", BOOLEAN, "whether it names days rather than times", default="false"),
        Column("title", TEXT, "what it is called"),
        Column("text", TEXT, "longer text; dropped or redacted by the tenant's privacy rules before it is stored"),
        Column("container", CODE, "calendar, repository, board, channel or folder"),
        Column("reference", CODE, "ticket key, pull request, document or URL"),
        Column("series", CODE, "recurring series id"),
        Column("participants", LIST, "addresses; only domains are stored unless the tenant allows more"),
        Column("response", choice(Response), "the owner's answer to the invitation", default="none"),
        Column("status", choice(Status), "whether it still takes place", default="confirmed"),
        Column("show_as", choice(ShowAs), "how it blocks its owner's time", default="busy"),
        Column("sensitivity", choice(Sensitivity), "whether others may read its title", default="normal"),
        Column("revision", CODE, "etag, sequence or last-modified; a newer one replaces, an equal one changes nothing"),
        Column("zone", ZONE, "the zone that the source stated, if any"),
        Column("label", LABEL, "the known answer, in benchmark files only"),
        Column("eligible", BOOLEAN, "`false` = history only, not measured; in benchmark files only", default="true"),
    ),
)

TASKS: Final = DataContract(
    word="tasks",
    title="Tasks",
    about="The work items that time is booked on, with the hints by which evidence finds them.",
    record=Task,
    directory=True,
    identity=("client", "project", "task"),
    ordered=(("opens_on", "closes_on"),),
    books_on_item=True,
    columns=(
        Column("client", CODE, "client code", required=True),
        Column("project", CODE, "project code", required=True),
        Column("task", CODE, "task code; empty = booked on the project itself"),
        Column("name", TEXT, "what people call it"),
        Column("keywords", LIST, "words that point to it"),
        Column("billable", _BILLABLE, "whether work on it is billed, or depends on the case", default="true"),
        Column("status", OPEN_OR_CLOSED, "whether it may be booked", attribute="closed", default="open"),
        Column("opens_on", DATE, "first bookable day"),
        Column("closes_on", DATE, "last bookable day"),
        Column("contract", CODE, "the contract that it is billed under"),
        Column("budget_hours", HOURS, "planned hours"),
        Column("domains", LIST, "e-mail domains that point to it"),
        Column("ticket_prefixes", LIST, "ticket key prefixes that point to it"),
        Column("containers", LIST, "calendars, repositories, boards or channels that point to it"),
    ),
)

ASSIGNMENTS: Final = DataContract(
    word="assignments",
    title="Assignments",
    about="Who may book on what, and when. Two rows that say the same are a duplicate; periods may overlap.",
    record=Assignment,
    directory=True,
    ordered=(("from", "to"),),
    books_on_item=True,
    columns=(
        Column("person", CODE, "the person's id", required=True),
        Column("client", CODE, "client code", required=True),
        Column("project", CODE, "project code", required=True),
        Column("task", CODE, "task code; empty = every task of the project"),
        Column("from", DATE, "first day, included", attribute="starts_on"),
        Column("to", DATE, "last day, included", attribute="ends_on"),
        Column("planned_hours_per_week", WEEKLY_HOURS, "planned load"),
        Column("grade", CODE, "grade on this assignment, where it differs from the person's"),
    ),
)

PEOPLE: Final = DataContract(
    word="people",
    title="People",
    about="Who works. Roles in the system are not in this file; absences are activities of kind `absence`.",
    record=Person,
    directory=True,
    identity=("person",),
    columns=(
        Column("person", CODE, "the person's id", required=True, attribute="id"),
        Column("name", TEXT, "display name"),
        Column("zone", ZONE, "decides the work date of everything that the person does", default="UTC"),
        Column("grade", CODE, "what the rate card prices"),
        Column("manager", CODE, "the manager's person id"),
        Column("team", CODE, "team"),
        Column("weekly_hours", WEEKLY_HOURS, "contractual hours a week"),
        Column("workdays", WORKDAYS, "days of the week that are worked", default="1-5"),
        Column("calendar", CODE, "work calendar, as the holidays file names it"),
        Column("cost_rate", AMOUNT, "internal cost an hour"),
        Column("currency", CURRENCY, "currency of the cost rate"),
    ),
)

CONTRACTS: Final = DataContract(
    word="contracts",
    title="Contracts",
    about="The terms of an engagement.",
    record=Contract,
    directory=True,
    identity=("contract",),
    ordered=(("starts_on", "ends_on"),),
    columns=(
        Column("contract", CODE, "contract id", required=True, attribute="id"),
        Column("client", CODE, "client code", required=True),
        Column("kind", choice(ContractKind), "how it is paid", required=True),
        Column("project", CODE, "project code; empty = every project of the client"),
        Column("currency", CURRENCY, "currency of its amounts"),
        Column("starts_on", DATE, "first day, included"),
        Column("ends_on", DATE, "last day, included"),
        Column("cap_amount", AMOUNT, "most that may be billed for hours"),
        Column("cap_hours", HOURS, "most hours that may be billed"),
        Column("budget_hours", HOURS, "planned hours"),
        Column(
            "budget_amount",
            AMOUNT,
            "planned amount; the fee of a fixed fee, of a retainer's period, of a prepaid block",
        ),
        Column("period", choice({word: word for word in ("month", "quarter", "year")}), "billing period; none = month"),
        Column("included_hours", HOURS, "hours that the period's fee, the block or the usage includes"),
        Column(
            "rollover",
            TEXT,
            "unused hours of a retainer: `none` (they lapse), `one_period` (one period more), `all` (to the end)",
        ),
        Column("overage_rate", AMOUNT, "hourly rate beyond the included hours"),
        Column("blended_rate", AMOUNT, "one hourly rate for every grade"),
        Column("rounding_minutes", MINUTES, "step of rounding", default="0"),
        Column("rounding_rule", choice(RoundingRule), "how billable minutes are rounded", default="none"),
        Column("narrative_required", BOOLEAN, "whether every entry needs a narrative", default="false"),
        Column("regulated", BOOLEAN, "whether stricter record-keeping applies", default="false"),
        Column("entity", CODE, "our legal entity that bills it, as the tax rates name it"),
        Column("tax_code", CODE, "tax code of what it bills; needed where tax rates are given for the entity"),
    ),
)

RATE_CARDS: Final = DataContract(
    word="rate-cards",
    title="Rate cards",
    about="Hourly rates. The most specific row that matches wins: person; else task and grade; else grade; else contract.",
    record=Rate,
    directory=True,
    ordered=(("valid_from", "valid_to"),),
    columns=(
        Column("contract", CODE, "contract id", required=True),
        Column("hourly_rate", AMOUNT, "rate an hour", required=True),
        Column("currency", CURRENCY, "currency of the rate", required=True),
        Column("grade", CODE, "grade; empty = every grade"),
        Column("task", CODE, "task code; empty = every task"),
        Column("person", CODE, "person id; empty = everybody"),
        Column("valid_from", DATE, "first day, included"),
        Column("valid_to", DATE, "last day, included"),
    ),
)

HOLIDAYS: Final = DataContract(
    word="holidays",
    title="Holidays",
    about="Days off of a named work calendar.",
    record=Holiday,
    directory=True,
    identity=("calendar", "date"),
    columns=(
        Column("calendar", CODE, "work calendar", required=True),
        Column("date", DATE, "the day off", required=True),
        Column("name", TEXT, "what it is called"),
    ),
)

PERIODS: Final = DataContract(
    word="periods",
    title="Periods",
    about="Accounting periods, open or closed for booking.",
    record=Period,
    directory=True,
    identity=("from", "to"),
    ordered=(("from", "to"),),
    columns=(
        Column("from", DATE, "first day, included", required=True, attribute="starts_on"),
        Column("to", DATE, "last day, included", required=True, attribute="ends_on"),
        Column("status", OPEN_OR_CLOSED, "whether it takes bookings", required=True, attribute="closed"),
    ),
)

MILESTONES: Final = DataContract(
    word="milestones",
    title="Milestones",
    about="Deliverables whose acceptance triggers billing.",
    record=Milestone,
    directory=True,
    identity=("contract", "milestone"),
    columns=(
        Column("contract", CODE, "contract id", required=True),
        Column("milestone", CODE, "milestone id", required=True),
        Column("name", TEXT, "what is delivered"),
        Column("due_on", DATE, "planned day"),
        Column("accepted_on", DATE, "day of the client's acceptance"),
        Column("amount", SIGNED_AMOUNT, "what it is worth, in the contract's currency"),
        Column("planned_share", SHARE, "share of the contract's work"),
    ),
)

TAX_RATES: Final = DataContract(
    word="tax-rates",
    title="Tax rates",
    about="What a tax code charges, and from when. The row of the contract's own entity beats one for every entity.",
    record=TaxRate,
    directory=True,
    identity=("tax_code", "entity", "valid_from"),
    ordered=(("valid_from", "valid_to"),),
    columns=(
        Column("tax_code", CODE, "tax code, as contracts name it", required=True),
        Column("rate", SHARE, "the rate; 19 % is `0.19`", required=True),
        Column("valid_from", DATE, "first day of supply, included", required=True),
        Column("valid_to", DATE, "last day of supply, included"),
        Column("name", TEXT, "what the tax is called"),
        Column("entity", CODE, "the legal entity that charges it; empty = every one"),
        Column("region", CODE, "where it is owed, for whoever files it"),
        Column(
            "treatment",
            choice(TaxTreatment),
            "who owes it; `reverse_charge` and `exempt` have a rate of 0",
            default="taxed",
        ),
        Column("note", TEXT, "what the invoice has to say, such as the reason of an exemption"),
    ),
)

TIME_ENTRIES: Final = DataContract(
    word="time-entries",
    title="Time entries",
    about="Booked time, one row an entry.",
    record=TimeEntry,
    identity=("id",),
    ordered=(("start", "end"),),
    books_on_item=True,
    columns=(
        Column("id", CODE, "stable id in the system of record", required=True),
        Column("person", CODE, "the person's id", required=True),
        Column("date", DATE, "work date in the person's zone", required=True),
        Column("minutes", MINUTES, "minutes worked", required=True),
        Column("project", CODE, "project code", required=True),
        Column("client", CODE, "client code"),
        Column("task", CODE, "task code; empty = booked on the project itself"),
        Column("start", INSTANT, "when it began"),
        Column("end", INSTANT, "when it ended"),
        Column("billable", BOOLEAN, "whether it is billed; empty = not said"),
        Column("narrative", TEXT, "what was done"),
        Column("hourly_rate", AMOUNT, "rate an hour, where the entry states one"),
        Column("currency", CURRENCY, "currency of the rate"),
        Column("status", choice(EntryStatus), "where it stands", default="draft"),
        Column("created_at", INSTANT, "when it was written down"),
        Column("source", CODE, "the system that it came from"),
        Column("write_off_minutes", MINUTES, "minutes that are not billed although worked", default="0"),
    ),
)

DATA_CONTRACTS: Final = {
    contract.word: contract
    for contract in (
        ACTIVITIES,
        TASKS,
        ASSIGNMENTS,
        PEOPLE,
        CONTRACTS,
        RATE_CARDS,
        HOLIDAYS,
        PERIODS,
        MILESTONES,
        TAX_RATES,
        TIME_ENTRIES,
        *NAMED,
    )
}
