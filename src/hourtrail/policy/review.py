"""How a tenant reviews: which queue and owner takes what, by when, when a check goes silent, how much is audited."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.finding import Blame, Finding, Severity
from hourtrail.domain.identity import body_digest
from hourtrail.domain.master import MasterData
from hourtrail.domain.queue import Place
from hourtrail.domain.review import BLIND_AUDIT, Raised
from hourtrail.domain.suggestion import ModelRef
from hourtrail.policy import one_by_one
from hourtrail.policy.one_by_one import OneByOne

APPROVER: Final = "approver"
"""The owner word that stands for the manager of the person whose time it is."""

_MOST_CHARACTERS: Final = 100_000
_LONGEST_NAME: Final = 200

BILLING_CHECKS: Final = (
    "missing_rate", "wrong_rate", "wrong_grade", "over_cap", "billable_mismatch", "milestone_mismatch", "closed_period",
    "budget_forecast",
)  # fmt: skip
"""Checks whose findings are noncompliant billing, whoever booked the time."""

ROUTES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "disputes": ("disputed_entry", "disputed_line", "disputed_client"),
        "approvals": ("missing_approval",),
        "billing": (*BILLING_CHECKS, "incomplete_client", "billing_shift"),
    }
)
"""Exceptions by what they are, whichever queue and owner a tenant's policy gives them."""

