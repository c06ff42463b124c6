"""An auditor seals, takes away and checks the trail; every change behind the triggers is named, here and without the database."""

import gzip
import json
import sqlite3

import pytest
from tests.store.samples import NINE, activity, decision, entry, raised, review, suggestion

from hourtrail.domain.entry import EntryStatus
from hourtrail.store import open_store
from hourtrail.store.findings import FindingScope


@pytest.fixture
def trail(run, tmp_path):
    """Three words of people in a store, sealed once; returns what opens the raw database without its guards."""
    with open_store(f"sqlite:///{tmp_path / 'store.sqlite'}") as store, store.tenant("default") as db:
        db.reconcile_suggestions(create=[suggestion(0)], update=[], withdraw=[])
        db.append_decision(decision("d1"))
        db.add_entries([entry("te_1", decision="d1")])
        db.move_entry("te_1", EntryStatus.SUBMITTED, "ann", NINE, "for March")
        db.reconcile_findings([raised("f1")], FindingScope(checks=("overlap",)), NINE)
        db.append_reviews([review("r1", "f1")])
    run("audit", "seal")

    def tamper(*statements):
        with sqlite3.connect(tmp_path / "store.sqlite") as database:
            for (name,) in database.execute("select name from sqlite_master where type='trigger'").fetchall():
                database.execute(f"drop trigger {name}")
            for statement in statements:
                database.execute(statement)
        database.close()

    return tamper


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("update decision set body = replace(body, '\"ann\"', '\"eve\"')", "decision d1, told by row 1, was changed"),
        ("delete from decision", "decision d1, told by row 1, is missing"),
        ("update approval set note = 'for April'", "told by row 2, was changed"),
        ("update approval set actor = 'eve'", "told by row 2, was changed"),
        ("delete from approval", "told by row 2, is missing"),
        ("update finding_review set reason_code = 'other'", "review r1, told by row 3, was changed"),
        ("update finding_review set at = '2026-01-01 00:00:00.000000'", "review r1, told by row 3, was changed"),
        ("insert into decision (tenant, id, suggestion, place, verdict, actor, decided_at, body) select tenant, 'd2', suggestion, 2, verdict, actor, decided_at, body from decision",
         "decision d2 stands in its table, but no row"),
        ("update audit_payload set payload = '{}' where sequence = 2", "the payload of row 2 was changed"),
        ("update audit_root set root = '" + "a" * 64 + "'", "rows 1 to 3 are not those that were sealed"),
        ("delete from audit_event where sequence = 3", "rows 3 to 3, sealed at"),
    ],
)  # fmt: skip
def test_whatever_was_changed_behind_the_guards_is_named(trail, run, statement, named):
    assert run("audit", "verify", "--json").json["breaks"] == []
    trail("pragma foreign_keys = off", statement)
    assert named in run("audit", "verify", code=1).out


def test_a_seal_is_taken_once_and_never_over_a_changed_trail(trail, run):
    first = run("audit", "seal", "--json").json["seal"]
    assert (first["size"], run("audit", "seal", "--json").json["seal"]) == (3, first)
    trail("update audit_event set digest = '" + "b" * 64 + "' where sequence = 1")
    assert "are not those sealed at" in run("audit", "seal", code=2).err
    trail("delete from audit_event where sequence = 3")
    assert "audit verify" in run("audit", "seal", code=2).err


@pytest.mark.parametrize("name", ["trail.jsonl", "trail.jsonl.gz"])
def test_an_export_is_checked_without_the_database(trail, run, tmp_path, name):
    told = run("audit", "export", name, "--as", "olga", "--json").json
    assert told["events"] == 4, "and the trail says who took it away"
    assert "exists already" in run("audit", "export", name, "--as", "olga", code=2).err
    (tmp_path / "store.sqlite").unlink()
    checked = run("audit", "verify", name, "--json").json
    assert (checked["events"], checked["intact"], checked["erased"]) == (4, True, 0)
    assert checked["seal"]["size"] == 3
    assert "the chain holds" in run("audit", "verify", name).out


def changed(lines, number, **fields):
    row = json.loads(lines[number])
    return [*lines[:number], json.dumps({**row, **fields}), *lines[number + 1 :]]


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (lambda rows: changed(rows, 2, actor="eve"), "row 2 was changed after it was written"),
        (lambda rows: changed(rows, 2, payload={}), "the payload of row 2 was changed"),
        (lambda rows: rows[:2] + rows[3:], "row 2 of the audit trail is missing"),
        (lambda rows: rows[:3], "rows 3 to 3, sealed at"),
        (lambda rows: changed(rows, 0, tenant="other"), "row 1 was changed"),
    ],
)
def test_a_changed_export_is_found_out(trail, run, tmp_path, edit, named):
    run("audit", "export", "trail.jsonl", "--as", "olga")
    file = tmp_path / "trail.jsonl"
    file.write_text("\n".join(edit(file.read_text().splitlines())) + "\n")
    assert named in run("audit", "verify", file, code=1).out


def test_a_payload_that_is_gone_without_an_erasure_is_named(trail, run, tmp_path):
    """Whoever takes a payload away must not pass for somebody who erased a person's data."""
    trail("delete from audit_payload where sequence = 2")
    assert "payload of row 2 is missing, and no erasure" in run("audit", "verify", code=1).out
    trail("update approval set actor = 'eve'")
    assert "no row of the audit trail tells of it" in run("audit", "verify", code=1).out
    run("audit", "export", "trail.jsonl", "--as", "olga")
    checked = run("audit", "verify", "trail.jsonl", "--json", code=1).json
    assert (checked["erased"], [row["row"] for row in checked["breaks"]]) == (0, [2])


