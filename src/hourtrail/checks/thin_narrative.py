"""A narrative that tells the client nothing, where the contract asks for one.

Counted are letters and digits of distinct words that the work item does not say already, so a narrative of any language is
held to one measure and no list of empty words is needed.
"""

from collections.abc import Iterator

from hourtrail.checks.context import CheckContext
from hourtrail.checks.narratives import said, words
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report, worth
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
    known: dict[WorkItem, frozenset[str]] = {}
    for entry in context.ranked:
        contract = context.work_items.contract(entry.item)
        least = max(asked, elsewhere) if contract and contract.narrative_required else elsewhere
        if not least or entry.billable is False or not entry.minutes:
            continue
        if entry.item not in known:
            known[entry.item] = _known_of(context, entry.item)
        told = said(entry.narrative, known[entry.item])
        if told >= least:
            continue
        by = f"contract {contract.id}" if contract and contract.narrative_required else "the policy"
        says = (
            f"says no more than {_signs(told)} that its work item does not say already"
            if told
            else _empty(entry.narrative)
        )
        yield Fact(
            subject=Subject(time_entry=entry.id),
            key=(entry.id, entry.narrative.strip()),
            measured=_signs(told),
            expected=f"a narrative of at least {_signs(least)}",
            explanation=(
                f"The narrative of {context.name(entry.person)} for {entry.item} on {day(entry.date)} {says}, "
                f"but {by} asks for one of at least {_signs(least)}."
            ),
            value_at_risk=worth(entry),
        )


def _signs(number: int) -> str:
    return count(number, "letter or digit", "letters and digits")


def _empty(narrative: str) -> str:
    return "says nothing that its work item does not say already" if narrative.strip() else "is empty"


def _known_of(context: CheckContext, item: WorkItem) -> frozenset[str]:
    tasks = context.work_items.tasks(item)
    name = tasks[0].name if len(tasks) == 1 else ""
    return frozenset(words(f"{item.client} {item.project} {item.task} {name}"))
