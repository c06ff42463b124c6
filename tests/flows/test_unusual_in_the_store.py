"""The nightly pass finds what is unusual for a person, and what reviewers say of it corrects the next pass."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.flows.test_review_queue import say

from hourtrail.checks import CheckPolicy
from hourtrail.checks.policy import load as load_checks
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import Person, WorkItem
from hourtrail.domain.wire import finding_to_json
from hourtrail.flows.habits import ASKS
from hourtrail.flows.stored_checks import check_stored, nightly_checks

PEOPLE = [f"p{number}" for number in range(8)]
MONDAY = date(2025, 9, 1)
WEEKS = 26
TODAY = MONDAY + timedelta(weeks=WEEKS)
NOW = datetime(2026, 3, 2, 22, tzinfo=UTC)
ODD = {f"p{person}-{week}-1-0": 960 for person in range(8) for week in (14, 20)}
"""Lines of sixteen hours by people who work eight."""
POLICY = CheckPolicy().only(ASKS)


def entries() -> list[TimeEntry]:
    """Everybody works on two projects of their own, four hours each, give or take."""
    rng = random.Random(4)
    rows = []
    for number, person in enumerate(PEOPLE):
        for week in range(WEEKS):
            for day in range(5):
                for part in range(2):
                    name = f"{person}-{week}-{day}-{part}"
                    minutes = ODD.get(name, rng.choice((210, 225, 240, 240, 255, 270)))
                    item = WorkItem("acme", f"project-{(number + part) % 5}")
                    rows.append(
                        TimeEntry(
                            id=name, person=person, date=MONDAY + timedelta(weeks=week, days=day), minutes=minutes,
                            item=item, narrative=f"Work {name}", status=EntryStatus.SUBMITTED,
                        )
                    )  # fmt: skip
    return rows


@pytest.fixture
def filled(firm):
    with firm.store.tenant(firm.tenant) as db:
        db.put_master([Person(id=name, manager="kim") for name in (*PEOPLE, "kim")])
        db.put_entries(entries())
    return firm


def unusual(firm) -> dict[str, float]:
    ran = check_stored(firm.store, firm.tenant, today=TODAY, policy=POLICY, now=NOW)
    return {row.subject.time_entry: row.score for row in ran.findings if row.check == "unusual_entry"}


def test_the_pass_finds_the_odd_lines_and_no_flood(filled):
    found = unusual(filled)
    assert len(found.keys() & ODD.keys()) >= len(ODD) / 2
    assert len(found.keys() - ODD.keys()) <= 0.01 * len(entries())


def test_a_finding_says_which_model_or_which_rules_it_is_by(filled):
    """MLL-08: a learned score names the model, pinned by digest; a rule its policy; and so does the trail of the pass."""
    rules = CheckPolicy().only((*ASKS, "implausible_minutes", "daily_hours"))
    check_stored(filled.store, filled.tenant, today=TODAY, policy=rules, now=NOW)
    with filled.store.tenant(filled.tenant, read_only=True) as db:
        by = {row.check: finding_to_json(row)["producer"] for row in db.findings()}
        told = [
            db.audit_payload(row.sequence) for row in db.audit_events() if row.action == "system:findings:reconciled"
        ]
    model = by["unusual_entry"]
    assert (model["name"], len(model["digest"])) == ("anomaly-prior", 64)
    assert by["daily_hours"] == {"name": "daily_hours", "version": "default-1", "digest": CheckPolicy().digest}
    assert all((row["policy"]["digest"], row["model"]) == (CheckPolicy().digest, model) for row in told)
    stricter = load_checks('version = "ours-2"\n[checks.daily_hours]\nhours = 11\n')
    check_stored(filled.store, filled.tenant, today=TODAY, policy=stricter.only(("daily_hours",)), now=NOW)
    with filled.store.tenant(filled.tenant, read_only=True) as db:
        after = next(row for row in db.findings() if row.check == "daily_hours").producer
    assert (after.version, after.digest) == ("ours-2", stricter.digest)
    assert stricter.digest != CheckPolicy().digest


def test_verdicts_are_handed_to_the_next_pass(filled, monkeypatch):
    first = unusual(filled)
    with filled.store.tenant(filled.tenant, read_only=True) as db:
        findings = {row.subject.time_entry: row.id for row in db.findings() if row.check == "unusual_entry"}
    issues = sorted(first.keys() & ODD.keys())[:3]
    for entry in issues:
        say(filled, findings[entry], "true_issue", now=NOW)
    with filled.store.tenant(filled.tenant, read_only=True) as db:
        assert db.entry_verdicts(ASKS) == dict.fromkeys(issues, True)
        assert db.entry_verdicts(("overlap",)) == {}
    handed: list[tuple[int, list[bool]]] = []

    def blender():
        def blend(prior, _matrix, _group, reviewed, issue):
            handed.append((len(reviewed), issue.tolist()))
            return prior

        return blend

    monkeypatch.setattr("hourtrail.flows.habits.anomaly_blender", blender)
    unusual(filled)
    assert handed == [(len(issues), [True] * len(issues))]


def test_without_verdicts_nothing_corrects(filled, monkeypatch):
    monkeypatch.setattr("hourtrail.flows.habits.anomaly_blender", lambda: pytest.fail("nobody has reviewed anything"))
    assert unusual(filled)


def test_the_nightly_job_tells_the_same_finding_once(filled):
    before = nightly_checks(filled.store, filled.tenant, NOW)
    again = nightly_checks(filled.store, filled.tenant, NOW)
    assert before["findings"] == again["findings"] > 0
    assert [again[name] for name in ("created", "updated", "resolved", "reopened")] == [0, 0, 0, 0]
    assert again["unchanged"] == before["created"]
