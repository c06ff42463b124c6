"""A person is erased: nothing of theirs is left in any table, and yet the chain proves every other row, and itself."""

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
from tests.store.billing_samples import DISPUTE, DRAFT, LINE, RATE_CHANGE
from tests.store.ledger_samples import EXPENSE, PAYMENT
from tests.store.samples import CLEARING, ITEM, NINE, activity, decision, entry, raised, review, suggestion

from hourtrail.domain.access import Role
from hourtrail.domain.autopost import AutoPostEvent, AutoPostWord
from hourtrail.domain.confidence import Controls
from hourtrail.domain.decision import Verdict
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hourtrail.domain.firm import Assignment, Client, Person, Project, Rate
from hourtrail.domain.forgetting import Forgotten, Trait
from hourtrail.domain.precision import Tally
from hourtrail.domain.review import ClearedEntry
from hourtrail.flows.audit import export_trail, verify_file
from hourtrail.flows.erasure import erase, look_before_erasing
from hourtrail.flows.identity.passwords import Passwords
from hourtrail.flows.identity.people import NewAccount, add_account, grant
from hourtrail.flows.identity.sign_in import start_session
from hourtrail.store import Store, identity_schema, ledger_schema, open_store
from hourtrail.store.erasure_schema import FORMS, NOTHING_PERSONAL
from hourtrail.store.findings import FindingScope
from hourtrail.store.schema import metadata

MIA = "mia.okafor@firm.example"
MARK = "Zeppelin"
"""A word that only stands in what was hers."""


def mias(number: int, **changes):
    """A suggestion for Mia with her words in it."""
    row = suggestion(number, **changes)
    block = replace(
        row.block, person=MIA, title=f"{MARK} title", text=f"{MARK} text", series=f"{MARK}-series",
        evidence=(replace(row.block.evidence[0], activity=f"git:{MARK}{number}"),), container=f"{MARK}-calendar",
    )  # fmt: skip
    return replace(row, block=block, narrative=f"{MARK} narrative", reasons=(f"{MARK} reason",))


