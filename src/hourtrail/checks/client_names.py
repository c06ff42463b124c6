"""What clients are called in narratives: codes, domains and ticket prefixes, and keywords of their tasks."""

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from hourtrail.checks.narratives import words
from hourtrail.domain.firm import Billable, Contract, ContractKind, Task

_SHORTEST: Final = 3
_SHORTEST_OWN: Final = 4


class Sort(IntEnum):
    """What a term is, the surest first."""

    NAME = 0
    TICKET = 1
    KEYWORD = 2


class Term(NamedTuple):
    """One thing a client is called by: its code or domain, the prefix of its tickets, or a keyword of its tasks."""

    sort: Sort
    text: str
    client: str


class ClientNames:
    """The terms of each client, found in a text by their words.

    A term that belongs to several clients is nobody's. Clients whose work is never billed are the firm itself: the firm
    may speak of any client, and any client's work of the firm.
    """

    def __init__(self, tasks: Sequence[Task], contracts: Sequence[Contract]) -> None:
        self.internal = _internal(tasks, contracts)
        self._clients: dict[tuple[tuple[str, ...], bool], set[str]] = {}
        self._terms: dict[str, dict[tuple[tuple[str, ...], bool], Term]] = {}
        for term in sorted({*_terms(tasks)}):
            parts = tuple(words(term.text))
            key = (parts, term.sort is Sort.TICKET)
            self._clients.setdefault(key, set()).add(term.client)
            self._terms.setdefault(parts[0], {}).setdefault(key, term)
        self._vocabulary: dict[str, set[str]] = {}
        for task in tasks:
            for word in words(f"{task.item.project} {task.item.task} {task.name}"):
                self._vocabulary.setdefault(word, set()).add(task.item.client)

    def may_name(self, text: str) -> bool:
        """Whether a word of the text begins a term; where none does, nobody is named."""
        return not self._terms.keys().isdisjoint(words(text))

    def found(self, text: Sequence[str]) -> Iterator[tuple[Term, frozenset[str]]]:
        """The terms that stand in a text, given as its words, each with all clients that it belongs to.

        A ticket prefix counts only before a number.
        """
        for place, word in enumerate(text):
            for key, term in self._terms.get(word, {}).items():
                parts, ticket = key
                after = place + len(parts)
                if tuple(text[place:after]) == parts and (not ticket or "".join(text[after : after + 1]).isdigit()):
                    yield term, frozenset(self._clients[key])

    def speaks_of(self, text: Iterable[str], client: str) -> bool:
        """Whether a text holds a word that stands in the codes or names of this client's work, and of no other's."""
        return any(len(word) >= _SHORTEST_OWN and self._vocabulary.get(word) == {client} for word in text)


def _internal(tasks: Iterable[Task], contracts: Iterable[Contract]) -> frozenset[str]:
    billed: dict[str, bool] = {}
    for task in tasks:
        billed[task.item.client] = billed.get(task.item.client, False) or task.billable is not Billable.NO
    kinds: dict[str, set[ContractKind]] = {}
    for contract in contracts:
        kinds.setdefault(contract.client, set()).add(contract.kind)
    unpaid = {client for client, any_billed in billed.items() if not any_billed}
    return frozenset(unpaid | {client for client, kind in kinds.items() if kind == {ContractKind.INTERNAL}})


def _terms(tasks: Iterable[Task]) -> Iterator[Term]:
    for task in tasks:
        client = task.item.client
        if not client:
            continue
        # The first label of a domain is how people write the company: acme.example is called Acme.
        named = (client, *(domain.partition(".")[0] for domain in task.domains))
        yield from (Term(Sort.NAME, text, client) for text in named if _tells(text, _SHORTEST))
        # A ticket prefix has at least two letters, and the number behind it makes it sure.
        yield from (Term(Sort.TICKET, text.strip("-#"), client) for text in task.ticket_prefixes if _tells(text, 2))
        yield from (Term(Sort.KEYWORD, text, client) for text in task.keywords if _tells(text, _SHORTEST))


def _tells(text: str, shortest: int) -> bool:
    """Whether a text can name anything: it has letters, and enough of them unless a sign is a word."""
    plain = "".join(words(text))
    return any(sign.isalpha() for sign in plain) and (len(plain) >= shortest or not plain.isascii())