_BY_BLAME: Final = {
    Blame.ENTRY: Place("approvals", APPROVER),
    Blame.MASTER_DATA: Place("master data", "data owner"),
    Blame.CONTRACT: Place("billing", "finance"),
    Blame.SOURCE: Place("integration", "integrator"),
}
_BY_CHECK: Final = {
    **dict.fromkeys(BILLING_CHECKS, Place("billing", "finance")),
    "disputed_entry": Place("disputes", APPROVER),
    "missing_approval": Place("approvals", APPROVER),
    BLIND_AUDIT: Place("audit", "auditor"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPolicy:
    """The rules of the queue. ``version`` names them.

    An owner is a person's id, a role in words ("finance"), or ``approver``. ``mute_below``: a check goes silent when its
    verdicts rule out a precision of that much (one-sided, at ``confidence``). ``audit_share`` of what is cleared is drawn
    for a second look, at least ``audit_least`` entries. A submitted entry waits ``approval_days`` for its approver.
    ``check_policy`` is the text of the check policy (TOML) for stored entries; empty for the defaults. ``one_by_one`` says
    what nobody accepts or approves in bulk.
    """

    version: str = "default-1"
    by_blame: Mapping[Blame, Place] = field(default_factory=lambda: MappingProxyType(_BY_BLAME))
    by_check: Mapping[str, Place] = field(default_factory=lambda: MappingProxyType(_BY_CHECK))
    due_days: Mapping[Severity, int] = field(
        default_factory=lambda: MappingProxyType({Severity.BLOCK: 2, Severity.WARN: 7, Severity.INFO: 14})
    )
    mute_below: float = 0.2
    confidence: float = 0.95
    audit_share: float = 0.05
    audit_least: int = 1
    approval_days: int = 5
    check_policy: str = ""
    one_by_one: OneByOne = field(default_factory=OneByOne)

    def producer(self, check: str) -> ModelRef:
        """Who a finding of ``check`` is by: that check as this policy has it."""
        return ModelRef(name=check, version=self.version, digest=body_digest(to_mapping(self)))

    def route(self, finding: Finding) -> Place:
        """A fault of master data goes to the data owner, whatever found it; then the check decides, then the blame."""
        if finding.blame is Blame.MASTER_DATA:
            return self.by_blame[Blame.MASTER_DATA]
        return self.by_check.get(finding.check) or self.by_blame[finding.blame]

    def place(self, row: Raised, master: MasterData) -> Place:
        """Queue and owner of one finding; ``approver`` becomes the manager whom the master data names for the worker."""
        route = self.route(row.finding)
        if route.owner != APPROVER or not row.worker:
            return route
        manager = master.person(row.worker).manager
        return replace(route, owner=manager) if manager and manager != row.worker else route


def load(text: str, file: str = "review policy") -> ReviewPolicy:
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


def from_mapping(body: Mapping[str, Any], file: str = "review policy") -> ReviewPolicy:
    """The policy of a parsed body; the reverse of :func:`to_mapping`. Raises InvalidInput as :func:`load` does."""
    problems: list[str] = []
    default = ReviewPolicy()
    known = {"version", "routes", "checks", "due_days", "check_policy", "one_by_one", *_NUMBERS}
    problems += [
        f"{key}: unknown; a review policy holds {', '.join(sorted(known))}" for key in body if key not in known
    ]
    version = body.get("version")
    if not isinstance(version, str) or not 0 < len(version.strip()) <= _LONGEST_NAME:
        problems.append('version: missing; name the rules, like version = "2026-1"')
    blames = {blame.value: blame for blame in Blame}
    by_blame = _places("routes", body.get("routes", {}), tuple(blames), problems)
    by_check = _places("checks", body.get("checks", {}), (), problems)
    due = _due(body.get("due_days", {}), problems)
    numbers = {name: _number(name, body[name], limits, problems) for name, limits in _NUMBERS.items() if name in body}
    check_policy = body.get("check_policy", "")
    if not isinstance(check_policy, str):
        problems.append("check_policy: must be the text of a check policy, in quotes")
    alone = one_by_one.from_mapping(body.get("one_by_one", {}), problems)
    if problems:
        raise InvalidInput("\n".join(f"{file}: {problem}" for problem in problems))
    return replace(
        default,
        version=str(version).strip(),
        by_blame=MappingProxyType({**default.by_blame, **{blames[name]: place for name, place in by_blame.items()}}),
        by_check=MappingProxyType({**default.by_check, **by_check}),
        due_days=MappingProxyType({**default.due_days, **due}),
        check_policy=check_policy,
        one_by_one=alone,
        **numbers,
    )


def to_mapping(policy: ReviewPolicy) -> dict[str, Any]:
    """The policy as plain values, as it is stored and shown."""
    return {
        "version": policy.version,
        "routes": {blame.value: _plain(place) for blame, place in policy.by_blame.items()},
        "checks": {check: _plain(place) for check, place in policy.by_check.items()},
        "due_days": {severity.value: days for severity, days in policy.due_days.items()},
        "check_policy": policy.check_policy,
        "one_by_one": one_by_one.to_mapping(policy.one_by_one),
        **{name: getattr(policy, name) for name in _NUMBERS},
    }


_NUMBERS: Final[Mapping[str, tuple[float, float, type]]] = {
    "mute_below": (0.0, 0.9, float),
    "confidence": (0.5, 0.999, float),
    "audit_share": (0.0, 1.0, float),
    "audit_least": (0, 1000, int),
    "approval_days": (0, 366, int),
}
"""Every number with its lowest and highest value; mute_below = 0 mutes nothing."""


def _plain(place: Place) -> dict[str, str]:
    return {"queue": place.queue, "owner": place.owner}


def _places(where: str, body: object, allowed: tuple[str, ...], problems: list[str]) -> dict[str, Place]:
    if not isinstance(body, Mapping):
        problems.append(f"{where}: must be tables, like [{where}.entry]")
        return {}
    found: dict[str, Place] = {}
    for name, value in body.items():
        if allowed and name not in allowed:
            problems.append(f"{where}.{name}: there is no such blame; known are {', '.join(allowed)}")
        elif not isinstance(value, Mapping) or set(value) != {"queue", "owner"} or not all(map(_named, value.values())):
            problems.append(f'{where}.{name}: must be a table with queue and owner, like queue = "billing"')
        else:
            found[name] = Place(value["queue"].strip(), value["owner"].strip())
    return found


def _named(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST_NAME


def _due(body: object, problems: list[str]) -> dict[Severity, int]:
    if not isinstance(body, Mapping):
        problems.append("due_days: must be a table, like [due_days] with warn = 7")
        return {}
    found: dict[Severity, int] = {}
    for name, value in body.items():
        if name not in tuple(Severity):
            problems.append(f"due_days.{name}: there is no such severity; known are {', '.join(Severity)}")
        else:
            found[Severity(name)] = int(_number(f"due_days.{name}", value, (0, 366, int), problems))
    return found


def _number(where: str, value: object, limits: tuple[float, float, type], problems: list[str]) -> Any:
    lowest, highest, kind = limits
    fits = isinstance(value, int if kind is int else int | float) and not isinstance(value, bool)
    # NaN compares false with everything, so the test is written the way that refuses it.
    if not fits or not lowest <= value <= highest:  # type: ignore[operator] # a number, as fits says
        problems.append(f"{where}: must be a {'whole ' if kind is int else ''}number from {lowest} to {highest}")
        return lowest
    return kind(value)