def fill(store: Store) -> None:
    passwords = Passwords(memory_kib=8, passes=1)
    with store.tenant("t") as db:
        db.put_master(
            [
                Person(id=MIA, name=f"Mia {MARK}", zone="Europe/Berlin", grade="senior", manager="kim"),
                Person(id="ann", manager=MIA), Assignment(person=MIA, item=ITEM),
                Rate(contract="C", hourly_rate=Decimal(100), currency="EUR", person=MIA),
            ]
        )  # fmt: skip
        db.put_activities(
            [activity(n, external_id=f"{MARK}{n}", person=MIA, title=MARK, extra={"room": MARK}) for n in range(3)]
        )
        db.put_activities([activity(7, title="ann's own")])
        db.put_vectors("f", {"a": b"1"})
        db.reconcile_suggestions(create=[mias(0), mias(1), suggestion(2), mias(3)], update=[], withdraw=[])
        db.record(
            actor="model:rules@1",
            action="system:suggestion:reconciled",
            object_id=MIA,
            payload={"created": ["sug_0"]},
            at=NINE,
        )
        note = {"note": f"{MARK} note"}
        books = replace(decision("x").after[0], narrative=f"{MARK} narrative")
        db.append_decision(decision("d1", actor=MIA, after=(books,), **note))
        db.append_decision(decision("d2", suggestion="sug_2", note="ann's note"))
        db.append_decision(decision("d3", Verdict.DEFER, suggestion="sug_1", actor="kim", note=f"{MARK} by kim"))
        db.add_entries(
            [
                entry("te_1", decision="d1", suggestion="sug_0", person=MIA, narrative=MARK, hourly_rate=Decimal(90)),
                entry("te_2", decision="d2", suggestion="sug_2"),
            ]
        )
        db.put_entries(
            [entry("te_3", person=MIA, narrative=f"{MARK} draft"), entry("te_4", person=MIA, narrative=MARK)]
        )
        db.move_entry("te_1", EntryStatus.SUBMITTED, MIA, NINE, f"{MARK} for March")
        db.move_entry("te_2", EntryStatus.SUBMITTED, "ann", NINE, "for March")
        db.move_entry("te_2", EntryStatus.APPROVED, MIA, NINE, f"{MARK} fine")
        db.reconcile_findings(
            [raised("f1", worker=MIA, explanation=f"{MIA} wrote {MARK}"), raised("f2")],
            FindingScope(checks=("overlap",)),
            NINE,
        )
        db.append_reviews(
            [review("r1", "f1", note=f"{MARK} again"), review("r2", "f2", actor=MIA, note=f"{MARK} mine")]
        )
        db.add_clearing(
            replace(CLEARING, actor=MIA),
            [ClearedEntry(clearing=CLEARING.id, entry="te_1", propensity=1.0, sampled=False)],
        )
        db.set_muted("overlap", muted=True, tally=Tally(0, 20), reason=MARK, actor=MIA, at=NINE)
        db.put_review_policy({"version": "1", "owners": {"overlap": MIA}}, MIA, NINE)
        db.add_draft(replace(DRAFT, actor=MIA), [LINE])
        db.add_dispute(replace(DISPUTE, actor=MIA, raised_by=MIA, note=MARK))
        db.add_rate_change(replace(RATE_CHANGE, actor=MIA, person=MIA, reason=MARK))
        db.put_billing_policy({"version": "1"}, MIA, NINE)
        db.put_controls(Controls(), [], MIA, NINE)
        mine = {"receipt": f"{MARK}.pdf", "narrative": f"{MARK} to Bonn", "extra": {"memo": MARK, "driver": MIA}}
        db.put_ledger([replace(EXPENSE, person=MIA, **mine), replace(PAYMENT, note=MARK, extra={"by": MIA})], MIA, NINE)
        stop = {"word": AutoPostWord.STOPPED, "order": "", "reason": f"{MARK} no more"}
        db.say_of_auto_post(AutoPostEvent(place=1, actor=MIA, at=NINE, **stop))
        lead = Project(client="acme", project="audit", manager=MIA, extra={"deputy": MIA})
        db.put_master([Client(id="acme", name="Acme", extra={"partner": MIA}), lead])
        db.count_usage(NINE.date(), "requests", 1)
        forgotten = Forgotten(id="fgt_1", person=MIA, trait=Trait.SERIES, value=f"{MARK}-series", at=NINE)
        db.add_forgotten(forgotten)
        db.add_forgotten(replace(forgotten, id="fgt_2", takes_back="fgt_1"))
        db.seal_audit(NINE)
    account = add_account(
        store, "t", NewAccount(login=MIA, name=f"Mia {MARK}", roles=(Role.CONSULTANT,)), MIA, passwords=passwords
    )
    grant(store, "t", MIA, (Role.APPROVER,), "kim", reason=MARK)
    answer = {"status": 201, "body": {"note": f"{MARK} by {MIA}"}}
    for principal in (f"person:{account.account.id}", "program:psa"):
        kept = {"principal": principal, "key": "k", "request": "0" * 64, "answer": answer, "started_at": NINE}
        put_row(store, identity_schema.kept_answer, kept)
    put_row(
        store, identity_schema.sign_in_failure, {"subject": MIA, "failures": 2, "last_at": NINE, "closed_until": NINE}
    )
    put_row(store, identity_schema.program, {"id": "prg_1", "name": "psa", "created_by": MIA, "created_at": NINE})
    known = {"kind": "people", "source": "psa", "external_id": MIA, "key": json.dumps([MIA]), "at": NINE}
    put_row(store, ledger_schema.external_reference, known)
    put_row(store, ledger_schema.external_reference, {**known, "external_id": f"{MARK}-77", "source": "hr"})
    start_session(store, "t", account.account, "test", address="203.0.113.7")


def put_row(store: Store, table: sa.Table, values: dict[str, object]) -> None:
    """One row as it stands, whoever writes such rows in the product."""
    with store.engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL app.tenant = 't'")
        connection.execute(sa.insert(table).values(tenant="t", **values))


@pytest.fixture
def filled(url):
    with open_store(url) as store:
        fill(store)
        yield store


def done(store: Store, person: str = MIA, actor: str = "kim", **more):
    seen = look_before_erasing(store, "t", person, actor)
    return erase(store, "t", person, actor, reason="request 7", confirm=seen.confirm, request="R-7", **more)


