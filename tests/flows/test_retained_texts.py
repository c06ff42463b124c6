"""Texts of suggestions go when their time is over, through the whole line: what a source said stands nowhere but in what was booked."""

import re
from datetime import timedelta

from tests.flows.firm import EVENING, MONDAY, Firm, attendee, vevent
from tests.flows.test_erasure import everything

from hourtrail.domain.suggestion import SuggestionStatus
from hourtrail.flows.retention import retain
from hourtrail.store import Store, open_store

WORD = "Quokka"
"""Stands in the titles of what was seen, and nowhere else."""
ADA = "ada@firm.example"


def settings_of(store: Store, **changes) -> None:
    with store.tenant("t") as db:
        db.change_settings({"retention": changes}, actor="kim", at=EVENING, reason="test")


def lived(store, tmp_path):
    """Ada's Monday: one meeting accepted as proposed, one booked under another title, one left alone."""
    firm = Firm(store, tmp_path, tenant="t")
    firm.tables()
    times = (("09", "10"), ("11", "12"), ("14", "15"))
    events = [
        vevent(
            f"e{number}", f"20260302T{start}0000Z", f"20260302T{end}0000Z", f"{WORD} {number} login", attendee(ADA, "ACCEPTED"),
            f"DESCRIPTION:{WORD} in the text",
        )
        for number, (start, end) in enumerate(times)
    ]  # fmt: skip
    firm.calendar(*events)
    firm.suggest(first=MONDAY, last=MONDAY)
    first, second, third = firm.open()
    with store.tenant("t") as db:
        db.put_vectors("f", {"x": b"1"})
    item = {"client": "acme", "project": "portal", "task": "DEV"}
    firm.decide(first, "accept")
    firm.decide(second, "edit", parts=[{**item, "minutes": 50}], narrative="Something else")
    return firm, first, second, third


def traces(store) -> dict[str, int]:
    return {name: len(hits) for name, rows in everything(store).items() if (hits := re.findall(WORD, rows))}


def test_what_was_seen_stands_only_in_the_words_of_decisions_once_its_time_is_over(url, tmp_path):
    with open_store(url) as store:
        firm, first, second, third = lived(store, tmp_path)
        before = traces(store)
        assert before["suggestion"] >= 9
        settings_of(store, raw_activity_days=100, suggestion_text_days=200)
        # The one is over, the other is not.
        assert retain(store, "t", now=EVENING + timedelta(days=150)).suggestion_texts == 0
        between = traces(store)
        assert 0 < between["suggestion"] < before["suggestion"], "what nobody decided on is emptied with what was seen"
        assert firm.suggestion(third.id).status is SuggestionStatus.WITHDRAWN
        later = EVENING + timedelta(days=300)
        assert retain(store, "t", now=later).suggestion_texts == 2
        # Proposed and booked narratives: of the first both alike, of the second the proposed one alone.
        assert traces(store) == {"decision": 3, "audit_payload": 3, "time_entry": 1}
        kept = firm.suggestion(second.id)
        assert (kept.item, kept.confidence, kept.block.suggested_minutes) == (second.item, second.confidence, 60)
        assert (kept.block.text, kept.block.series, kept.narrative, kept.reasons) == ("", "", "", ())
        assert {row.activity for row in kept.evidence} == {""}
        with store.tenant("t", read_only=True) as db:
            assert {row.text for row in db.confirmations()} == {""}, "nothing is learned from what is over"
            assert db.verify_audit()[1] == []
        assert retain(store, "t", now=later) == retain(store, "t", now=later, dry_run=True), (
            "a second run finds nothing"
        )
        assert first.id != second.id


def test_looking_tells_what_a_run_then_does(url, tmp_path):
    with open_store(url) as store:
        lived(store, tmp_path)
        settings_of(store, raw_activity_days=100, suggestion_text_days=200)
        later = EVENING + timedelta(days=300)
        dry = retain(store, "t", now=later, dry_run=True)
        assert (dry.activities, dry.suggestions_withdrawn, dry.suggestion_texts) == (3, 1, 2)
        assert retain(store, "t", now=later) == dry


def test_a_run_over_old_days_brings_no_words_back_for_good(url, tmp_path):
    """Texts may be over before what was seen is: proposing anew reads it again, and the next run empties it again."""
    with open_store(url) as store:
        firm, *_, third = lived(store, tmp_path)
        settings_of(store, raw_activity_days=0, suggestion_text_days=30)
        later = EVENING + timedelta(days=60)
        assert retain(store, "t", now=later).suggestion_texts == 3
        firm.suggest(first=MONDAY, last=MONDAY, now=later)
        retain(store, "t", now=later)
        assert traces(store) == {"decision": 3, "audit_payload": 3, "time_entry": 1}
        assert firm.suggestion(third.id).block.text == ""
