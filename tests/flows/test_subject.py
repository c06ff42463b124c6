"""Everything that is held about a person, handed to them, and to nobody else without a reason and their request."""

import hashlib
import io
import json
import zipfile

import pytest
from tests.flows.test_erasure import MARK, MIA, done, fill

from hourtrail.domain.errors import InvalidInput, NotAllowed, NotFound
from hourtrail.flows.subject import ABOUT, subject_bytes
from hourtrail.store import Store, open_store


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('subject') / 's.sqlite'}") as store:
        fill(store)
        yield store


def taken(store: Store, actor: str = MIA, **how) -> dict[str, list[dict]]:
    data, _ = subject_bytes(store, "t", MIA, actor=actor, **how)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        for line in file.read("SHA256SUMS").decode().splitlines():
            digest, name = line.split("  ")
            assert hashlib.sha256(file.read(name)).hexdigest() == digest
        readme = file.read("README.txt").decode()
        found = {
            name.removesuffix(".jsonl"): [json.loads(line) for line in file.read(name).decode().splitlines()]
            for name in file.namelist()
            if name.endswith(".jsonl")
        }
    assert all(f"{kind}.jsonl ({len(rows):,})" in readme for kind, rows in found.items())
    return found


def test_it_holds_everything_of_theirs_opened_and_nothing_of_others(filled):
    found = taken(filled)
    assert set(ABOUT) - set(found) == set(), "every kind that is explained is in this firm's export"
    assert {row["title"] for row in found["activities"]} == {MARK}
    assert {row["id"] for row in found["time_entry"]} == {"te_1", "te_3", "te_4"}
    assert {row["id"] for row in found["decision"]} == {"d1", "d3"}
    shown = next(row for row in found["suggestion"] if row["id"] == "sug_0")
    assert shown["body"]["alternatives"]
    assert all("log" not in row["body"] for row in found["suggestion"] if row["status"] == "open")
    everything = json.dumps(found, ensure_ascii=False)
    for others in ("ann's own", "ann's note", ': "for March"', "password", 'te_2", "narrative'):
        assert others not in everything, others
    mine = [row for row in found["named_elsewhere"] if row["table"] == "approval"]
    assert [row["note"] for row in mine] == [f"{MARK} fine"], "what she said of ann's entry is hers"


def test_others_say_why_and_see_activities_only_by_the_persons_request(filled):
    with pytest.raises(InvalidInput, match="say why"):
        taken(filled, actor="kim")
    with pytest.raises(NotAllowed, match="service"):
        taken(filled, actor="system:x", reason="y")
    with pytest.raises(NotFound, match="nothing is held"):
        subject_bytes(filled, "t", "nobody", actor="nobody")
    assert "activities" not in taken(filled, actor="kim", reason="handing over")
    assert "activities" in taken(filled, actor="kim", reason="handing over", request="R-9")
    with filled.tenant("t", read_only=True) as db:
        told = [
            (event.actor, payload["request"], payload["activities"])
            for event, payload in db.audit_trail()
            if event.action.text == "person:person:exported"
        ]
    assert told[-2:] == [("kim", "", False), ("kim", "R-9", True)]


def test_nothing_is_left_to_export_after_an_erasure(filled):
    done(filled)
    with pytest.raises(NotFound, match="nothing is held"):
        taken(filled)
