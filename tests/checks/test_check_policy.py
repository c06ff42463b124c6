"""The policy file: what it may say, and how it is told when it is wrong."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from hourtrail.checks import CHECKS, CheckPolicy
from hourtrail.checks.bounds import BOUNDS, SEVERITIES
from hourtrail.checks.policy import load, schema
from hourtrail.domain.errors import InvalidInput

CONTRACT = Path(__file__).parents[2] / "data" / "contracts" / "policy.schema.json"


def test_the_policy_knows_exactly_the_checks_that_exist():
    assert list(SEVERITIES) == list(CHECKS)
    assert set(BOUNDS) <= set(CHECKS)


def test_the_defaults_are_those_of_the_contract():
    rules = CheckPolicy()
    hours = {name: rules.bound(name, "hours") for name in ("weekly_hours", "daily_hours", "implausible_minutes")}
    assert hours == {"weekly_hours": 60, "daily_hours": 12, "implausible_minutes": 16}
    assert all(rules.enabled(name) for name in CHECKS)


def test_what_is_not_said_keeps_its_default():
    rules = load('version = "2026-1"\n[checks.weekly_hours]\nhours = 48\n[checks.overlap]\nenabled = false')
    assert rules.version == "2026-1"
    assert rules.bound("weekly_hours", "hours") == Decimal(48)
    assert rules.rules["weekly_hours"].severity == "warn"
    assert not rules.enabled("overlap")
    assert rules.rules["daily_hours"] == CheckPolicy().rules["daily_hours"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('version = "1"\nx = ]', r"rules.toml: this is not TOML: .*line 2"),
        ("", "rules.toml: version: missing"),
        ("version = 3", "rules.toml: version: missing"),
        ('version = "1"\nlimits = 3', "rules.toml: limits: unknown; a policy holds version and checks"),
        ('version = "1"\nchecks = 3', "rules.toml: checks: must be tables"),
        ('version = "1"\n[checks]\noverlap = false', "rules.toml: checks.overlap: must be a table"),
        ('version = "1"\n[checks.overlaps]', "rules.toml: checks.overlaps: there is no such check; known are dup"),
        ('version = "1"\n[checks.overlap]\nenabled = 1', "checks.overlap.enabled: must be true or false"),
        ('version = "1"\n[checks.overlap]\nclause = 1', "checks.overlap.clause: must be a text"),
        ('version = "1"\n[checks.overlap]\nseverity = "high"', "checks.overlap.severity: must be one of info, warn, b"),
        ('version = "1"\n[checks.overlap]\nhours = 1', "checks.overlap.hours: unknown; this check knows .*minutes"),
        ('version = "1"\n[checks.weekly_hours]\nhours = -1', "hours: must be a number from 0 to 168"),
        ('version = "1"\n[checks.weekly_hours]\nhours = 169', "hours: must be a number from 0 to 168"),
        ('version = "1"\n[checks.weekly_hours]\nhours = nan', "hours: must be a number from 0 to 168"),
        ('version = "1"\n[checks.weekly_hours]\nhours = true', "hours: must be a number from 0 to 168"),
        ('version = "1"\n[checks.weekly_hours]\nhours = "60"', "hours: must be a number from 0 to 168"),
        ("x = " + "[" * 5000, "rules.toml: this is not TOML"),
        ("#" * 1_000_001, "rules.toml: a policy of 1000001 characters is too long"),
    ],
)
def test_a_wrong_policy_is_refused_at_the_key(text, problem):
    with pytest.raises(InvalidInput, match=problem):
        load(text, "rules.toml")


def test_all_problems_are_told_at_once():
    with pytest.raises(InvalidInput) as refused:
        load("[checks.overlap]\nenabled = 1\nminutes = -3\n[checks.nothing]")
    assert len(str(refused.value).splitlines()) == 4


def test_the_committed_schema_is_the_generated_one():
    assert json.loads(CONTRACT.read_text(encoding="utf-8")) == schema()


def test_the_schema_names_every_key_that_the_reader_takes():
    for name, rule in schema()["properties"]["checks"]["properties"].items():
        assert set(rule["properties"]) == {"enabled", "severity", "clause", *CheckPolicy().rules[name].bounds}