def everything(store: Store) -> dict[str, str]:
    """Every row of every table as text, by table."""
    found = {}
    with store.engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL app.tenant = 't'")
        for table in metadata.sorted_tables:
            rows = connection.execute(sa.select(table)).mappings().all()
            found[table.name] = json.dumps([dict(row) for row in rows], default=str, ensure_ascii=False)
    return found


def altered(store: Store, *statements: str) -> None:
    """Behind the guards, as whoever owns the database can."""
    with store.engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL app.tenant = 't'")
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            for name in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(sa.text(statement.replace(":", "\\:")))


def said(store: Store, statement: str) -> None:
    with store.engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL app.tenant = 't'")
        connection.execute(sa.text(statement.replace(":", "\\:")))


def breaks(store: Store) -> list[str]:
    with store.tenant("t", read_only=True) as db:
        return [row.reason for row in db.verify_audit()[1]]


def test_nothing_of_the_person_is_left_in_any_table_and_the_chain_holds(filled, tmp_path):
    before = everything(filled)
    named = {name for name, rows in before.items() if MIA in rows or MARK in rows}
    assert len(named) >= 30, "the test fills most tables"
    assert named >= {
        "client", "project", "expense", "payment", "external_reference", "auto_post", "kept_answer", "sign_in_failure",
        "program", "account",
    }  # fmt: skip
    with filled.tenant("t", read_only=True) as db:
        digests = [event.digest for event in db.audit_events()]
    told = done(filled)
    traces = re.compile(rf".{{0,60}}(?:{re.escape(MIA)}|{MARK}|203\.0\.113).{{0,20}}")
    assert {name: found for name, rows in everything(filled).items() if (found := traces.findall(rows))} == {}
    with filled.tenant("t", read_only=True) as db:
        found = db.examine_audit()
        assert (found.breaks, [event.digest for event in db.audit_events()][: len(digests)]) == ([], digests)
        assert found.erased > 20
        entries = {row.id: row for row in db.entries()}
        assert set(entries) == {"te_1", "te_2"}, "drafts that nobody leans on go"
        kept = entries["te_1"]
        assert (kept.person, kept.minutes, kept.item, kept.hourly_rate) == (told.pseudonym, 50, ITEM, Decimal(90))
        assert (kept.narrative, kept.start, kept.status) == ("", None, EntryStatus.SUBMITTED)
        assert (entries["te_2"].narrative, db.decision("d2").note) == ("Prüfung", "ann's note")
        assert [row.id for row in db.decisions()] == ["d1", "d2", "d3"]
        assert db.decision("d1").actor == told.pseudonym
        assert [row.id for row in db.suggestions(person=told.pseudonym)] == ["sug_0", "sug_1"]
        assert {row.person for row in db.confirmations()} == {"ann"}, "the learning memory forgets"
        assert (list(db.activities()), db.vectors("f", ["a"])) == ([activity(7, title="ann's own")], {})
        assert db.master().person("ann").manager == told.pseudonym
        assert db.standing_verdict("f1") is not None
    if filled.engine.dialect.name == "sqlite":
        files = [path for path in tmp_path.iterdir() if path.is_file()]
        assert told.wiped
        assert not [path for path in files if MARK.encode() in path.read_bytes() or MIA.encode() in path.read_bytes()]
    path = tmp_path / "trail.jsonl"
    export_trail(filled, "t", path, actor="kim")
    checked = verify_file(path)
    assert (checked.breaks, checked.erased) == ([], found.erased)
    assert MIA not in path.read_text(encoding="utf-8")


