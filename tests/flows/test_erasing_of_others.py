"""An erasure and what is not the person's: other people's rows that name them, ids, and names that stand in other names."""

from dataclasses import replace

import pytest
from tests.flows.test_erasure import MARK, MIA, breaks, done, everything, fill
from tests.store.ledger_samples import EXPENSE, PAYMENT
from tests.store.samples import NINE, activity, decision, entry

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.erasure import Eraser, Names
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Person
from hourtrail.domain.settings import PrivacyAction
from hourtrail.flows.erasure import erase, look_before_erasing
from hourtrail.store import Store, open_store


@pytest.fixture
def store(url):
    with open_store(url) as opened:
        fill(opened)
        yield opened


def meeting(store: Store, **changes):
    row = activity(
        8, source="icalendar", external_id="e8", kind=ActivityKind.MEETING, title=f"1:1 with {MIA.upper()}",
        participants=("bo@client.example", MIA), extra={"room": "2"}, container="team", **changes,
    )  # fmt: skip
    with store.tenant("t") as db:
        db.put_activities([row])
    return row


def test_a_meeting_of_somebody_else_loses_the_name_and_nothing_more(store):
    row = meeting(store)
    with store.tenant("t") as db:
        db.put_activities([replace(row, external_id="gone"), replace(row, external_id=f"{MIA}/e9")])
        db.withdraw_named("icalendar", ["gone"], NINE)
    told = done(store)
    with store.tenant("t", read_only=True) as db:
        found = {one.external_id: one for one in db.activities(person="ann") if one.source == "icalendar"}
        withdrawn = {one.external_id: (one, at) for one, at in db.activities_of(Names(person="ann"))}
    after = replace(row, title=f"1:1 with {told.pseudonym}", participants=("bo@client.example", told.pseudonym))
    assert found["e8"] == after
    assert set(found) == {"e8", f"{MIA}/e9"}, "its source knows it by that id, which is told instead"
    assert withdrawn["gone"] == (replace(after, external_id="gone"), NINE), "what was withdrawn does not come back"
    assert ("activity", "external_id", "icalendar [...]/e9") in [(row.table, row.column, row.row) for row in told.left]


def test_what_others_wrote_is_found_by_the_name_people_call_her_and_told(store):
    with store.tenant("t") as db:
        db.append_decision(decision("d9", suggestion="sug_2", supersedes="d2", note=f"agreed with mia {MARK.lower()}"))
        db.add_entries([entry("te_9", decision="d9", suggestion="sug_2", narrative=f"With {MARK}, Mia; see {MIA}.")])
        db.move_entry("te_9", EntryStatus.SUBMITTED, "ann", NINE, f"as Mia  {MARK}")
    seen = look_before_erasing(store, "t", MIA, "kim")
    told = done(store)
    places = {(row.table, row.column, row.row) for row in told.left}
    assert places == {(row.table, row.column, row.row) for row in seen.left}
    assert places >= {("decision", "body", "d9"), ("time_entry", "narrative", "te_9")}
    assert told.left_in_all == len(told.left)
    assert MIA not in "".join(everything(store).values()), "the address is replaced in their words too"
    with store.tenant("t", read_only=True) as db:
        assert db.entry("te_9").narrative == f"With {MARK}, Mia; see {told.pseudonym}."
        payload = next(payload for event, payload in db.audit_trail() if event.action.text == "person:person:erased")
    assert payload["left"]["time_entry.narrative"] == 1
    assert MARK not in str(payload), "the trail says where, not what"
    assert breaks(store) == []


def test_ids_that_another_system_made_of_her_address_give_it_up(store):
    with store.tenant("t") as db:
        db.put_ledger(
            [
                replace(EXPENSE, external_id=f"{MIA}/1", person=MIA), replace(EXPENSE, external_id=f"{MIA}/2", person=MIA),
                replace(PAYMENT, external_id=f"from {MIA}"),
            ],
            "psa", NINE,
        )  # fmt: skip
    told = done(store)
    rows = everything(store)
    assert MIA not in rows["expense"] + rows["payment"] + rows["erased_row"] + rows["audit_payload"]
    assert rows["expense"].count(f"{told.pseudonym}/") == 2
    assert breaks(store) == []


def test_nobody_elses_name_is_touched(store):
    other = f"anna-{MIA}"
    with store.tenant("t") as db:
        db.put_master([Person(id=other, name="Anna"), Person(id=f"{MIA}.org", manager=other)])
        db.put_entries([entry("te_8", person=other, narrative=f"ask {other} or {MIA}")])
        before = db.master().person(f"{MIA}.org")
    told = done(store)
    with store.tenant("t", read_only=True) as db:
        assert db.master().person(f"{MIA}.org") == before
        assert db.entry("te_8").person == other
        assert db.entry("te_8").narrative == f"ask {other} or {told.pseudonym}"


def test_further_addresses_go_unless_they_are_somebody_elses(store):
    with store.tenant("t") as db:
        extra = {"Email": "m.okafor@firm.example", "upn": "ann", "login": "kim@firm.example"}
        db.put_master([Person(id=MIA, name=f"Mia {MARK}", extra=extra), Person(id="kim@firm.example", name="Kim")])
        db.put_entries([entry("te_8", person="kim@firm.example", narrative="wrote to M.Okafor@firm.example")])
    told = done(store)
    with store.tenant("t", read_only=True) as db:
        kept = db.entry("te_8")
        assert (kept.person, kept.narrative) == ("kim@firm.example", f"wrote to {told.pseudonym}")


def test_settings_that_she_put_in_force_go_on_as_they_are(store):
    """What an administrator wrote into them is the firm's: only their name leaves."""
    rule = {"name": "private", "action": "drop", "title": "private*", "container": "home"}
    with store.tenant("t") as db:
        held = {"held_people": ["ann", "bob"]}
        db.change_settings(
            {"privacy": {"rules": [rule]}, "retention": held}, actor=MIA, at=NINE, reason=f"{MARK} asked"
        )
    done(store)
    with store.tenant("t", read_only=True) as db:
        [stands] = db.settings().privacy.rules
        assert (stands.action, stands.title, stands.container) == (PrivacyAction.DROP, "private*", "home")
    assert MARK not in everything(store)["tenant_settings"]


def test_a_reason_that_names_her_is_refused_before_it_stays_for_ever(store):
    seen = look_before_erasing(store, "t", MIA, "kim")
    with pytest.raises(InvalidInput, match="name the person's request"):
        erase(store, "t", MIA, "kim", reason=f"Mia {MARK} asked for it", confirm=seen.confirm)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("see Mia.Okafor@FIRM.example!", "see erased-1!"),
        ("mailto:mia.okafor@firm.example;x", "mailto:erased-1;x"),
        ("Zoe\u0308.Mu\u0308ller@firm.example", "erased-1"),
        ("zo\u00eb.m\u00fcller@firm.example", "erased-1"),
        ("xmia.okafor@firm.example", "xmia.okafor@firm.example"),
        ("anna.mia.okafor@firm.example and mia.okafor@firm.example", "anna.mia.okafor@firm.example and erased-1"),
    ],
)
def test_a_name_is_found_however_it_is_written(text, after):
    names = Names(
        person="mia.okafor@firm.example",
        logins=("zo\u00eb.m\u00fcller@firm.example",),
        others=("anna.mia.okafor@firm.example",),
    )
    assert Eraser(names, "erased-1").text(text) == after
