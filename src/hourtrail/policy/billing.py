"""How a tenant bills: what stops an entry, what a client's record must hold, caps, formats, and when disputes and shifts are told."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from hourtrail.domain.billing import ShiftRule
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.identity import body_digest
from hourtrail.domain.pricing import ClientFormat, GroupBy, OverCap, PricingPolicy, RoundingScope
from hourtrail.domain.suggestion import ModelRef

_MOST_CHARACTERS: Final = 100_000
_MOST_NAMES: Final = 1_000
_LONGEST_NAME: Final = 200

STOPPING: Final = (
    "not_assigned", "missing_rate", "wrong_rate", "wrong_grade", "outside_dates", "closed_task", "unknown_work_item",
    "billable_mismatch", "milestone_mismatch",
)  # fmt: skip
"""Checks whose findings keep an entry off a draft: violations of assignment, rate card, contract and milestones.

``over_cap`` is not among them, because pricing splits or holds there; ``budget_forecast`` warns, and stops where a firm adds it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingPolicy:
    """The rules of billing. ``version`` names them.

    With ``rate_approval`` a rate card changes only by a rate that one person proposed and another approved; what a file or
    another system tells of it otherwise is refused. ``over_cap`` says what happens at a ceiling, ``over_cap_of`` the same for
    single contracts. ``client_facts`` are what a client's record must hold: fields of its contracts, or columns that their
    file has beside the known ones. ``formats`` is how clients read a draft. A client appears with ``dispute_count`` disputes
    in ``dispute_days`` days. A month counts as complete ``settle_days`` days after its end; a shift is told when it began at
    most ``recent_months`` months ago.
    """

    version: str = "default-1"
    over_cap: OverCap = OverCap.SPLIT
    over_cap_of: Mapping[str, OverCap] = field(default_factory=lambda: MappingProxyType({}))
    rounding_scope: RoundingScope = RoundingScope.ENTRY
    stated_rates: bool = False
    rate_approval: bool = False
    stops: tuple[str, ...] = STOPPING
    client_facts: tuple[str, ...] = ("currency",)
    formats: Mapping[str, ClientFormat] = field(default_factory=lambda: MappingProxyType({}))
    dispute_count: int = 3
    dispute_days: int = 90
    settle_days: int = 10
    recent_months: int = 6
    shift: ShiftRule = field(default_factory=ShiftRule)

    @property
    def digest(self) -> str:
        """SHA-256 of the rules as plain values."""
        return body_digest(to_mapping(self))

    def producer(self, check: str) -> ModelRef:
        """Who a finding of ``check`` is by: that check as this policy has it."""
        return ModelRef(name=check, version=self.version, digest=self.digest)

    def pricing(self, contract: str) -> PricingPolicy:
        """What the pricing engine goes by for one contract."""
        return PricingPolicy(
            over_cap=self.over_cap_of.get(contract, self.over_cap),
            rounding_scope=self.rounding_scope,
            stated_rates=self.stated_rates,
        )

    def format_of(self, client: str) -> ClientFormat:
        """How that client reads a draft; line by line where nothing is said."""
        return self.formats.get(client, ClientFormat())


_NUMBERS: Final[Mapping[str, tuple[int, int]]] = {
    "dispute_count": (1, 1000),
    "dispute_days": (1, 3660),
    "settle_days": (0, 366),
    "recent_months": (1, 120),
}
_SHIFT: Final[Mapping[str, tuple[float, float]]] = {
    "baseline": (3, 60),
    "least": (3, 60),
    "run": (1, 12),
    "deviations": (1, 20),
    "share": (0, 10),
    "floor": (0, 10),
}
"""Every number with its lowest and highest value; whole numbers are those that are whole in ``ShiftRule``."""


def load(text: str, file: str = "billing policy") -> BillingPolicy:
    """The policy written in ``text`` (TOML); what it leaves out keeps its default.

    Raises InvalidInput naming the file and every key that is wrong, all at once.
    """
    if len(text) > _MOST_CHARACTERS:
        raise InvalidInput(f"{file}: a policy of {len(text)} characters is too long; the limit is {_MOST_CHARACTERS}")
    try:
        body = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidInput(f"{file}: this is not TOML: {error}") from error
    return from_mapping(body, file)


def from_mapping(body: Mapping[str, Any], file: str = "billing policy") -> BillingPolicy:
    """The policy of a parsed body; the reverse of :func:`to_mapping`. Raises InvalidInput as :func:`load` does."""
    problems: list[str] = []
    readers: Mapping[str, Callable[[object], Any]] = {
        "version": lambda value: _name("version", value, problems),
        "over_cap": lambda value: _word("over_cap", value, OverCap, problems),
        "over_cap_of": lambda value: _table("over_cap_of", value, lambda at, one: _word(at, one, OverCap, problems), problems),
        "rounding_scope": lambda value: _word("rounding_scope", value, RoundingScope, problems),
        "stated_rates": lambda value: _flag("stated_rates", value, problems),
        "rate_approval": lambda value: _flag("rate_approval", value, problems),
        "stops": lambda value: _names("stops", value, problems),
        "client_facts": lambda value: _names("client_facts", value, problems),
        "formats": lambda value: _table("formats", value, lambda at, one: _format(at, one, problems), problems),
        "shift": lambda value: _shift(value, problems),
        **{name: _whole(name, problems) for name in _NUMBERS},
    }  # fmt: skip
    problems += [
        f"{key}: unknown; a billing policy holds {', '.join(sorted(readers))}" for key in body if key not in readers
    ]
    if "version" not in body:
        problems.append('version: missing; name the rules, like version = "2026-1"')
    values = {key: readers[key](value) for key, value in body.items() if key in readers}
    if problems:
        raise InvalidInput("\n".join(f"{file}: {problem}" for problem in problems))
    return replace(BillingPolicy(), **values)


