"""The data contracts that a file's header alone does not choose: ``ingest --as`` names them, and so does the API's address.

Their columns are also those of other kinds (``client,project,name`` has always been a list of tasks).
"""

from typing import Final

from hourtrail.domain.firm import Client, Project
from hourtrail.domain.ledger import Expense, Payment
from hourtrail.sources.contract_files.columns import Column, DataContract
from hourtrail.sources.contract_files.values import BOOLEAN, CODE, CURRENCY, DATE, SIGNED_AMOUNT, TEXT, choice

OPEN_OR_CLOSED: Final = choice({"open": False, "closed": True})

_SOURCE: Final = Column("source", CODE, "the system that keeps it", required=True)
_REVISION: Final = Column(
    "revision", CODE, "number, instant or other mark of this state; an older one replaces nothing"
)

CLIENTS: Final = DataContract(
    word="clients",
    title="Clients",
    about="Whom the firm works for. Where they are given, tasks, projects and contracts of other clients are refused.",
    record=Client,
    by_header=False,
    directory=True,
    identity=("client",),
    columns=(
        Column("client", CODE, "client code", required=True, attribute="id"),
        Column("name", TEXT, "what people call it"),
        Column("status", OPEN_OR_CLOSED, "whether new work is taken for it", attribute="closed", default="open"),
    ),
)

PROJECTS: Final = DataContract(
    word="projects",
    title="Projects",
    about="What is worked on for a client. Where they are given, tasks and assignments of other projects are refused.",
    record=Project,
    by_header=False,
    directory=True,
    identity=("client", "project"),
    columns=(
        Column("client", CODE, "client code", required=True),
        Column("project", CODE, "project code", required=True),
        Column("name", TEXT, "what people call it"),
        Column("manager", CODE, "the id of the person who answers for it"),
        Column("status", OPEN_OR_CLOSED, "whether new tasks are opened in it", attribute="closed", default="open"),
    ),
)

EXPENSES: Final = DataContract(
    word="expenses",
    title="Expenses",
    about="Money that people spent on a work item. Told again, a row corrects the one before; that one stays in the log.",
    record=Expense,
    by_header=False,
    identity=("source", "external_id"),
    books_on_item=True,
    given=("source",),
    columns=(
        _SOURCE,
        Column("external_id", CODE, "stable id in that system", required=True),
        Column("person", CODE, "who spent it", required=True),
        Column("date", DATE, "the day on which it was spent", required=True),
        Column("client", CODE, "client code", required=True),
        Column("project", CODE, "project code", required=True),
        Column("task", CODE, "task code; empty = booked on the project itself"),
        Column(
            "amount", SIGNED_AMOUNT, "what it cost; below 0 = given back, 0 = the record is taken back", required=True
        ),
        Column("currency", CURRENCY, "currency of the amount", required=True),
        Column("billable", BOOLEAN, "whether it is billed on; empty = not said"),
        Column("category", CODE, "what sort of expense, as that system calls it"),
        Column("narrative", TEXT, "what it was for"),
        Column("receipt", CODE, "where the voucher is: its number or address"),
        _REVISION,
    ),
)

PAYMENTS: Final = DataContract(
    word="payments",
    title="Payments",
    about="Money that a client paid on an invoice. Told again, a row corrects the one before; that one stays in the log.",
    record=Payment,
    by_header=False,
    identity=("source", "external_id"),
    given=("source",),
    columns=(
        _SOURCE,
        Column("external_id", CODE, "stable id in that system", required=True),
        Column("draft", CODE, "id of the posted draft, or what the same source calls the invoice", required=True),
        Column(
            "amount", SIGNED_AMOUNT, "what was paid; below 0 = given back, 0 = the record is taken back", required=True
        ),
        Column("currency", CURRENCY, "currency of the amount", required=True),
        Column("received_on", DATE, "the day on which it came in", required=True),
        Column("note", TEXT, "what the payer wrote"),
        _REVISION,
    ),
)

NAMED: Final = (CLIENTS, PROJECTS, EXPENSES, PAYMENTS)