def test_what_would_go_is_told_first_and_only_that_is_done(filled):
    seen = look_before_erasing(filled, "t", MIA, "kim")
    assert seen.counts["removed"]["activity"] == 3
    assert (seen.counts["rewritten"]["decision"], seen.counts["removed"]["suggestion"]) == (2, 1)
    assert MIA in everything(filled)["decision"], "looking changes nothing"
    with filled.tenant("t") as db:
        db.put_activities([activity(9, external_id="late", person=MIA)])
    with pytest.raises(Conflict, match="look again"):
        erase(filled, "t", MIA, "kim", reason="request 7", confirm=seen.confirm)
    with pytest.raises(Conflict, match="look again"):
        erase(filled, "t", MIA, "kim", reason="request 7", confirm="\ud800")
    with pytest.raises(InvalidInput, match="say why"):
        erase(filled, "t", MIA, "kim", reason=" ", confirm=seen.confirm)
    with pytest.raises(NotAllowed, match="nobody erases themself"):
        look_before_erasing(filled, "t", MIA, MIA)
    with pytest.raises(NotAllowed, match="service"):
        look_before_erasing(filled, "t", MIA, "system:cleaner")
    with pytest.raises(NotFound, match="nothing is held"):
        look_before_erasing(filled, "t", "nobody@firm.example", "kim")
    told = done(filled)
    with pytest.raises(NotFound, match="nothing is held"):
        look_before_erasing(filled, "t", MIA, "kim")
    with pytest.raises(Conflict, match="erased already"):
        look_before_erasing(filled, "t", told.pseudonym, "kim")
    assert breaks(filled) == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE audit_event SET actor = 'eve' WHERE sequence = {event}", "row {event} was changed"),
        (
            "UPDATE audit_event SET action = 'person:finding:acceptable' WHERE sequence = {event}",
            "row {event} was changed",
        ),
        ("UPDATE audit_payload SET payload = '{{}}' WHERE sequence = {event}", "payload of row {event} was changed"),
        ("DELETE FROM audit_payload WHERE sequence = {event}", "payload of row {event} is missing"),
        ("UPDATE approval SET note = 'for April' WHERE actor LIKE 'erased-%'", "was changed after it was written"),
        ("UPDATE finding_review SET note = 'x' WHERE id = 'r1'", "review r1"),
        ("UPDATE decision SET body = '{{\"forged\": 1}}' WHERE id = 'd1'", "decision d1"),
        (
            "UPDATE audit_payload SET payload = '{{\"rows\": []}}' WHERE sequence = {erasure}",
            "payload of row {erasure} was changed",
        ),
    ],
)
def test_an_erased_row_that_is_altered_is_named(filled, statement, named):
    done(filled)
    with filled.tenant("t", read_only=True) as db:
        trail = list(db.audit_events())
    places = {
        "event": next(row.sequence for row in trail if row.object_id == "d1"),
        "erasure": next(row.sequence for row in trail if row.action.text == "person:person:erased"),
    }
    altered(filled, statement.format(**places))
    assert any(named.format(**places) in reason for reason in breaks(filled))


def test_a_row_made_to_look_erased_without_an_erasure_is_named(filled):
    """The form is the same, and still no event lists it."""
    altered(
        filled,
        "UPDATE audit_event SET actor = 'erased-0011223344556677' WHERE actor = 'ann' AND object_id = 'd2'",
        "UPDATE approval SET actor = 'erased-0011223344556677', note = '' WHERE actor = 'ann'",
        "DELETE FROM audit_payload WHERE sequence = (SELECT sequence FROM audit_event WHERE object_id = 'd2')",
    )
    found = breaks(filled)
    assert any("was changed after it was written" in reason and "row" in reason for reason in found)
    assert any("is missing, and no erasure" in reason for reason in found)
    assert any("approval" in reason for reason in found)


def test_two_erasures_follow_each_other_and_the_eraser_can_be_erased(filled):
    done(filled)
    second = done(filled, person="kim", actor="olga")
    assert breaks(filled) == []
    assert '"kim"' not in "".join(everything(filled).values())
    with filled.tenant("t", read_only=True) as db:
        erasures = [row for row in db.audit_events() if row.action.text == "person:person:erased"]
    assert [row.actor for row in erasures] == [second.pseudonym, "olga"]