def to_mapping(policy: BillingPolicy) -> dict[str, Any]:
    """The policy as plain values, as it is stored and shown."""
    return {
        "version": policy.version,
        "over_cap": policy.over_cap.value,
        "over_cap_of": {name: over.value for name, over in policy.over_cap_of.items()},
        "rounding_scope": policy.rounding_scope.value,
        "stated_rates": policy.stated_rates,
        "rate_approval": policy.rate_approval,
        "stops": list(policy.stops),
        "client_facts": list(policy.client_facts),
        "formats": {
            client: {
                "group_by": [by.value for by in shape.group_by], "hour_places": shape.hour_places, "words": shape.words,
                "longest": shape.longest,
            }
            for client, shape in policy.formats.items()
        },
        **{name: getattr(policy, name) for name in _NUMBERS},
        "shift": {
            name: float(value) if isinstance(value := getattr(policy.shift, name), Decimal) else value
            for name in _SHIFT
        },
    }  # fmt: skip


def _name(where: str, value: object, problems: list[str]) -> str:
    if isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST_NAME:
        return value.strip()
    problems.append(f"{where}: must be a text of 1 to {_LONGEST_NAME} characters in quotes")
    return ""


def _names(where: str, value: object, problems: list[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MOST_NAMES:
        problems.append(f'{where}: must be a list of at most {_MOST_NAMES} names, like ["currency"]')
        return ()
    return tuple(_name(where, one, problems) for one in value)


def _flag(where: str, value: object, problems: list[str]) -> bool:
    if not isinstance(value, bool):
        problems.append(f"{where}: must be true or false")
    return bool(value)


def _word(
    where: str, value: object, kind: type[OverCap] | type[RoundingScope] | type[GroupBy], problems: list[str]
) -> Any:
    if isinstance(value, str) and value in tuple(kind):
        return kind(value)
    problems.append(f"{where}: must be one of {', '.join(kind)}")
    return next(iter(kind))


def _whole(where: str, problems: list[str]) -> Callable[[object], int]:
    def read(value: object) -> int:
        lowest, highest = _NUMBERS[where]
        if isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest:
            return value
        problems.append(f"{where}: must be a whole number from {lowest} to {highest}")
        return lowest

    return read


def _table(where: str, value: object, read: Callable[[str, object], Any], problems: list[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or len(value) > _MOST_NAMES:
        problems.append(f"{where}: must be a table of at most {_MOST_NAMES} names")
        return {}
    return MappingProxyType({str(name): read(f"{where}.{name}", one) for name, one in value.items()})


def _format(where: str, value: object, problems: list[str]) -> ClientFormat:
    known = {one.name for one in fields(ClientFormat)}
    if not isinstance(value, Mapping) or (unknown := sorted(set(value) - known)):
        what = f"{unknown[0]} is unknown; " if isinstance(value, Mapping) else ""
        problems.append(f"{where}: {what}a format holds {', '.join(sorted(known))}")
        return ClientFormat()
    values = dict(value)
    if "group_by" in values:
        listed = values["group_by"] if isinstance(values["group_by"], list) else [values["group_by"]]
        values["group_by"] = tuple(_word(f"{where}.group_by", one, GroupBy, problems) for one in listed)
    for name, kind in (("hour_places", int), ("longest", int), ("words", str)):
        if name in values and (not isinstance(values[name], kind) or isinstance(values[name], bool)):
            problems.append(f"{where}.{name}: must be a {'whole number' if kind is int else 'text in quotes'}")
            return ClientFormat()
    try:
        return ClientFormat(**values)
    except InvalidInput as problem:
        problems.append(f"{where}: {problem}")
        return ClientFormat()


def _shift(value: object, problems: list[str]) -> ShiftRule:
    if not isinstance(value, Mapping):
        problems.append("shift: must be a table, like [shift] with run = 3")
        return ShiftRule()
    numbers: dict[str, Any] = {}
    for name, one in value.items():
        if name not in _SHIFT:
            problems.append(f"shift.{name}: unknown; it holds {', '.join(_SHIFT)}")
            continue
        lowest, highest = _SHIFT[name]
        whole = isinstance(getattr(ShiftRule(), name), int)
        fits = isinstance(one, int if whole else int | float) and not isinstance(one, bool)
        # NaN compares false with everything, so the test is written the way that refuses it.
        if not fits or not lowest <= one <= highest:
            problems.append(f"shift.{name}: must be a {'whole ' if whole else ''}number from {lowest} to {highest}")
        else:
            numbers[name] = one if whole else Decimal(str(one))
    rule = replace(ShiftRule(), **numbers)
    if rule.least > rule.baseline:
        problems.append(f"shift.least: {rule.least} months cannot be had of a baseline of {rule.baseline}")
    return rule
