"""A backup from before an erasure is restored: what the exported trail knows is erased again, and nothing else."""

import json
import shutil

import click
import pytest
from tests.flows.test_erasure import MARK, MIA, breaks, done, everything, fill
from tests.store.samples import NINE, activity

from hourtrail.cli import hourtrail
from hourtrail.domain.errors import InvalidInput, NotAllowed
from hourtrail.domain.firm import Person
from hourtrail.flows.audit import export_trail
from hourtrail.flows.reapply import reapply_erasures
from hourtrail.store import open_store


@pytest.fixture
def restored(tmp_path):
    """The database of this morning, the pseudonyms that were given at noon, and the trail of the evening."""
    path, backup, trail = tmp_path / "live.sqlite", tmp_path / "backup.sqlite", tmp_path / "trail.jsonl.gz"
    with open_store(f"sqlite:///{path}") as store:
        fill(store)
        with store.tenant("t") as db:
            db.put_activities([activity(5, external_id="z", person="zoe@firm.example", title="Zoe's")])
            db.put_master([Person(id="zoe@firm.example", name="Zoe Far", zone="Europe/Berlin")])
    shutil.copy(path, backup)
    with open_store(f"sqlite:///{path}") as store:
        with store.tenant("t") as db:
            db.record(actor=MIA, action="person:session:closed", object_id="x", payload={}, at=NINE)
        given = [done(store).pseudonym, done(store, "zoe@firm.example").pseudonym]
        export_trail(store, "t", trail, actor="kim")
    with open_store(f"sqlite:///{backup}") as store:
        yield store, given, trail


def test_what_was_erased_after_the_backup_is_erased_again_under_the_same_name(restored):
    store, (mia, zoe), trail = restored
    assert MIA in "".join(everything(store).values())
    with store.tenant("t") as db:  # work goes on, and the two trails part
        db.record(actor="ann", action="person:session:closed", object_id="y", payload={}, at=NINE)
    looked = reapply_erasures(store, "t", trail, "kim", dry_run=True)
    assert (looked.done, looked.unknown) == ({mia: MIA}, [zoe])
    assert MIA in "".join(everything(store).values()), "looking changes nothing"
    again = reapply_erasures(store, "t", trail, "kim")
    assert again == looked
    rows = "".join(everything(store).values())
    assert MIA not in rows
    assert MARK not in rows
    assert f'"person": "{mia}"' in rows
    assert breaks(store) == []
    # Of her the trail had nothing but the erasure: the person's own request says who it was.
    named = reapply_erasures(store, "t", trail, "kim", named={zoe: "zoe@firm.example"})
    assert named.done == {zoe: "zoe@firm.example"}
    assert "zoe@firm.example" not in "".join(everything(store).values())
    assert breaks(store) == []
    with store.tenant("t", read_only=True) as db:
        told = [payload for event, payload in db.audit_trail() if event.action.text == "person:person:erased"]
    assert [row["request"] for row in told] == ["R-7", "R-7"]
    assert told[0]["reason"] == "again, after a backup was restored: request 7"
    events = len(everything(store)["audit_event"])
    assert reapply_erasures(store, "t", trail, "kim").done == {}, "a second run finds nothing"
    assert len(everything(store)["audit_event"]) == events


def test_a_legal_hold_a_service_and_a_person_of_their_own_are_kept_from_it(restored):
    store, (mia, zoe), trail = restored
    with pytest.raises(NotAllowed, match="service"):
        reapply_erasures(store, "t", trail, "system:restore")
    with pytest.raises(NotAllowed, match="about you"):
        reapply_erasures(store, "t", trail, MIA)
    with pytest.raises(InvalidInput, match="no erasure that is missing"):
        reapply_erasures(store, "t", trail, "kim", named={"erased-00": "ann"})
    with store.tenant("t") as db:
        db.change_settings({"retention": {"held_people": [MIA]}}, actor="kim", at=NINE, reason="court")
    kept = reapply_erasures(store, "t", trail, "kim", named={zoe: "nobody@firm.example"})
    assert (kept.held, kept.gone, kept.done) == ([mia], [zoe], {})
    assert MIA in everything(store)["decision"]


def test_only_a_sound_trail_of_this_database_is_believed(restored, tmp_path):
    store, _, trail = restored
    plain = tmp_path / "plain.jsonl"
    with open_store(f"sqlite:///{tmp_path / 'live.sqlite'}") as live:
        export_trail(live, "t", plain, actor="kim")
    lines = plain.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[3])
    forged = tmp_path / "forged.jsonl"
    forged.write_text(
        "\n".join([*lines[:3], json.dumps({**row, "object_id": "erased-0011223344556677"}), *lines[4:]]),
        encoding="utf-8",
    )
    with pytest.raises(InvalidInput, match="does not hold in itself"):
        reapply_erasures(store, "t", forged, "kim")
    with pytest.raises(InvalidInput, match="not of 'other'"):
        reapply_erasures(store, "other", trail, "kim")
    with open_store(f"sqlite:///{tmp_path / 'another.sqlite'}") as another:
        fill(another)
        with pytest.raises(InvalidInput, match="of another database"):
            reapply_erasures(another, "t", trail, "kim")


def test_the_command_tells_names_only_while_they_are_there(restored, capsys):
    store, (mia, zoe), trail = restored

    def run(*options: str) -> tuple[int, list[str]]:
        call = ["--store", str(store.engine.url), "--tenant", "t", "privacy", "reapply", str(trail), "--as", "kim"]
        code = hourtrail.main([*call, *options], standalone_mode=False)
        return code, capsys.readouterr().out.splitlines()

    code, lines = run("--dry-run")
    assert (code, lines[0]) == (1, f"would be erased again: {MIA} as {mia}")
    assert lines[1].startswith(f"not known who it was: {zoe}; look up the request")
    assert run("--person", f"{zoe}=zoe@firm.example") == (0, [f"erased again: {mia}", f"erased again: {zoe}"])
    assert run() == (0, ["every erasure of that trail stands in this database"])
    with pytest.raises(click.UsageError, match="PSEUDONYM=PERSON"):
        run("--person", "x")