def test_the_database_changes_an_append_only_row_in_no_other_way(filled):
    """Not before an erasure lists it, not into anything else, and not once the erasure is closed."""
    told = done(filled)
    refused = [
        "UPDATE decision SET actor = '' WHERE id = 'd2'",
        f"UPDATE decision SET actor = '{told.pseudonym}' WHERE id = 'd2'",
        "UPDATE decision SET body = '{}' WHERE id = 'd1'",
        "UPDATE approval SET note = ''",
        "UPDATE erased_row SET key = 'd2'",
        "DELETE FROM erased_row",
        "INSERT INTO erased_row (tenant, kind, key, sequence, pseudonym) VALUES ('t', 'decision', 'd2', 1, '')",
        "INSERT INTO erased_row SELECT tenant, 'decision', 'd2', sequence, '' FROM audit_event WHERE action LIKE '%:erased'",
    ]
    for statement in refused:
        with pytest.raises(sa.exc.IntegrityError, match="append-only"):
            said(filled, statement)
    # While an erasure is open, its rows take their erased form and no other.
    with filled.tenant("t") as db:
        [event] = db.record_all(actor="kim", action="person:person:erased", told=[("erased-1", {"rows": []})], at=NINE)
        db._connection.exec_driver_sql(
            "INSERT INTO erased_row (tenant, kind, key, sequence, pseudonym) VALUES"
            f" ('t', 'approval', (SELECT id FROM approval WHERE actor = 'ann'), {event.sequence}, 'erased-1')"
        )
        for allowed, statement in (
            (False, "UPDATE approval SET note = 'forged' WHERE actor = 'ann'"),
            (False, "UPDATE approval SET to_status = 'approved' WHERE actor = 'ann'"),
            (True, "UPDATE approval SET actor = 'erased-1', note = '' WHERE actor = 'ann'"),
        ):
            with db._connection.begin_nested() as attempt:
                if allowed:
                    assert db._connection.exec_driver_sql(statement).rowcount == 1
                else:
                    with pytest.raises(sa.exc.IntegrityError, match="append-only"):
                        db._connection.exec_driver_sql(statement)
                attempt.rollback()


def test_every_append_only_table_states_how_a_person_leaves_it(tmp_path):
    """Asked of the database itself, so that a table of tomorrow is not forgotten."""
    with open_store(str(tmp_path / "a.db")) as store, store.engine.connect() as connection:
        query = "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name = tbl_name || '_no_update'"
        guarded = dict(connection.exec_driver_sql(query).all())
    assert set(guarded) == set(FORMS) | NOTHING_PERSONAL, (
        "a new append-only table needs its form in store/erasure_schema.py and in a migration, or stands in NOTHING_PERSONAL"
    )
    assert {name for name, sql in guarded.items() if "erased_row listed" in sql} == set(FORMS)
    for name, form in FORMS.items():
        assert {*form.key, *form.texts, *form.bodies} <= set(metadata.tables[name].columns.keys()), name


def test_ids_that_a_firm_made_of_a_name_keep_records_together(filled):
    """They are what records find each other by; the words and the person go all the same."""
    name = f"{MIA}/2026-03-02"
    with filled.tenant("t") as db:
        db.put_entries([entry(name, person=MIA, narrative=MARK)])
        db.move_entry(name, EntryStatus.SUBMITTED, MIA, NINE, f"{MARK} for March")
        row = mias(0)
        row = replace(row, id=f"sug {MIA}", block=replace(row.block, id=f"blk {MIA}"))
        db.reconcile_suggestions(create=[row], update=[], withdraw=[])
        db.append_decision(decision(f"dec {MIA}", actor=MIA, suggestion=row.id, note=MARK))
    told = done(filled)
    assert breaks(filled) == []
    with filled.tenant("t", read_only=True) as db:
        kept = db.entry(name)
        assert (kept.person, kept.narrative, [row.actor for row in db.approvals(name)]) == (
            told.pseudonym,
            "",
            [told.pseudonym],
        )
        assert (db.decision(f"dec {MIA}").suggestion, db.decision(f"dec {MIA}").note) == (f"sug {MIA}", "")


def test_names_inside_longer_texts_are_found_and_short_ones_do_not_hit_words(url):
    from hourtrail.domain.erasure import Eraser, Names  # noqa: PLC0415

    eraser = Eraser(Names(person="ann", logins=(MIA,)), "erased-1")
    assert eraser.text(f"booked by {MIA}, twice") == "booked by erased-1, twice"
    assert eraser.text("planning with anna") == "planning with anna"
    assert eraser.json({"ann": ["ann", {"note": "x", "minutes": 5}]}, words=False) == {
        "erased-1": ["erased-1", {"note": "x", "minutes": 5}]
    }
    assert eraser.json({"reasons": ["x"], "note": "y", "n": 1}, words=True) == {"reasons": [], "note": "", "n": 1}
