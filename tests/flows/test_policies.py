"""Data access, approval routing, exception handling, audit logging: each has a version, a digest, and a day since when (GOV-06)."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hourtrail.domain.errors import NotFound
from hourtrail.domain.identity import body_digest
from hourtrail.flows.policies import SHIPPED_BODIES, policies, policy_named
from hourtrail.flows.review_settings import set_review_policy
from hourtrail.policy.review import ReviewPolicy

VERSIONS = Path(__file__).parents[2] / "src/hourtrail/policy/files/versions.toml"


def written(pinned):
    """The file again, with a higher version and today for what has changed."""
    head = "".join(line for line in VERSIONS.read_text(encoding="utf-8").splitlines(keepends=True) if line[0] == "#")
    text = head
    for name, (_, body) in SHIPPED_BODIES.items():
        row, digest = pinned.get(name, {"version": "0"}), body_digest(body())
        if row.get("digest") != digest:
            row = {"version": str(int(row["version"]) + 1), "since": datetime.now(UTC).date(), "digest": digest}
        text += f'\n[{name}]\nversion = "{row["version"]}"\nsince = {row["since"]}\ndigest = "{row["digest"]}"\n'
    return text


def test_a_shipped_policy_is_what_was_reviewed_under_its_version(update_golden):
    """Whoever changes who may do what, or which way an entry goes, says so in a line that a person reviews."""
    if update_golden:
        VERSIONS.write_text(written(tomllib.loads(VERSIONS.read_text(encoding="utf-8"))), encoding="utf-8")
    pinned = tomllib.loads(VERSIONS.read_text(encoding="utf-8"))
    assert {name: row["digest"] for name, row in pinned.items()} == {
        name: body_digest(body()) for name, (_, body) in SHIPPED_BODIES.items()
    }, "run pytest tests/flows/test_policies.py --update-golden and review every changed line"


def test_every_policy_is_listed_with_version_digest_and_since(firm_on_both):
    firm = firm_on_both
    firm.tables()
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        before = {row.name: row.to_json() for row in policies(db)}
    assert {"data_access", "approval_routing", "exception_handling", "audit_logging"} <= set(before)
    assert all(row["version"] and len(row["digest"]) == 64 for row in before.values())
    assert before["exception_handling"]["origin"] == "shipped"
    set_review_policy(
        firm.store, firm.tenant, ReviewPolicy(version="ours-7", approval_days=2), "dana@firm.example",
        now=datetime(2026, 3, 2, 8, tzinfo=UTC),
    )  # fmt: skip
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        after = policy_named(db, "exception_handling").to_json(body=True)
        with pytest.raises(NotFound, match="there are approval_routing, audit_logging"):
            policy_named(db, "weather")
    assert (after["version"], after["origin"], after["since"], after["decided_by"]) == (
        "ours-7", "firm", "2026-03-02T08:00:00Z", "dana@firm.example",
    )  # fmt: skip
    assert after["body"]["approval_days"] == 2
    assert after["digest"] != before["exception_handling"]["digest"]
