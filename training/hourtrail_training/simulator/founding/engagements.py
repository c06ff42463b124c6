"""Clients and what they have ordered: projects with dates, a contract kind, sizes by Zipf, twins and renames."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from hourtrail.domain.firm import ContractKind
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.founding.calendars import currency_of
from hourtrail_training.simulator.founding.catalogue import BY_PRACTICE, PRACTICES
from hourtrail_training.simulator.founding.kinds import ProjectKind
from hourtrail_training.simulator.founding.names import CLIENT_ENDS, CLIENT_STARTS, INDUSTRIES
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream

_OUTSIDE: Final = tuple(kind for kind in ContractKind if kind is not ContractKind.INTERNAL)
_USUAL: Final = {
    ContractKind.TIME_AND_MATERIALS: 0.34, ContractKind.CAPPED: 0.14, ContractKind.FIXED_FEE: 0.16,
    ContractKind.MILESTONE: 0.1, ContractKind.RETAINER: 0.12, ContractKind.PREPAID: 0.06, ContractKind.USAGE: 0.08,
}  # fmt: skip
"""How often each kind of contract is signed, once every kind has been."""
_ROMAN: Final = ("", " II", " III", " IV", " V", " VI")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client: its code, name, the factor on its rates, where it sits, and its weight in the firm's work."""

    code: str
    name: str
    zone: str
    weight: float
    rate_factor: float
    visited: bool

    @property
    def domain(self) -> str:
        """The client's e-mail domain."""
        return f"{self.code}.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """One project of one client, with the days on which it is worked on (both included)."""

    number: int
    client: Client
    kind: ProjectKind
    project: str
    name: str
    contract: ContractKind
    starts_on: date
    ends_on: date
    predecessor: str = ""
    """Code of the project that this one continues under another name."""
    successor: str = ""
    twin: str = ""
    """Code of the project that this one is easily mistaken for."""

    @property
    def contract_id(self) -> str:
        """The contract's number; a renamed project keeps its contract."""
        return f"C-{100 + self.number}"

    @property
    def currency(self) -> str:
        """What it is billed in."""
        return currency_of(self.client.zone)


