"""The worked examples of ``tests/data/pricing``: read with the product's own readers, priced, and written as a table.

``python -m tests.domain.pricing.examples`` writes the table into ``docs/explanation/pricing.md``.
"""

import csv
from datetime import date
from functools import cache
from pathlib import Path

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.pricing import BillingPeriod, Draft, DraftLine, Held, gross_totals, price, tax_totals
from hourtrail.domain.ratecard import RateCard
from hourtrail.sources.contract_files import read_all

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "data" / "pricing"
PAGE = ROOT / "docs" / "explanation" / "pricing.md"
BEGIN, END = "<!-- examples -->", "<!-- end of the examples -->"


@cache
def read(word: str) -> list:
    rows, refused = read_all(FOLDER / f"{word}.csv", word, ReadOptions(today=date(2026, 6, 1)))
    assert refused == []
    return rows


@cache
def expected() -> list[dict[str, str]]:
    with (FOLDER / "expected.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def contracts() -> list[str]:
    return list(dict.fromkeys(row["contract"] for row in expected()))


def draft(name: str, **changes) -> Draft:
    """The draft of one example contract over the period that the table states."""
    row = next(row for row in expected() if row["contract"] == name)
    grades = {person.id: person.grade for person in read("people")}
    given = {
        "period": BillingPeriod(date.fromisoformat(row["from"]), date.fromisoformat(row["to"])),
        "card": RateCard.of(name, read("rate-cards")),
        "milestones": read("milestones"),
        "grade_of": lambda entry: grades.get(entry.person, ""),
        "taxes": read("tax-rates"),
        "entries": [entry for entry in read("time-entries") if entry.item.project == name],
        **changes,
    }
    [contract] = [contract for contract in read("contracts") if contract.id == name]
    return price(contract, given.pop("entries"), **given)


def told(row: DraftLine | Held) -> dict[str, str]:
    """A line, or what was held, in the columns of the table."""
    held = isinstance(row, Held)
    money = row.worth if held else row.amount
    return {
        "date": row.date.isoformat(),
        "what": row.entry or row.milestone,
        "result": f"held: {', '.join(row.reasons)}" if held else row.kind.value,
        "minutes": str(row.minutes) if row.entry else "",
        "rate": "" if held or row.rate is None else str(row.rate.amount),
        "amount": "" if money is None else str(money.amount),
        "currency": "" if money is None else money.currency,
        "tax": "" if held or row.tax is None else str(row.tax.amount.amount),
    }


def markdown() -> str:
    """The table of all examples, with the total of each contract."""
    lines = [
        "| contract | date | entry or milestone | result | minutes | rate | amount | tax | by hand |",
        "|---|---|---|---|--:|--:|--:|--:|---|",
    ]
    for name in contracts():
        for row in (row for row in expected() if row["contract"] == name):
            amount = f"{row['amount']} {row['currency']}".strip()
            cells = (
                name, row["date"], row["what"], row["result"], row["minutes"], row["rate"], amount, row["tax"], row["by hand"]
            )  # fmt: skip
            lines.append(f"| {' | '.join(cells)} |")
        made = draft(name)
        net = " + ".join(map(str, made.totals)) or "nothing"
        tax = " + ".join(str(row.tax.amount) for row in tax_totals(made.lines))
        gross = " + ".join(map(str, gross_totals(made.lines)))
        lines.append(
            f"| {name} | | | **billed** | | | **{net}** | {f'**{tax}**' if tax else ''} | {gross and f'**gross {gross}**'} |"
        )
    return "\n".join(lines)


def page(text: str) -> str:
    """``text`` with the table as it is now."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{markdown()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
