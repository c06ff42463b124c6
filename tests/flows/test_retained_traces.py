"""What no setting names is removed by its own time, to the instant, and a legal hold beats that too."""

from datetime import timedelta

import pytest
from tests.flows.test_erasure import put_row
from tests.store.samples import NINE, entry, suggestion

from hourtrail.domain.identity import text_digest
from hourtrail.flows.retention import retain
from hourtrail.store import identity_schema, open_store

SECOND = timedelta(seconds=1)


@pytest.fixture
def store(url):
    with open_store(url) as opened:
        account = {"password": "", "created_at": NINE}
        for name in ("ann", "bob"):
            put_row(
                opened,
                identity_schema.account,
                {"id": f"acc_{name}", "login": name, "name": name, "person": name, **account},
            )
            for kind, ends, closed in (
                ("over", NINE, None),
                ("closed", NINE + timedelta(days=9), NINE),
                ("open", NINE + timedelta(days=9), None),
            ):
                times = {"started_at": NINE, "seen_at": NINE, "ends_at": ends, "closed_at": closed}
                row = {"id": f"{kind}_{name}", "digest": f"{kind}{name}", "account": f"acc_{name}", **times}
                put_row(opened, identity_schema.session, row)
        answer = {"principal": "person:acc_ann", "request": "0", "started_at": NINE}
        put_row(opened, identity_schema.kept_answer, {**answer, "key": "k", "answer": {"x": 1}})
        put_row(opened, identity_schema.kept_answer, {**answer, "key": "in work", "answer": None})
        failure = {"failures": 9, "last_at": NINE}
        put_row(opened, identity_schema.sign_in_failure, {**failure, "subject": "203.0.113.7", "closed_until": NINE})
        put_row(
            opened,
            identity_schema.sign_in_failure,
            {**failure, "subject": "ann", "closed_until": NINE + timedelta(days=3)},
        )
        yield opened


def left(store) -> dict[str, list[str]]:
    keys = {"session": "id", "kept_answer": "key", "sign_in_failure": "subject"}
    with store.tenant("t", read_only=True) as db:
        return {
            name: sorted(db._connection.scalars(db._select(table, table.c[keys[name]])))
            for name, table in ((name, getattr(identity_schema, name)) for name in keys)
        }


@pytest.mark.parametrize(
    ("after", "removed"),
    [
        (timedelta(days=1), (0, 0, 0)),
        (timedelta(days=1) + SECOND, (0, 2, 1)),
        (timedelta(days=3) + SECOND, (0, 2, 2)),
        (timedelta(days=30), (0, 2, 2)),
        (timedelta(days=30) + SECOND, (4, 2, 2)),
        (timedelta(days=39), (4, 2, 2)),
        (timedelta(days=39) + SECOND, (6, 2, 2)),
    ],
)
def test_each_goes_when_its_own_time_is_over_and_not_before(store, after, removed):
    dry = retain(store, "t", now=NINE + after, dry_run=True)
    assert (dry.sessions, dry.answers, dry.sign_in_failures) == removed
    before = left(store)
    assert retain(store, "t", now=NINE + after) == dry
    gone = {name: len(rows) - len(left(store)[name]) for name, rows in before.items()}
    assert tuple(gone.values()) == removed
    again = retain(store, "t", now=NINE + after)
    assert (again.sessions, again.answers, again.sign_in_failures) == (0, 0, 0)
    with store.tenant("t", read_only=True) as db:
        told = [payload for event, payload in db.audit_trail() if event.action.text == "system:retention:applied"]
        assert db.verify_audit()[1] == []
    assert told == (
        [dict(zip(("session", "kept_answer", "sign_in_failure"), removed, strict=True))] if any(removed) else []
    )


def test_a_hold_keeps_them(store):
    later = NINE + timedelta(days=99)
    with store.tenant("t") as db:
        db.change_settings({"retention": {"held_people": ["ann"]}}, actor="kim", at=NINE, reason="court")
    assert retain(store, "t", now=later).sessions == 3, "bob's"
    assert left(store)["session"] == ["closed_ann", "open_ann", "over_ann"]
    with store.tenant("t") as db:
        db.change_settings({"retention": {"legal_hold": True}}, actor="kim", at=NINE, reason="court")
    assert retain(store, "t", now=later).sessions == 0


def test_other_tenants_keep_theirs(store):
    with store.tenant("other") as db:
        db.change_settings({"retention": {"raw_activity_days": 1}}, actor="kim", at=NINE, reason="")
    before = left(store)
    retain(store, "other", now=NINE + timedelta(days=99))
    assert left(store) == before


def test_vectors_go_with_the_last_place_where_their_text_stands(store):
    words = ["Prüfung der Bücher", "Booked", "a title that was changed since", ""]
    with store.tenant("t") as db:
        db.reconcile_suggestions(create=[suggestion(0)], update=[], withdraw=[])
        db.put_entries([entry("te_1", narrative="Booked")])
        db.put_vectors("f", {text_digest(text): b"1" for text in words})
    retain(store, "t", now=NINE + timedelta(days=1))
    with store.tenant("t", read_only=True) as db:
        assert len(db.vectors("f", list(map(text_digest, words)))) == 4, (
            "a run that removes nothing leaves the cache alone"
        )
    retain(store, "t", now=NINE + timedelta(days=500))
    with store.tenant("t", read_only=True) as db:
        kept = set(db.vectors("f", list(map(text_digest, words))))
    assert kept == {text_digest("Booked"), text_digest("")}, "the booked narrative, and nothing of what was seen"