def test_an_action_that_was_forged_into_another_is_named_and_stops_nothing(trail, run):
    trail("update audit_event set action = 'person:finding:acceptable' where sequence = 1")
    assert "row 1 was changed after it was written" in run("audit", "verify", code=1).out


def test_a_trail_made_anew_is_found_by_what_was_noted_before(trail, run, tmp_path):
    run("audit", "export", "before.jsonl", "--as", "olga")
    head = run("audit", "verify", "--json").json["head"]
    with open_store(f"sqlite:///{tmp_path / 'anew.sqlite'}") as store, store.tenant("default") as db:
        for number in range(4):
            db.record(actor="eve", action="person:thing:done", object_id=str(number), payload={}, at=NINE)
    run("audit", "export", "anew.jsonl", "--as", "eve", "--store", f"sqlite:///{tmp_path / 'anew.sqlite'}")
    assert run("audit", "verify", "anew.jsonl").out.startswith("5 audit events"), "on its own it holds"
    told = run("audit", "verify", "anew.jsonl", "--against", "before.jsonl", code=1).out
    assert "row 1 is not the one noted earlier" in told
    assert "are not those that were sealed" in told
    assert "row 4 is not the one noted" in run("audit", "verify", "anew.jsonl", "--expect", head, code=1).out
    other = run("audit", "verify", "anew.jsonl", "--against", "anew.jsonl", "--expect", head, code=1).out
    assert "is not the one of the head that was noted" in other, "an earlier export may be forged, too"
    for no_head in ("0:0", "\u00b2:0", ":"):
        assert "is not SEQUENCE:DIGEST" in run("audit", "verify", "before.jsonl", "--expect", no_head, code=2).err
        assert "is not SEQUENCE:DIGEST" in run("audit", "verify", "--expect", no_head, code=2).err
    run("audit", "export", "after.jsonl", "--as", "olga")
    assert run("audit", "verify", "after.jsonl", "--against", "before.jsonl", "--expect", head, "--json").json["intact"]


def test_one_row_is_proved_without_the_others(trail, run, tmp_path):
    proof = run("audit", "prove", 2).json
    seal = run("audit", "seal", "--json").json["seal"]
    (tmp_path / "proof.json").write_text(json.dumps(proof))
    assert run("audit", "check-proof", "proof.json", "--json").json == {"holds": True, "row": 2, "seal": seal}
    assert "row 2 is among the 3 rows sealed" in run("audit", "check-proof", "proof.json").out
    for broken in (
        {**proof, "event": {**proof["event"], "actor": "eve"}},
        {**proof, "event": {**proof["event"], "payload": {"note": "other"}}},
        {**proof, "path": proof["path"][:-1]},
        {**proof, "seal": {**proof["seal"], "root": "c" * 64}},
        {**proof, "path": ["zz"]},
        {"event": []},
        [],
    ):
        (tmp_path / "broken.json").write_text(json.dumps(broken))
        run("audit", "check-proof", "broken.json", code=2)
    assert "no sealed tree head covers row 9" in run("audit", "prove", 9, code=2).err


@pytest.mark.parametrize(
    "content",
    [b"", b"{}\n", b"[1]\n", b"\xff\xfe\n", b"not json\n", b'{"format": "hourtrail-audit/1"}\n', gzip.compress(b"x", mtime=0)[:9],
     b'{"format":"hourtrail-audit/1","tenant":"t","exported_by":"o","exported_at":"2026-03-02T09:00:00Z","seals":[{"size":true,"root":"","at":""}]}\n',
     b'{"format":"hourtrail-audit/1","tenant":"t","exported_by":"o","exported_at":"2026-03-02T09:00:00Z","seals":[]}\n{"sequence":"1"}\n'],
)  # fmt: skip
def test_a_file_that_is_no_trail_is_refused_in_a_sentence(run, tmp_path, content):
    name = "file.jsonl.gz" if content[:2] == b"\x1f\x8b" else "file.jsonl"
    (tmp_path / name).write_bytes(content)
    assert name in run("audit", "verify", name, code=2).err


def test_a_tenants_key_is_renewed_by_a_named_person_and_nothing_is_lost(run, tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'store.sqlite'}") as store, store.tenant("default") as db:
        db.put_activities([activity(0), activity(1)])
    before = run("export", "activities", "--json").json
    assert run("privacy", "seal", "--json").json == {"tenant": "default", "sealed": 0}
    assert "2 activities of tenant default sealed" in run("privacy", "renew-key", "--as", "olga").out
    assert run("export", "activities", "--json").json == before
    assert "service" in run("privacy", "renew-key", "--as", "model:ranker", code=2).err


def test_what_is_forgotten_and_what_a_manager_sees_by_command(trail, run):
    told = run("privacy", "forget", "--as", "ann", "--trait", "series", "--value", "s1", "--json").json["forgotten"]
    assert [(row["trait"], row["entries"]) for row in told] == [("series", 1)]
    assert "series 's1' means anything" in run("privacy", "forgotten", "ann").out
    assert "remembered again" in run("privacy", "remember", told[0]["id"], "--as", "ann").out
    assert "ann asked to forget nothing" in run("privacy", "forgotten", "ann").out
    assert "1 entry no longer remembered" in run("privacy", "forget", "sug_0", "--as", "ann").out
    seen = run("privacy", "manager-view", "ann", "2026-03-02").out
    assert "0:50  acme/audit/review  Prüfung  (submitted)" in seen
    assert "Not shown to them: no activity; 1 suggestion." in seen
    for usage in ([], ["sug_0", "--trait", "series", "--value", "s1"], ["--trait", "series"]):
        assert "name a SUGGESTION" in run("privacy", "forget", "--as", "ann", *usage, code=2).err
