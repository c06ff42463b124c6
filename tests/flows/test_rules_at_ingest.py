"""A tenant's rules hold on every way in: what they drop is not stored, and goes where it was stored before."""

import json
from datetime import UTC, datetime

import pytest
from tests.flows.firm import activity

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.settings import Privacy, PrivacyAction, PrivacyRule
from hourtrail.flows.privacy_rules import try_rules
from hourtrail.store import Store
from hourtrail.wiring import sources

NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)
RULES = [
    {"name": "doctor", "action": "drop", "title": "*doctor*"},
    {"name": "phones", "action": "redact", "pattern": "phone"},
]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "seen.jsonl"
    rows = [
        activity("a", "meeting", "2026-03-02T09:00:00Z", end="2026-03-02T10:00:00Z", title="Doctor"),
        activity("b", "call", "2026-03-02T11:00:00Z", end="2026-03-02T12:00:00Z", title="Call +49 30 1234567"),
        activity("c", "meeting", "2026-03-02T13:00:00Z", end="2026-03-02T14:00:00Z", title="Review"),
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def titles(store: Store, tenant: str) -> list[str]:
    with store.tenant(tenant, read_only=True) as db:
        return [row.title for row in db.activities()]


def test_rules_apply_on_the_way_into_the_store_and_are_counted(firm, file):
    with firm.store.tenant(firm.tenant) as db:
        db.change_settings({"privacy": {"rules": RULES}}, actor="kim", at=NOON, reason="privacy")
    report = firm.ingest(file)
    assert titles(firm.store, firm.tenant) == ["Call [phone]", "Review"]
    assert (report.read, report.dropped, report.redacted) == (3, {"doctor": 1}, {"phones": 1})
    told = report.to_json()
    assert (told["dropped"], "Doctor" in json.dumps(told)) == ({"doctor": 1}, False)


def test_a_trial_counts_and_stores_nothing(firm, file):
    privacy = Privacy(rules=(PrivacyRule(name="calls", action=PrivacyAction.DROP, kind="call"),))
    options = ReadOptions(today=NOON.date())
    trial = try_rules(firm.store, firm.tenant, [file], options, sources=sources(), privacy=privacy)
    assert (trial.activities, trial.dropped, trial.kept) == (3, {"calls": 1}, {"meeting": 2})
    assert try_rules(firm.store, firm.tenant, [file], options, sources=sources()).kept.total() == 3
    assert titles(firm.store, firm.tenant) == []
    missing = try_rules(firm.store, firm.tenant, [file.parent / "none.jsonl"], options, sources=sources())
    assert [row.reason for row in missing.refused] == ["does not exist"]
    with pytest.raises(InvalidInput, match="condition"):
        PrivacyRule(name="all", action=PrivacyAction.DROP)
