"""Codes, rates and taxes that no other system would take: found here, before anything is handed to an exporter."""

from hourtrail.domain.billing import ClaimedLine
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame
from hourtrail.domain.firm import Contract
from hourtrail.domain.pricing import DraftLine, LineTax, Objection, tax_of
from hourtrail.flows.billing.gates import Objected
from hourtrail.flows.billing.ground import Ground


def line_faults(
    ground: Ground, contract: Contract, line: DraftLine | ClaimedLine, entry: TimeEntry | None
) -> tuple[Objected, ...]:
    """What is wrong with the codes of one line: its project, client, rate, currency, tax; each told by itself."""
    found: dict[str, str] = {}
    if entry is not None:
        item = entry.item
        if item.client and item.client != contract.client:
            found["customer"] = (
                f"it is booked for client {item.client}, but contract {contract.id} is {contract.client}'s"
            )
        if not item.project:
            found["project_code"] = "it names no project"
        elif ground.master.tasks and not ground.knows_project(item):
            found["project_code"] = f"the task list holds no project {item.project} of {contract.client}"
    if line.rate is not None and line.rate.amount <= 0:
        found["rate"] = f"its rate is {line.rate.amount} {line.rate.currency}, which bills nothing"
    if contract.currency and line.amount is not None and line.amount.currency != contract.currency:
        found["rate"] = f"its amount is in {line.amount.currency}, contract {contract.id} in {contract.currency}"
    if (tax := _tax_fault(ground, contract, line)) is not None:
        found["tax_rule"] = tax
    if not found:
        return ()
    place = ground.place(Blame.MASTER_DATA, check="bad_code")
    return tuple(
        Objected(policy="codes", rule=rule, why=why, blame=Blame.MASTER_DATA, place=place)
        for rule, why in found.items()
    )


def _tax_fault(ground: Ground, contract: Contract, line: DraftLine | ClaimedLine) -> str | None:
    """Why the tax on a line does not hold (any more): the rules are wrong, or they say another one than the line has."""
    if line.amount is None:
        return None
    ruling = ground.tax_rules(contract).on(line.date)
    if isinstance(ruling, Objection):
        return ruling.why
    now = tax_of(ruling, line.amount) if ruling else None
    if now == line.tax:
        return None
    before, after = _told(line.tax), _told(now)
    if now and line.tax and before == after:
        before, after = f"{before} and the note {line.tax.note!r}", f"{after} and the note {now.note!r}"
    return f"it was drafted with {before}, and the tax rates say {after}: draft it again"


def _told(tax: LineTax | None) -> str:
    return str(tax) if tax else "no tax"
