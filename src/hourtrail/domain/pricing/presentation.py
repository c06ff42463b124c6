"""A draft the way a client wants to read it: grouped, with hours in so many places, and worded from a template.

Presentation never changes an amount: lines are only put together, and only lines of one rate and one tax, so that quantity
times rate stays what the client checks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from string import Template
from typing import Final

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.money import Money
from hourtrail.domain.pricing.draft import Draft, DraftLine, LineKind, LineTax, add_up

_FIELDS: Final = frozenset({"date", "person", "client", "project", "task", "narrative", "why"})
_MOST_PLACES: Final = 4
_NOT_SHOWN: Final = frozenset({LineKind.UNBILLED})


class GroupBy(StrEnum):
    """What lines are put together by."""

    ENTRY = "entry"
    PERSON = "person"
    PROJECT = "project"
    TASK = "task"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFormat:
    """How a client reads an invoice.

    ``words`` may hold ``$date``, ``$person``, ``$client``, ``$project``, ``$task``, ``$narrative`` and ``$why``.
    ``hour_places`` are the decimals of the hours; ``longest`` the most characters of a description. Raises InvalidInput for
    a field or a number that does not exist.
    """

    group_by: tuple[GroupBy, ...] = (GroupBy.ENTRY,)
    hour_places: int = 2
    words: str = "$narrative"
    longest: int = 2000

    def __post_init__(self) -> None:
        if not self.group_by:
            raise InvalidInput("a client format groups by at least one of " + ", ".join(GroupBy))
        if not 0 <= self.hour_places <= _MOST_PLACES:
            raise InvalidInput(f"hour_places {self.hour_places} is outside 0 to {_MOST_PLACES}")
        if self.longest < 1:
            raise InvalidInput(f"longest {self.longest}: a description needs at least one character")
        template = Template(self.words)
        if not template.is_valid() or (unknown := sorted(set(template.get_identifiers()) - _FIELDS)):
            wrong = f"${unknown[0]}" if template.is_valid() else "a lone $"
            raise InvalidInput(f"words {self.words[:80]!r} hold {wrong}; known are ${', $'.join(sorted(_FIELDS))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One line as the client reads it; ``parts`` are the entries or milestones in it, ``tax`` the sum of their taxes."""

    description: str
    kind: LineKind
    hours: Decimal
    rate: Money | None
    amount: Money | None
    parts: tuple[str, ...]
    tax: LineTax | None = None


def present(draft: Draft, entries: Mapping[str, TimeEntry], shape: ClientFormat) -> tuple[InvoiceLine, ...]:
    """The lines of ``draft`` in the client's shape, in the order of their first part; unbilled work is left out.

    ``entries`` by id give the words; a fee, a block or a milestone has none and is worded by its clause.
    """
    groups: dict[tuple[object, ...], list[DraftLine]] = {}
    for line in draft.lines:
        if line.kind not in _NOT_SHOWN:
            groups.setdefault(_key(line, entries.get(line.entry), shape), []).append(line)
    return tuple(_together(lines, entries, shape) for lines in groups.values())


def _key(line: DraftLine, entry: TimeEntry | None, shape: ClientFormat) -> tuple[object, ...]:
    if entry is None:
        return (line.kind, line.date, line.milestone, line.entry)
    parts: dict[GroupBy, object] = {
        GroupBy.ENTRY: entry.id,
        GroupBy.PERSON: entry.person,
        GroupBy.PROJECT: entry.item.at_project,
        GroupBy.TASK: entry.item,
        GroupBy.DAY: entry.date,
    }
    currency = line.amount.currency if line.amount else ""
    tax = (line.tax.code, line.tax.rate, line.tax.note) if line.tax else ()
    return (line.kind, line.rate, currency, tax, *(parts[by] for by in shape.group_by))


def _together(lines: list[DraftLine], entries: Mapping[str, TimeEntry], shape: ClientFormat) -> InvoiceLine:
    minutes = sum(line.minutes for line in lines)
    unit = Decimal(1).scaleb(-shape.hour_places)
    words = dict.fromkeys(_words(line, entries.get(line.entry), shape) for line in lines)
    text = "; ".join(word for word in words if word)
    [amount] = add_up(line.amount for line in lines) or [None]
    return InvoiceLine(
        description=text if len(text) <= shape.longest else f"{text[: shape.longest - 1]}…",
        kind=lines[0].kind,
        hours=(Decimal(minutes) / 60).quantize(unit, rounding=ROUND_HALF_UP),
        rate=lines[0].rate,
        amount=amount,
        parts=tuple(line.entry or line.milestone for line in lines if line.entry or line.milestone),
        tax=_tax(lines),
    )


def _tax(lines: list[DraftLine]) -> LineTax | None:
    """The taxes of lines of one code, rate and note, added up."""
    first = lines[0].tax
    [amount] = add_up(line.tax.amount for line in lines if line.tax) or [None]
    return replace(first, amount=amount) if first and amount else None


def _words(line: DraftLine, entry: TimeEntry | None, shape: ClientFormat) -> str:
    if entry is None:
        return line.why
    fields = {
        "date": entry.date.isoformat(),
        "person": entry.person,
        "client": entry.item.client,
        "project": entry.item.project,
        "task": entry.item.task,
        "narrative": entry.narrative.strip(),
        "why": line.why,
    }
    return Template(shape.words).substitute(fields).strip()
