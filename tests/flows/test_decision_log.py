"""One builder of labelled examples: what counts, how much, from when on; and what nobody may learn from."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert
from tests.flows.firm import EVENING, FRIDAY, MONDAY, RULES, activity

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail.domain.forgetting import Trait
from hourtrail.flows.decision_log import PREFILL_WEIGHT, Outcome, read_log
from hourtrail.flows.privacy import forget
from hourtrail.flows.relive import relive
from hourtrail.store.schema import decision as decision_table

PORTAL = WorkItem("acme", "portal", "DEV")
SUPPORT = {"project": "support", "client": "globex"}


@pytest.fixture
def two(firm):
    """Two meetings of Ada's Monday, suggested on Friday evening."""
    firm.tables()
    firm.activities(
        activity("one", "meeting", "2026-03-02T08:00:00Z", end="2026-03-02T09:00:00Z", title="Portal checkout review"),
        activity("two", "meeting", "2026-03-02T10:00:00Z", end="2026-03-02T11:30:00Z", title="Portal login planning"),
    )
    return of_meetings(firm.suggest())


def of_meetings(result):
    """Without the pauses that are bridged between them."""
    found = [
        row
        for row in result.suggestions
        if row.block.title.startswith("Portal") and row.block.anchor.startswith("test:")
    ]
    return sorted({row.block.anchor: row for row in found}.values(), key=lambda row: row.span.start)


def log_of(firm, **options):
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        return read_log(db, **options)


def by_suggestion(log):
    return {row.suggestion.id: row for row in log.examples if row.suggestion and row.superseded_by is None}


def test_an_answer_is_a_label_from_its_confirmation_on_and_was_asked_when_the_run_made_it(firm, two):
    later = EVENING + timedelta(hours=2)
    firm.decide(two[0], "edit", parts=[SUPPORT], now=later)
    row = by_suggestion(log_of(firm))[two[0].id]
    assert (row.outcome, row.truth.project, row.weight) == (Outcome.EDITED, "support", 1.0)
    assert (row.asked_at, row.known_at) == (EVENING, later)
    assert row.was_right is False
    before = by_suggestion(log_of(firm, as_of=later - timedelta(seconds=1)))[two[0].id]
    assert (before.outcome, before.truth, before.weight) == (Outcome.NOT_ANSWERED, None, 0.0)


def test_what_nobody_answered_is_missing_and_never_negative(firm, two):
    firm.decide(two[0], "accept")
    log = log_of(firm)
    row = by_suggestion(log)[two[1].id]
    assert (row.outcome, row.truth, row.weight, row.was_right) == (Outcome.NOT_ANSWERED, None, 0.0, None)
    assert [example.suggestion.id for example in log.labelled] == [two[0].id]
    assert {one["suggestion"] for one in firm.export("training-set")} == {two[0].id}


@pytest.mark.parametrize(
    ("minutes", "start", "covers"),
    [
        (90, datetime(2026, 3, 2, 10, 5, tzinfo=UTC), True),
        (90, datetime(2026, 3, 2, 10, 50, tzinfo=UTC), False),
        (90, None, True),
        (45, None, False),
    ],
)
def test_time_booked_elsewhere_tells_what_the_same_minutes_were(firm, two, minutes, start, covers):
    known = datetime(2026, 3, 7, 9, tzinfo=UTC)
    entry = TimeEntry(
        id="psa-1", person="ada@firm.example", date=MONDAY, minutes=minutes, item=WorkItem("globex", "support", ""),
        start=start, end=start + timedelta(minutes=minutes) if start else None, billable=True, narrative="", created_at=known,
        source="psa",
    )  # fmt: skip
    with firm.store.tenant(firm.tenant) as db:
        db.put_entries([entry])
    rows = by_suggestion(log_of(firm))
    row = rows[two[1].id]
    assert rows[two[0].id].truth is None
    if covers:
        assert (row.outcome, row.truth.project, row.known_at, row.weight) == (
            Outcome.NOT_ANSWERED, "support", known, 1.0
        )  # fmt: skip
        (exported,) = (one for one in firm.export("training-set") if one["chosen"] and one["project"] == "support")
        assert (exported["suggestion"], exported["decision"], exported["weight"]) == (two[1].id, None, 1.0)
    else:
        assert (row.truth, row.weight) == (None, 0.0)


def test_an_accepted_prefill_counts_less_and_an_edited_one_fully(firm, two, monkeypatch):
    def as_prefill(suggestion):
        made = firm.decide(suggestion, "accept").decision
        return {**dict(made.threshold), "band": "prefill"}

    threshold = as_prefill(two[0])
    firm.decide(two[1], "edit", parts=[SUPPORT])
    rows = by_suggestion(log_of(firm))
    assert (rows[two[0].id].weight, rows[two[1].id].weight) == (1.0, 1.0)
    from hourtrail.flows import decision_log  # noqa: PLC0415 - patched below

    monkeypatch.setattr(
        decision_log, "suggestion_band", lambda row, _shown: decision_log.Band(threshold["band"]) if row.after else None
    )
    rows = by_suggestion(log_of(firm))
    assert (rows[two[0].id].weight, rows[two[1].id].weight) == (PREFILL_WEIGHT, 1.0)


