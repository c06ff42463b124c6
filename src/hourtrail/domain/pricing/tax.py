"""The tax on a line: the rate of its contract's tax code on the date of supply, rounded on the line.

Where tax may be rounded is national law. The Court of Justice of the EU leaves it to the member states (C-484/06 *Koninklijke
Ahold*), the United Kingdom lets it be worked out and rounded line by line (VAT Notice 700, section 17.5). So it is rounded once,
on the line, half up to the currency's minor unit, and the tax of a draft is the sum of its lines' taxes. A European e-invoice
(EN 16931) adds up the net amounts of a rate before it takes the tax: whoever writes one may find cents of difference.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Protocol, TypeAlias

from hourtrail.domain.firm import Contract, TaxRate, TaxTreatment
from hourtrail.domain.money import Money
from hourtrail.domain.pricing.draft import DraftLine, Held, HeldReason, LineTax, Objection, add_up

_SAID: Final = {TaxTreatment.TAXED: "", TaxTreatment.REVERSE_CHARGE: "Reverse charge", TaxTreatment.EXEMPT: "Exempt"}
"""What the invoice says where the rate has no note of its own (Directive 2006/112/EC, article 226, numbers 11 and 11a)."""

Ruling: TypeAlias = TaxRate | Objection | None
"""The rate that holds; what is wrong with the rules; None where no tax is worked out."""


class Taxed(Protocol):
    """A line with an amount, and its tax if it has one."""

    @property
    def amount(self) -> Money | None:
        """Net."""

    @property
    def tax(self) -> LineTax | None:
        """What is charged on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxTotal:
    """What the lines of one rate of one code come to."""

    code: str
    rate: Decimal
    note: str
    net: Money
    tax: Money


class TaxRules:
    """The tax on what one contract bills.

    Tax is worked out where a rate is given for the contract's entity, or for every entity. Where none is, amounts are net,
    unless the contract names a code: then a code that has no rate is an error, as long as there are tax rates at all.
    """

    def __init__(self, contract: Contract, rates: Iterable[TaxRate]) -> None:
        self._contract = contract
        given = tuple(rates)
        self._own = tuple(row for row in given if row.entity in {"", contract.entity})
        self._applies = bool(self._own) or bool(given and contract.tax_code)

    def on(self, day: date) -> Ruling:
        """What holds for a supply of that day; the entity's own row first, then the one that became valid later."""
        contract = self._contract
        if not self._applies:
            return None
        who = contract.entity or "every entity"
        if not contract.tax_code:
            why = f"contract {contract.id} names no tax code, and tax rates are given for {who}"
            return Objection(HeldReason.MISSING_TAX_CODE, why)
        coded = [row for row in self._own if row.tax_code == contract.tax_code]
        valid = [row for row in coded if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)]
        if not valid:
            lacks = f"has no rate on {day}" if coded else "is in no tax rate"
            return Objection(
                HeldReason.TAX_RULE, f"tax code {contract.tax_code} of {who} {lacks} (contract {contract.id})"
            )
        return max(valid, key=lambda row: (bool(row.entity), row.valid_from))


def tax_of(rate: TaxRate, net: Money) -> LineTax:
    """The tax on a net amount, rounded half up to the currency's minor unit."""
    amount = net.times(rate.rate).to_cents()
    return LineTax(code=rate.tax_code, rate=rate.rate, amount=amount, note=rate.note or _SAID[rate.treatment])


def with_tax(line: DraftLine, rules: TaxRules) -> DraftLine | Held:
    """The line with its tax, or held when the rules are wrong; a line without money has no tax."""
    ruling = rules.on(line.date) if line.amount is not None else None
    if line.amount is None or ruling is None:
        return line
    if isinstance(ruling, Objection):
        return Held(
            contract=line.contract, date=line.date, objections=(ruling,), minutes=line.minutes, worth=line.amount,
            entry=line.entry, milestone=line.milestone,
        )  # fmt: skip
    return replace(line, tax=tax_of(ruling, line.amount))


def tax_totals(lines: Iterable[Taxed]) -> tuple[TaxTotal, ...]:
    """Net and tax by code, rate and currency, in that order; what has no tax is left out."""
    groups: dict[tuple[str, Decimal, str, str], list[tuple[Money, Money]]] = {}
    for line in lines:
        if line.tax is not None and line.amount is not None:
            key = (line.tax.code, line.tax.rate, line.amount.currency, line.tax.note)
            groups.setdefault(key, []).append((line.amount, line.tax.amount))
    return tuple(
        TaxTotal(
            code=code, rate=rate, note=note, net=_sum(net for net, _ in rows), tax=_sum(tax for _, tax in rows)
        )
        for (code, rate, _, note), rows in sorted(groups.items())
    )  # fmt: skip


def gross_totals(lines: Iterable[Taxed]) -> tuple[Money, ...]:
    """Net and tax together, one sum for each currency; nothing where no tax is worked out."""
    rows = list(lines)
    if all(line.tax is None for line in rows):
        return ()
    return add_up([*(line.amount for line in rows), *(line.tax.amount for line in rows if line.tax)])


def _sum(amounts: Iterable[Money]) -> Money:
    [total] = add_up(amounts)
    return total
