"""What an erasure leaves in the trail confirms no guess, and files with and without salts are checked without the database."""

import hashlib
import json
import zipfile
from dataclasses import replace

import pytest
from tests.flows.test_erasure import MIA, breaks, done, fill
from tests.store.samples import NINE

from hourtrail.domain.audit import link, payload_digest
from hourtrail.domain.decision import Verdict
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.forgetting import Trait
from hourtrail.flows.audit import check_proof, export_trail, prove, seal_trail, verify_file
from hourtrail.flows.audit_reading import audit_events, prove_event
from hourtrail.flows.decide import Deciding, Request
from hourtrail.flows.privacy import forget, remember_again
from hourtrail.flows.subject import export_subject
from hourtrail.store import open_store
from hourtrail.store.audit_reading import AuditQuery


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 's.sqlite'}") as opened:
        fill(opened)
        yield opened


def trail_of(store):
    with store.tenant("t", read_only=True) as db:
        return list(db.audit_trail())


def guessed(event, **guess):
    """The digest of the row as somebody would make it who has every other field, and guesses the rest."""
    row = replace(event, **guess)
    return link(
        tenant="t", sequence=row.sequence, at=row.at, actor=row.actor, action=row.action, object_id=row.object_id,
        digest=row.payload_digest, previous=row.previous, salt=row.salt,
    ).digest  # fmt: skip


def test_who_holds_the_other_fields_cannot_try_out_a_name_or_a_note(store):
    before = {event.sequence: (event, payload) for event, payload in trail_of(store)}
    assert all(len(event.salt) == len(event.payload_salt) == 32 for event, _ in before.values())
    assert len(
        {event.salt for event, _ in before.values()} | {event.payload_salt for event, _ in before.values()}
    ) == 2 * len(before)
    told = done(store)
    erased_events = erased_payloads = 0
    for event, payload in trail_of(store):
        was, words = before.get(event.sequence, (event, payload))
        if event.actor != was.actor or event.object_id != was.object_id:
            erased_events += 1
            assert (event.digest, event.salt) == (was.digest, "")
            assert guessed(event, actor=was.actor, object_id=was.object_id) != event.digest, "the very name is no proof"
            assert guessed(was) == event.digest, "with the salt it was"
        if payload != words:
            erased_payloads += 1
            assert event.payload_salt == ""
            assert payload_digest(words) != event.payload_digest
    assert erased_events > 10
    assert erased_payloads > 10
    assert breaks(store) == []
    assert told.pseudonym


def test_a_trail_of_before_salts_holds_goes_on_with_them_and_can_be_erased(tmp_path, monkeypatch):
    with monkeypatch.context() as patch, open_store(f"sqlite:///{tmp_path / 'old.sqlite'}") as store:
        patch.setattr("hourtrail.store.audit.token_hex", lambda _: "")
        fill(store)
    with open_store(f"sqlite:///{tmp_path / 'old.sqlite'}") as store:
        old = trail_of(store)
        assert {event.salt for event, _ in old} == {""}
        seal_trail(store, "t", now=NINE)
        done(store)
        assert breaks(store) == []
        new = [event for event, _ in trail_of(store)[len(old) :]]
        assert all(event.salt for event in new)
        file = tmp_path / "mixed.jsonl"
        export_trail(store, "t", file, actor="kim")
        checked = verify_file(file)
        assert (checked.breaks, checked.erased > 20) == ([], True)
        # A file of before: no salts at all, the older name of the format.
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        first = [{name: value for name, value in row.items() if "salt" not in name} for row in lines[1:6]]
        head = {**lines[0], "format": "hourtrail-audit/1", "seals": []}
        (tmp_path / "old.jsonl").write_text("".join(json.dumps(row) + "\n" for row in (head, *first)), encoding="utf-8")
        rows = verify_file(tmp_path / "old.jsonl")
        assert rows.events == 5
        assert all("changed" in row.reason for row in rows.breaks), (
            "only what was erased since, whose erasure is cut off"
        )


@pytest.mark.parametrize("name", ["salt", "payload_salt", "actor"])
def test_a_file_in_which_a_salt_is_another_is_named(store, tmp_path, name):
    file = tmp_path / "trail.jsonl"
    export_trail(store, "t", file, actor="kim")
    lines = file.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[4])
    lines[4] = json.dumps({**row, name: "00" * 16})
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert [found.sequence for found in verify_file(file).breaks] == [row["sequence"]]


def test_any_language_can_check_a_row_as_the_reference_says(store, tmp_path):
    """The recipe of docs/reference/audit-trail.md, without this program's own functions."""
    file = tmp_path / "trail.jsonl"
    export_trail(store, "t", file, actor="kim")

    def digest(value):
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    for line in file.read_text(encoding="utf-8").splitlines()[1:]:
        row = json.loads(line)
        assert row["payload_digest"] == digest({"payload": row["payload"], "salt": row["payload_salt"]})
        names = ("sequence", "at", "actor", "action", "object_id", "previous", "salt")
        covered = {**{name: row[name] for name in names}, "tenant": "t", "payload": row["payload_digest"]}
        assert row["digest"] == digest(covered)


def test_a_proof_holds_with_its_salts_and_a_list_tells_no_payloads_salt(store):
    proof = prove(store, "t", 3)
    assert check_proof(proof).size >= 3
    with pytest.raises(InvalidInput, match="changed"):
        check_proof({**proof, "event": {**proof["event"], "payload_salt": ""}})
    blind = prove_event(store, "t", 3, payload=False)
    assert "payload_salt" not in blind["event"]
    assert check_proof(blind).size >= 3
    page = audit_events(store, "t", AuditQuery(), after=0, limit=5)
    assert {"salt"} <= set(page["events"][0])
    assert not any("payload_salt" in row for row in page["events"]), (
        "else the words that it withholds could be tried out"
    )


def test_the_person_gets_the_salts_of_what_is_theirs(store, tmp_path):
    with (tmp_path / "mia.zip").open("wb") as out:
        export_subject(store, "t", MIA, out, actor=MIA)
    with zipfile.ZipFile(tmp_path / "mia.zip") as file:
        rows = [json.loads(line) for line in file.read("audit.jsonl").splitlines()]
    mine = [row for row in rows if row["payload"] is not None]
    assert mine
    assert all(row["payload_digest"] == payload_digest(row["payload"], row["payload_salt"]) for row in mine)
    assert not any("payload_salt" in row for row in rows if row["payload"] is None)


def test_no_id_is_made_of_who_said_it_or_of_their_words(store):
    """Ids outlive an erasure: one that is a digest of a name or of words would let them be tried out."""
    with store.tenant("t", read_only=True) as db:
        row = db.suggestion("sug_2")
    request = Request(suggestion=row.id, verdict=Verdict.DEFER, actor="ann", note="secret")
    with store.tenant("t") as db:
        ids = {
            Deciding(db, replace(request, actor=who), NINE).decision(row, Verdict.DEFER, (), supersedes="").id
            for who in ("ann", "kim")
        }
        by_hand = Deciding(db, request, NINE)
        again = {by_hand.without_suggestion(Verdict.UNDO, "d1").id for _ in range(2)}
    assert len(ids) == 1
    assert len(again) == 1
    first, _ = forget(store, "t", "ann", Trait.SERIES, "s1", now=NINE)
    remember_again(store, "t", first.id, "ann", now=NINE)
    assert forget(store, "t", "ann", Trait.SERIES, "s1", now=NINE)[0].id != first.id
