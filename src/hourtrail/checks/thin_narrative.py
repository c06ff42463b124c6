"""A narrative that tells the client nothing, where the contract asks for one.

Counted are letters and digits of distinct words that the work item does not say already, so a narrative of any language is
held to one measure and no list of empty words is needed.
"""

from collections.abc import Iterator

import numpy as np

from hourtrail.checks.context import CheckContext
from hourtrail.checks.narratives import said, words
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import count, day
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.firm import WorkItem

NAME = "thin_narrative"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each billed entry that says less than the policy asks for under its contract.

    Two bounds: ``characters`` where the contract requires a narrative, ``characters_elsewhere`` for all other entries.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    asked = int(policy.bound(NAME, "characters"))
    elsewhere = int(policy.bound(NAME, "characters_elsewhere"))
    columns = context.columns
    contracts = [context.work_items.contract(item) for item in columns.items]
    required = [bool(contract and contract.narrative_required) for contract in contracts]
    least_of = [max(asked, elsewhere) if strict else elsewhere for strict in required]
    known = [
        _known_of(context, item) if least else frozenset() for item, least in zip(columns.items, least_of, strict=True)
    ]
    told_of: dict[tuple[int, int], int] = {}
    billed = (columns.billable != 0) & (columns.minutes > 0) & columns.of_items(map(bool, least_of))
    for row in np.flatnonzero(billed).tolist():
        number, text = int(columns.item[row]), int(columns.text[row])
        if (number, text) not in told_of:
            told_of[number, text] = said(columns.texts[text], known[number])
        told, least = told_of[number, text], least_of[number]
        if told >= least:
            continue
        entry, contract = context.ranked[row], contracts[number]
        by = f"contract {contract.id}" if contract and contract.narrative_required else "the policy"
        says = (
            f"says no more than {_signs(told)} that its work item does not say already"
            if told
            else _empty(entry.narrative)
        )
        yield Fact(
            subject=Subject(time_entry=entry.id),
            key=(entry.id,),
            measured=_signs(told),
            expected=f"a narrative of at least {_signs(least)}",
            explanation=(
                f"The narrative of {context.name(entry.person)} for {entry.item} on {day(entry.date)} {says}, "
                f"but {by} asks for one of at least {_signs(least)}."
            ),
            value_at_risk=context.worth(entry),
        )


def _signs(number: int) -> str:
    return count(number, "letter or digit", "letters and digits")


def _empty(narrative: str) -> str:
    return "says nothing that its work item does not say already" if narrative.strip() else "is empty"


def _known_of(context: CheckContext, item: WorkItem) -> frozenset[str]:
    tasks = context.work_items.tasks(item)
    name = tasks[0].name if len(tasks) == 1 else ""
    return frozenset(words(f"{item.client} {item.project} {item.task} {name}"))
