"""A narrative that speaks of another client's work: probably booked on the wrong one, and soon on the wrong invoice."""

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from hourtrail.checks.client_names import ClientNames, Sort, Term
from hourtrail.checks.context import CheckContext
from hourtrail.checks.narratives import words
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import CERTAIN, Fact, report
from hourtrail.checks.wording import day
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.firm import WorkItem

NAME = "foreign_client_named"

# A keyword is a hint, not a name: assumed to be right seven times in ten until reviewers say otherwise.
_KEYWORD_SCORE: Final = 0.7
_VERBS: Final = {Sort.NAME: "names", Sort.TICKET: "names a ticket of", Sort.KEYWORD: "speaks of"}


class _Named(NamedTuple):
    entry: TimeEntry
    client: str
    term: Term


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry whose narrative names another client and nothing of its own.

    Names are client codes, ticket prefixes and company domains; keywords of tasks count for less. A term that narratives
    of several other clients use (the policy's bounds) is an everyday word, whatever the task list says of it.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    names = ClientNames(context.tasks or (), context.contracts or ())
    hits: list[_Named] = []
    users: dict[Term, Counter[str]] = {}
    columns = context.columns
    clients = [_client(context, item) for item in columns.items]
    names_any = np.array([names.may_name(text) for text in columns.texts], np.bool_)
    in_question = columns.of_items(bool(client) and client not in names.internal for client in clients)
    for row in np.flatnonzero(in_question & names_any[columns.text]).tolist():
        entry, client = context.ranked[row], clients[int(columns.item[row])]
        foreign, own = _read(names, client, entry)
        for term in foreign:
            users.setdefault(term, Counter())[client] += 1
        if foreign and not own:
            hits += [_Named(entry, client, term) for term in foreign]
    everyday = policy.bound(NAME, "clients")
    everyday_keyword = policy.bound(NAME, "keyword_clients")
    adopted = policy.bound(NAME, "keyword_uses")
    told: set[int] = set()
    # Names before keywords: one entry is told once, for its best reason.
    for hit in sorted(hits, key=lambda hit: hit.term):
        keyword = hit.term.sort is Sort.KEYWORD
        most = everyday_keyword if keyword else everyday
        # A keyword that this client's own narratives return to is their word too.
        if keyword and users[hit.term][hit.client] > adopted:
            continue
        if id(hit.entry) not in told and len(users[hit.term]) <= most:
            told.add(id(hit.entry))
            yield _fact(context, hit)


def _client(context: CheckContext, item: WorkItem) -> str:
    if item.client:
        return item.client
    known = {task.item.client for task in context.work_items.tasks(item)}
    return known.pop() if len(known) == 1 else ""


def _read(names: ClientNames, client: str, entry: TimeEntry) -> tuple[set[Term], bool]:
    """The terms of other clients in the narrative, and whether it says anything of its own."""
    text = words(entry.narrative)
    foreign: set[Term] = set()
    own = False
    for term, clients in names.found(text):
        if client in clients:
            own = True
        elif len(clients) == 1 and term.client not in names.internal:
            foreign.add(term)
    return foreign, own or (bool(foreign) and names.speaks_of(text, client))


def _fact(context: CheckContext, hit: _Named) -> Fact:
    entry, term = hit.entry, hit.term
    what = _VERBS[term.sort]
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=(entry.id, str(entry.item), term.client),
        measured=f"{what} {term.text}, which belongs to client {term.client}",
        expected=f"work for client {hit.client}",
        explanation=(
            f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)}, but the narrative {what} "
            f"“{term.text}”, which belongs to client {term.client}, and nothing of client {hit.client}."
        ),
        score=_KEYWORD_SCORE if term.sort is Sort.KEYWORD else CERTAIN,
        value_at_risk=context.worth(entry),
    )