def practices_of(options: SimulateOptions) -> tuple[str, ...]:
    """The firm's practices: one for a single person, all five from sixteen people on; builders and advisers in turn."""
    generator = stream(options.seed, "practices")
    builders = [PRACTICES[index] for index in generator.permutation(3)]
    advisers = [PRACTICES[3 + index] for index in generator.permutation(2)]
    return (builders[0], advisers[0], builders[1], advisers[1], builders[2])[: min(5, 1 + options.people // 4)]


def engagements(options: SimulateOptions, parameters: Parameters, practices: tuple[str, ...]) -> tuple[Engagement, ...]:
    """Every engagement that is worked on within the horizon, renamed projects as two rows one after the other."""
    count = _count(options.people, parameters["engagements_per_person"])
    clients = _clients(
        max(1 if count < 3 else 2, round(count / parameters["engagements_per_client"])), options, parameters
    )
    dice = Dice(stream(options.seed, "engagements"))
    contracts = _contracts(count, options)
    rows: list[Engagement] = []
    used: set[str] = set()
    for number in range(count):
        client = clients[number] if number < len(clients) else _by_size(clients, dice)
        practice = practices[number % len(practices)]
        kind = dice.one(BY_PRACTICE[practice])
        starts, ends = _span(options, parameters, contracts[number], dice)
        project, repeat = _code(client, kind, used)
        rows.append(
            Engagement(
                number=number,
                client=client,
                kind=kind,
                project=project,
                name=(kind.names[0] if dice.chance(parameters["usual_name_share"]) else dice.one(kind.names))
                + _ROMAN[min(repeat, 5)],
                contract=contracts[number],
                starts_on=starts,
                ends_on=ends,
            )
        )
    rows += _twins(rows, used, options, parameters, dice)
    return tuple(_renamed(rows, used, options, parameters, dice))


def _count(people: int, share: float) -> int:
    if people == 1:
        return 3
    return max(8 if people >= 4 else 5, round(people * share))


def _clients(count: int, options: SimulateOptions, parameters: Parameters) -> tuple[Client, ...]:
    dice = Dice(stream(options.seed, "clients"))
    order = stream(options.seed, "client names").permutation(len(CLIENT_STARTS) * len(CLIENT_ENDS))
    clients: list[Client] = []
    for rank in range(count):
        turn, index = divmod(rank, len(order))
        stem = CLIENT_STARTS[order[index] // len(CLIENT_ENDS)] + CLIENT_ENDS[order[index] % len(CLIENT_ENDS)]
        industry = INDUSTRIES[(dice.below(len(INDUSTRIES)) + turn) % len(INDUSTRIES)]
        clients.append(
            Client(
                code=stem.lower() + (str(turn + 1) if turn else ""),
                name=f"{stem} {industry}",
                zone=dice.one(options.zones),
                weight=(rank + 1) ** -parameters["zipf_exponent"],
                rate_factor=round(1 + parameters["client_rate_spread"] * (2 * dice.uniform() - 1), 2),
                visited=dice.chance(parameters["travel_share"]) or (rank == 0 and options.people >= 6),
            )
        )
    return tuple(clients)


def _by_size(clients: tuple[Client, ...], dice: Dice) -> Client:
    total, cumulated = 0.0, []
    for client in clients:
        total += client.weight
        cumulated.append(total)
    return dice.weighted(clients, cumulated)


def _contracts(count: int, options: SimulateOptions) -> list[ContractKind]:
    """Every kind once, in an order of the firm's own, then by how usual they are."""
    generator = stream(options.seed, "contracts")
    kinds = [_OUTSIDE[index] for index in generator.permutation(len(_OUTSIDE))]
    usual = tuple(_USUAL)
    rest = generator.choice(len(usual), size=max(0, count - len(kinds)), p=[_USUAL[kind] for kind in usual])
    return [*kinds, *(usual[index] for index in rest)][:count]


def _span(options: SimulateOptions, parameters: Parameters, contract: ContractKind, dice: Dice) -> tuple[date, date]:
    days = (options.last - options.first).days + 1
    starts = options.first - timedelta(days=30 + dice.below(600))
    if contract in {ContractKind.CAPPED, ContractKind.PREPAID}:
        starts = options.first - timedelta(days=dice.below(15))  # so that what is left of the cap can be seen
    ends = options.last + timedelta(days=30 + dice.below(330))
    fate = dice.uniform()
    if days >= 28 and fate < parameters["starting_share"]:
        starts = options.first + timedelta(days=days // 8 + dice.below(max(1, days // 2)))
    elif days >= 28 and fate < parameters["starting_share"] + parameters["ending_share"]:
        ends = options.first + timedelta(days=days // 3 + dice.below(max(1, days // 2)))
    return starts, ends


def _code(client: Client, kind: ProjectKind, used: set[str]) -> tuple[str, int]:
    """A project code that no other project has, and how many of that name there were before."""
    repeat = 0
    code = f"{client.code[:6]}-{kind.code}"
    while code in used:
        repeat += 1
        code = f"{client.code[:6]}-{kind.code}{repeat + 1}"
    used.add(code)
    return code, repeat


def _twins(
    rows: list[Engagement], used: set[str], options: SimulateOptions, parameters: Parameters, dice: Dice
) -> list[Engagement]:
    """A second project of nearly the same name for some: same client, same kind, other contract."""
    count = max(1 if len(rows) >= 6 else 0, round(parameters["twin_share"] * len(rows)))
    twins: list[Engagement] = []
    for row in dice.some(rows, count):
        project, _ = _code(row.client, row.kind, used)
        names = [name for name in row.kind.names if name != row.name] or [f"{row.name} 2"]
        name = dice.one((f"{row.name} 2", f"{row.name} rollout", *names))
        starts, ends = _span(options, parameters, row.contract, dice)
        twins.append(
            replace(
                row,
                number=len(rows) + len(twins),
                project=project,
                name=name,
                starts_on=starts,
                ends_on=ends,
                twin=row.project,
            )
        )
    return twins


def _renamed(
    rows: list[Engagement], used: set[str], options: SimulateOptions, parameters: Parameters, dice: Dice
) -> list[Engagement]:
    """Some projects get another code within the horizon: the old one ends on the day before the new one begins."""
    days = (options.last - options.first).days + 1
    through = [row for row in rows if row.starts_on <= options.first and row.ends_on >= options.last]
    least = 1 if len(rows) >= 6 else 0
    count = max(least, round(parameters["rename_share"] * len(rows) * days / 365.25)) if days >= 28 else 0
    chosen = {row.project for row in dice.some(through, count)}
    result: list[Engagement] = []
    for row in rows:
        if row.project not in chosen:
            result.append(row)
            continue
        on = options.first + timedelta(days=days * 3 // 10 + dice.below(max(1, days * 4 // 10)))
        names = [name for name in row.kind.names if name != row.name] or [f"{row.name} (new)"]
        code = f"{row.project}-{on.year % 100}"
        used.add(code)
        result.append(replace(row, ends_on=on - timedelta(days=1), successor=code))
        result.append(replace(row, project=code, name=dice.one(names), starts_on=on, predecessor=row.project, twin=""))
    return result