def test_an_undone_answer_is_unanswered_again_and_its_correction_counts_from_its_own_moment(firm, two):
    minute = timedelta(minutes=1)
    firm.decide(two[0], "accept", now=EVENING + minute)
    firm.decide(two[0], "undo", now=EVENING + 2 * minute)
    assert by_suggestion(log_of(firm))[two[0].id].outcome is Outcome.NOT_ANSWERED
    firm.decide(two[0], "not_work", now=EVENING + 3 * minute)
    row = by_suggestion(log_of(firm))[two[0].id]
    assert (row.truth, row.known_at, row.weight) == (NOT_WORK, EVENING + 3 * minute, 1.0)
    then = by_suggestion(log_of(firm, as_of=EVENING + minute))[two[0].id]
    assert (then.outcome, then.weight, then.superseded_by) == (Outcome.ACCEPTED, 1.0, None)
    assert [one.weight for one in log_of(firm).examples if one.superseded_by] == [0.0]


def test_a_refusal_says_what_it_was_not_and_teaches_no_class(firm, two):
    firm.decide(two[0], "reject", reason_code="wrong_project")
    row = by_suggestion(log_of(firm))[two[0].id]
    assert (row.truth, row.weight) == (None, 0.0)
    assert row.was_right is (False if two[0].item else None)


def test_a_split_teaches_its_largest_part(firm, two):
    parts = [
        {"minutes": 20, "project": "internal", "task": "ADMIN"},
        {"minutes": 60, "project": "portal", "task": "DEV"},
    ]
    firm.decide(two[1], "split", parts=parts)
    assert by_suggestion(log_of(firm))[two[1].id].truth == PORTAL


def test_a_poisoned_row_is_named_and_every_good_one_kept(firm_on_both):
    firm = firm_on_both
    firm.tables()
    firm.activities(
        activity("one", "meeting", "2026-03-02T08:00:00Z", end="2026-03-02T09:00:00Z", title="Portal checkout"),
        activity("two", "meeting", "2026-03-02T10:00:00Z", end="2026-03-02T11:00:00Z", title="Portal login"),
        activity("three", "meeting", "2026-03-02T12:00:00Z", end="2026-03-02T13:00:00Z", title="Portal plan"),
    )
    good, bad, worse = of_meetings(firm.suggest())
    made = firm.decide(good, "accept").decision
    with firm.store.tenant(firm.tenant) as db:
        (body,) = (row["body"] for row in db._all(db._select(decision_table)))
        poison = {**body, "id": "dec_bad", "suggestion": bad.id, "propensity": 0.0}
        values = {"tenant": firm.tenant, "place": 1, "verdict": "accept", "actor": made.actor, "decided_at": EVENING}
        for name, suggestion, told in (("dec_bad", bad, poison), ("dec_worse", worse, {"verdict": "accept"})):
            db._connection.execute(
                insert(decision_table), [{**values, "id": name, "suggestion": suggestion.id, "body": told}]
            )
    log = log_of(firm)
    assert [row.suggestion.id for row in log.labelled] == [good.id]
    assert len(log.unreadable) == 2
    assert any("dec_bad" in line and "propensity is 0.0" in line for line in log.unreadable)
    assert any("dec_worse" in line for line in log.unreadable)
    assert {row["suggestion"] for row in firm.export("training-set")} == {good.id}


def test_the_past_is_asked_again_with_the_answer_that_was_shown(firm, two):
    """What was asked as of its instant gives the logged confidence, whatever was confirmed since."""
    firm.decide(two[1], "edit", parts=[SUPPORT], now=EVENING + timedelta(hours=1))
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        rows = [row for row in read_log(db).examples if row.suggestion]
        relived = relive(db, rows, RULES)
    probability = RULES.scorer.probabilities(relived.matrix, relived.query)
    for place, example in enumerate(relived.examples):
        mine = {
            relived.items[item]: value
            for item, value in zip(
                relived.item[relived.query == place], probability[relived.query == place], strict=True
            )
        }
        for shown in example.suggestion.alternatives:
            assert mine[shown.item] == pytest.approx(shown.confidence, abs=1e-4)


def test_nothing_that_became_known_later_is_read(firm, two):
    """A planted row: the same text, confirmed on another project after the question was asked."""
    firm.decide(two[0], "accept")

    def matrix():
        with firm.store.tenant(firm.tenant, read_only=True) as db:
            return relive(db, read_log(db).labelled, RULES).matrix

    before = matrix()
    planted = TimeEntry(
        id="later", person="ada@firm.example", date=FRIDAY, minutes=60, item=WorkItem("globex", "support", ""),
        billable=True, narrative=two[0].block.text, created_at=EVENING + timedelta(seconds=1), source="psa",
    )  # fmt: skip
    with firm.store.tenant(firm.tenant) as db:
        db.put_entries([planted])
    assert matrix().tobytes() == before.tobytes()


def test_days_outside_the_range_have_no_example(firm, two):
    firm.decide(two[0], "accept")
    assert log_of(firm, first=date(2026, 3, 3)).labelled == []


def test_what_a_person_asked_to_forget_teaches_nothing_more(firm):
    firm.tables()
    firm.activities(
        activity("one", "ticket", "2026-03-02T08:00:00Z", title="PORTAL-7 Login fails", reference="PORTAL-7"),
        activity("two", "meeting", "2026-03-02T12:00:00Z", end="2026-03-02T13:00:00Z", title="Portal plan"),
    )
    for row in firm.suggest().suggestions:
        firm.decide(row, "edit", parts=[SUPPORT])
    ticket = next(row for row in by_suggestion(log_of(firm)).values() if row.suggestion.block.reference == "PORTAL-7")
    before = log_of(firm).labelled
    forget(firm.store, firm.tenant, "ada@firm.example", Trait.REFERENCE, "PORTAL-7", now=EVENING + timedelta(hours=1))
    after = log_of(firm).labelled
    assert len(after) == len(before) - 1
    assert ticket.suggestion.id not in {row.suggestion.id for row in after}
