"""A person forgets an association in one act, and sees beforehand what others can see of a day."""

from datetime import date, timedelta

import pytest
from tests.store.samples import ITEM, NINE, activity, decision, entry, suggestion

from hourtrail.domain.errors import InvalidInput, NotAllowed, NotFound
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.forgetting import Forgotten, Trait
from hourtrail.flows.privacy import forget, forget_suggested, forgotten_of, managers_view, remember_again
from hourtrail.store import Store, open_store

OTHER = WorkItem("acme", "tax")


@pytest.fixture
def store(tmp_path):
    """Ann confirmed sug_0 (series s1, calendar work) as te_1; te_2 and te_3 were imported, te_3 is Bob's."""
    with open_store(f"sqlite:///{tmp_path / 's.sqlite'}") as opened, opened.tenant("t") as db:
        db.put_activities([activity(0), activity(1)])
        db.reconcile_suggestions(create=[suggestion(0), suggestion(1), suggestion(2)], update=[], withdraw=[])
        db.append_decision(decision("d1"))
        db.add_entries([entry("te_1", decision="d1", suggestion="sug_0")])
        db.put_entries([entry("te_2", item=OTHER), entry("te_3", person="bob")])
    with open_store(f"sqlite:///{tmp_path / 's.sqlite'}") as opened:
        yield opened


def known(store: Store) -> set[str]:
    with store.tenant("t", read_only=True) as db:
        return {row.id for row in db.confirmations()}


@pytest.mark.parametrize(
    ("trait", "value", "item", "gone"),
    [
        (Trait.SERIES, "s1", None, {"te_1"}),
        (Trait.CONTAINER, "work", ITEM, {"te_1"}),
        (Trait.DOMAIN, "acme.example", None, {"te_1"}),
        (Trait.ENTRY, "te_2", None, {"te_2"}),
        (Trait.ENTRY, "te_2", OTHER, {"te_2"}),
    ],
)
def test_what_is_forgotten_is_remembered_no_longer_until_it_is_taken_back(store, trait, value, item, gone):
    row, count = forget(store, "t", "ann", trait, value, item=item, now=NINE)
    assert (count, known(store)) == (len(gone), {"te_1", "te_2", "te_3"} - gone)
    with store.tenant("t", read_only=True) as db:
        assert {one.id for one in db.entries()} == {"te_1", "te_2", "te_3"}, "the entries stay"
        assert value not in str([(event.object_id, payload) for event, payload in db.audit_trail()][-1])
    assert [one.id for one in forgotten_of(store, "t", "ann")] == [row.id]
    remember_again(store, "t", row.id, "ann", now=NINE + timedelta(hours=1))
    assert known(store) == {"te_1", "te_2", "te_3"}
    assert forgotten_of(store, "t", "ann") == []
    with pytest.raises(NotFound, match="asked to forget nothing"):
        remember_again(store, "t", row.id, "ann")
    forget(store, "t", "ann", trait, value, item=item, now=NINE + timedelta(hours=2))
    assert known(store) == {"te_1", "te_2", "te_3"} - gone


def test_one_act_on_a_suggestion_forgets_what_it_leaned_on(store):
    ((row, count),) = forget_suggested(store, "t", "sug_1", "ann", now=NINE)
    assert (row.trait, row.value, row.item, count) == (Trait.SERIES, "s1", ITEM, 1)
    assert known(store) == {"te_2", "te_3"}
    with pytest.raises(NotFound, match="nothing that you confirmed before"):
        forget_suggested(store, "t", "sug_2", "ann")
    with pytest.raises(NotAllowed, match="ann's"):
        forget_suggested(store, "t", "sug_1", "bob")


def test_nobody_forgets_for_somebody_else_and_nothing_unknown_is_forgotten(store):
    with pytest.raises(NotFound, match="nothing that bob confirmed has the series 's1'"):
        forget(store, "t", "bob", Trait.SERIES, "s1")
    with pytest.raises(NotFound):
        forget(store, "t", "ann", Trait.SERIES, "s1", item=OTHER)
    with pytest.raises(NotAllowed, match="service"):
        forget(store, "t", "model:ranker", Trait.SERIES, "s1")
    with pytest.raises(InvalidInput, match="neither may be empty"):
        Forgotten(id="x", person="ann", trait=Trait.SERIES, value=" ", at=NINE)
    row, _ = forget(store, "t", "ann", Trait.SERIES, "s1", now=NINE)
    with pytest.raises(NotFound):
        remember_again(store, "t", row.id, "bob")


def test_a_manager_sees_entries_and_how_much_is_evidenced_and_no_evidence(store):
    seen = managers_view(store, "t", "ann", date(2026, 3, 2))
    assert [row["id"] for row in seen["visible"]["time_entries"]] == ["te_1", "te_2"]
    assert (seen["visible"]["booked_minutes"], seen["visible"]["evidenced_minutes"]) == (100, 50)
    assert seen["hidden"] == {"activities": {"commit": 2}, "suggestions": 3}
    told = str(seen["visible"])
    assert not any(word in told for word in ("commit 0", "icalendar:", "sug_", "s1", "acme.example"))
    empty = managers_view(store, "t", "ann", date(2026, 3, 9))
    assert (empty["visible"]["time_entries"], empty["hidden"]) == ([], {"activities": {}, "suggestions": 0})
