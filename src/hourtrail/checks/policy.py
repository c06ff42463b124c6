"""Which checks run, how strictly, and why: one frozen, versioned object, written in TOML or taken from the defaults here."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from hourtrail.checks.bounds import BOUNDS, SEVERITIES, Bound
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.finding import Severity
from hourtrail.domain.identity import body_digest

SCHEMA_ID: Final = "https://json-schema.org/draft/2020-12/schema"
_MOST_CHARACTERS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRule:
    """How one check is applied. ``bounds`` are named by their unit; a clause is the text that the rule rests on."""

    enabled: bool = True
    severity: Severity = Severity.WARN
    clause: str = ""
    bounds: Mapping[str, Decimal] = field(default_factory=dict)


def _default_rules() -> Mapping[str, CheckRule]:
    return MappingProxyType(
        {
            name: CheckRule(
                severity=severity, bounds={key: bound.default for key, bound in BOUNDS.get(name, {}).items()}
            )
            for name, severity in SEVERITIES.items()
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPolicy:
    """The rules in force, one for every check. ``version`` names them wherever a finding is explained.

    ``digest`` is that of all the rules as they were decided (``to_mapping``); switching some off for a run does not change it.
    """

    version: str = "default-1"
    rules: Mapping[str, CheckRule] = field(default_factory=_default_rules)
    digest: str = ""

    def __post_init__(self) -> None:
        if not self.digest:
            object.__setattr__(self, "digest", body_digest(to_mapping(self)))

    def __reduce__(self) -> tuple[object, ...]:
        """Rules are a view that cannot be written to, which does not travel to another process; a copy of them does."""
        return _policy_of, (self.version, dict(self.rules), self.digest)

    def enabled(self, check: str) -> bool:
        """Whether that check runs."""
        return self.rules[check].enabled

    def bound(self, check: str, name: str) -> Decimal:
        """One bound of one check."""
        return self.rules[check].bounds[name]

    def only(self, names: Iterable[str]) -> "CheckPolicy":
        """The same rules with nothing but ``names`` switched on. Raises InvalidInput for a check that does not exist."""
        wanted = set(names)
        if unknown := sorted(wanted - set(self.rules)):
            raise InvalidInput(f"there is no check named {', '.join(unknown)}; known are {', '.join(self.rules)}")
        return replace(
            self,
            rules=MappingProxyType({name: replace(rule, enabled=name in wanted) for name, rule in self.rules.items()}),
        )


def _policy_of(version: str, rules: dict[str, CheckRule], digest: str) -> CheckPolicy:
    return CheckPolicy(version=version, rules=MappingProxyType(rules), digest=digest)


def to_mapping(policy: CheckPolicy) -> dict[str, Any]:
    """The rules as plain values, as they are shown."""
    return {
        name: {
            "enabled": rule.enabled,
            "severity": rule.severity.value,
            "clause": rule.clause,
            "bounds": {key: str(value) for key, value in sorted(rule.bounds.items())},
        }
        for name, rule in sorted(policy.rules.items())
    }


def load(text: str, file: str = "policy") -> CheckPolicy:
    """The policy written in ``text`` (TOML, docs in ``schema``); whatever it leaves out keeps its default.

    Raises InvalidInput naming the file and every key or line that is wrong, all at once.
    """
    if len(text) > _MOST_CHARACTERS:
        raise InvalidInput(f"{file}: a policy of {len(text)} characters is too long; the limit is {_MOST_CHARACTERS}")
    try:
        body = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidInput(f"{file}: this is not TOML: {error}") from error
    problems = [
        f"{key}: unknown; a policy holds version and checks" for key in body if key not in {"version", "checks"}
    ]
    version = body.get("version")
    if not isinstance(version, str) or not version.strip():
        problems.append('version: missing; name the rules, like version = "2026-1"')
    rules = dict(_default_rules())
    checks = body.get("checks", {})
    if isinstance(checks, dict):
        for name, settings in checks.items():
            if name in rules:
                rules[name] = _rule(f"checks.{name}", name, rules[name], settings, problems)
            else:
                problems.append(f"checks.{name}: there is no such check; known are {', '.join(rules)}")
    else:
        problems.append("checks: must be tables, like [checks.weekly_hours]")
    if problems:
        raise InvalidInput("\n".join(f"{file}: {problem}" for problem in problems))
    return CheckPolicy(version=str(version).strip(), rules=MappingProxyType(rules))


def _rule(where: str, name: str, default: CheckRule, settings: object, problems: list[str]) -> CheckRule:
    if not isinstance(settings, dict):
        problems.append(f"{where}: must be a table, like [{where}]")
        return default
    changes: dict[str, Any] = {}
    bounds = dict(default.bounds)
    for key, value in settings.items():
        at = f"{where}.{key}"
        if key == "enabled" and isinstance(value, bool):
            changes[key] = value
        elif key == "clause" and isinstance(value, str):
            changes[key] = value.strip()
        elif key == "severity" and value in tuple(Severity):
            changes[key] = Severity(value)
        elif key in bounds:
            bounds[key] = _bound(at, BOUNDS[name][key], value, problems)
        else:
            problems.append(f"{at}: {_complaint(key, bounds)}")
    return replace(default, bounds=bounds, **changes)


def _complaint(key: str, bounds: Mapping[str, Decimal]) -> str:
    expected = {
        "enabled": "must be true or false",
        "clause": "must be a text in quotes",
        "severity": f"must be one of {', '.join(Severity)}",
    }
    return expected.get(key, f"unknown; this check knows {', '.join([*expected, *bounds])}")


def _bound(where: str, bound: Bound, value: object, problems: list[str]) -> Decimal:
    number = Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None
    # NaN compares false with everything, so the test is written the way that refuses it.
    if number is None or number.is_nan() or not bound.lowest <= number <= bound.highest:
        problems.append(f"{where}: must be a number from {bound.lowest} to {bound.highest}")
        return bound.default
    return number


def schema() -> dict[str, Any]:
    """The JSON Schema of a policy, as it stands in ``data/contracts/policy.schema.json``."""
    return {
        "$schema": SCHEMA_ID,
        "title": "Check policy",
        "description": "Which checks run, their bounds (strict: only more is a finding), severity and clause. Written as TOML.",
        "type": "object",
        "required": ["version"],
        "additionalProperties": False,
        "properties": {
            "version": {"type": "string", "minLength": 1},
            "checks": {
                "type": "object",
                "additionalProperties": False,
                "properties": {name: _rule_schema(name) for name in SEVERITIES},
            },
        },
    }


def _rule_schema(name: str) -> dict[str, Any]:
    bounds = {
        key: {
            "type": "number",
            "minimum": float(bound.lowest),
            "maximum": float(bound.highest),
            "default": float(bound.default),
            "description": bound.meaning,
        }
        for key, bound in BOUNDS.get(name, {}).items()
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "enabled": {"type": "boolean", "default": True},
            "severity": {"enum": [str(severity) for severity in Severity], "default": str(SEVERITIES[name])},
            "clause": {"type": "string", "default": ""},
            **bounds,
        },
    }
