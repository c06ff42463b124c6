"""Evidence is noted when somebody decides, goes when its time is over, and leaves its digest."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.store.samples import ITEM, NINE, activity, suggestion

from hourtrail.domain.activity import Activity
from hourtrail.domain.decision import Verdict
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Person, Task
from hourtrail.domain.identity import text_digest
from hourtrail.domain.settings import TenantSettings
from hourtrail.domain.suggestion import SuggestionStatus
from hourtrail.flows.decide import Request, decide
from hourtrail.flows.retention import AT_ONCE, retain, retention
from hourtrail.flows.trail import trail
from hourtrail.store import Store, open_store

LATER = NINE + timedelta(days=500)


def seen(number: int, **changes) -> Activity:
    return activity(number, source="icalendar", external_id=f"e{number}", title=f"Secret {number}", **changes)


def settings_of(store: Store, **changes) -> None:
    with store.tenant("t") as db:
        db.change_settings({"retention": changes}, actor="kim", at=NINE, reason="test")


@pytest.fixture
def store(url):
    """Ann decided on sug_0 and left sug_1 alone; sug_2 is young."""
    with open_store(url) as opened:
        with opened.tenant("t") as db:
            db.put_master([Person(id="ann", zone="Europe/Berlin"), Task(item=ITEM, name="Review")])
            db.put_activities([seen(0), seen(1), seen(2, start=LATER), seen(3, person="bob")])
            db.put_vectors("f", {text_digest("Prüfung der Bücher"): b"1", text_digest("other"): b"2"})
            young = suggestion(2)
            young = replace(young, block=replace(young.block, date=LATER.date(), text="other"))
            db.reconcile_suggestions(create=[suggestion(0), suggestion(1), young], update=[], withdraw=[])
        decide(opened, "t", Request(suggestion="sug_0", verdict=Verdict.ACCEPT, actor="ann"), now=NINE)
        yield opened


def evidence(store: Store) -> dict:
    with store.tenant("t", read_only=True) as db:
        [entry] = db.entries()
    [row] = trail(store, "t", entry.id)["evidence"]
    return row


def test_what_a_decision_rested_on_is_noted_then_and_compared_ever_after(store):
    first = evidence(store)
    assert (first["activity"], first["minutes"], first["since"]) == ("icalendar:e0", 50, "unchanged")
    assert len(first["digest"]) == 64
    with store.tenant("t") as db:
        [row] = db.decisions()
        assert db.evidence_digests(["icalendar:e0"], row.salt) == {"icalendar:e0": first["digest"]}
        assert db.evidence_digests(["icalendar:e0"], "another") != {"icalendar:e0": first["digest"]}, "salted"
        db.put_activities([replace(seen(0), title="Something else", revision="2")])
    assert (evidence(store)["since"], evidence(store)["digest"]) == ("changed", first["digest"])
    with store.tenant("other") as db:
        db.put_activities([seen(0)])
        assert db.evidence_digests(["icalendar:e0"], row.salt) != {"icalendar:e0": first["digest"]}, "keyed by tenant"
    retain(store, "t", now=LATER)
    assert (evidence(store)["since"], evidence(store)["digest"]) == ("gone", first["digest"])
    with store.tenant("t", read_only=True) as db:
        assert db.verify_audit()[1] == []


def test_an_undo_rests_on_nothing(store):
    decide(store, "t", Request(suggestion="sug_0", verdict=Verdict.UNDO, actor="ann"), now=NINE + timedelta(hours=1))
    with store.tenant("t", read_only=True) as db:
        assert [len(row.evidence) for row in db.decisions()] == [1, 0]


def test_raw_activity_goes_when_its_time_is_over_and_a_second_run_finds_nothing(store):
    dry = retain(store, "t", now=LATER, dry_run=True)
    assert (dry.activities, dry.suggestions_withdrawn, dry.suggestion_texts) == (3, 1, 0)
    with store.tenant("t", read_only=True) as db:
        assert len(list(db.activities())) == 4, "looking removes nothing"
        events = db.verify_audit()[0]
    done = retain(store, "t", now=LATER)
    assert done == dry
    with store.tenant("t", read_only=True) as db:
        assert [row.external_id for row in db.activities()] == ["e2"]
        undecided = db.suggestion("sug_1")
        assert (undecided.status, undecided.narrative, undecided.block.text) == (SuggestionStatus.WITHDRAWN, "", "")
        assert db.suggestion("sug_0").block.text == "Prüfung der Bücher", "decided: kept as long as the settings say"
        assert db.suggestion("sug_2").status is SuggestionStatus.OPEN
        assert db.vectors("f", [text_digest("Prüfung der Bücher"), text_digest("other")]) == {
            text_digest("other"): b"2"
        }
        told = [payload for event, payload in db.audit_trail() if event.action.text == "system:retention:applied"]
        assert [{**row, "before": ""} for row in told] == [
            {"suggestions_withdrawn": 1, "before": ""}, {"activities": 3, "before": ""}
        ]  # fmt: skip
        assert db.verify_audit() == (events + 2, [])
    assert set(retention(store, "t", LATER).values()) == {0}
    with store.tenant("t", read_only=True) as db:
        assert db.verify_audit() == (events + 2, []), "a run that finds nothing leaves nothing"


def test_texts_of_decided_suggestions_have_their_own_time(store):
    settings_of(store, raw_activity_days=0, suggestion_text_days=100)
    done = retain(store, "t", now=LATER)
    assert (done.activities, done.suggestion_texts) == (0, 2)
    with store.tenant("t", read_only=True) as db:
        row = db.suggestion("sug_0")
        assert (row.block.text, row.block.evidence[0].activity, row.block.suggested_minutes) == ("", "", 50)
        assert [one.text for one in db.confirmations()] == [""], "neighbours no longer hold it"
        assert next(db.entries()).narrative == "Prüfung", "what was booked stays"
    assert retain(store, "t", now=LATER).suggestion_texts == 0


@pytest.mark.parametrize(
    ("hold", "left"), [({"legal_hold": True}, 4), ({"held_people": ["ann"]}, 3), ({"raw_activity_days": 0}, 4)]
)
def test_a_legal_hold_beats_retention(store, hold, left):
    settings_of(store, **hold)
    retain(store, "t", now=LATER)
    with store.tenant("t", read_only=True) as db:
        assert len(list(db.activities())) == left
        assert db.suggestion("sug_1").status is SuggestionStatus.OPEN


def test_more_than_one_transaction_holds_is_removed_all_the_same(store):
    with store.tenant("t") as db:
        db.put_activities([activity(n, start=NINE, person="bob") for n in range(AT_ONCE + 1)])
    assert retain(store, "t", now=LATER).activities == AT_ONCE + 4


def test_days_that_make_no_sense_are_refused(store):
    for days in (-1, 10**9):
        with pytest.raises(InvalidInput, match="days"):
            retain(store, "t", now=LATER, days=days)
    assert retain(store, "t", now=NINE + timedelta(days=3), days=1).activities == 3
    assert TenantSettings().retention.raw_activity_days == 400
