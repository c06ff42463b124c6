"""What a rule drops leaves no trace, on every way in, and goes where it was kept before there was the rule."""

import logging

import pytest
from tests.flows.firm import attendee, vcalendar, vevent
from tests.flows.test_erasure import everything
from tests.store.samples import NINE, activity

from hourtrail.domain.activity import ReadOptions
from hourtrail.flows.ingest import ingest, ingest_activities
from hourtrail.store import open_store
from hourtrail.wiring import sources

WORD = "Quokka"
RULE = {"name": "private", "action": "drop", "title": f"*{WORD}*"}


def rules(store, *more, **retention):
    with store.tenant("t") as db:
        db.change_settings({"privacy": {"rules": list(more)}, "retention": retention}, actor="kim", at=NINE, reason="x")


def calendar(tmp_path):
    path = tmp_path / "work.ics"
    event = vevent(
        f"{WORD}-uid", "20260302T090000Z", "20260302T100000Z", f"See {WORD}", attendee("ada@firm.example", "ACCEPTED")
    )
    path.write_text(vcalendar(event), encoding="utf-8", newline="")
    return path


def read(store, path):
    options = ReadOptions(today=NINE.date(), person="ada@firm.example", zone="Europe/Berlin")
    return ingest(store, "t", [path], options, sources=sources())


def stored(store):
    with store.tenant("t", read_only=True) as db:
        return [row.title for row in db.activities()]


def test_neither_a_file_nor_a_program_leaves_anything_of_it(url, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    with open_store(url) as store:
        rules(store, RULE)
        before = everything(store)
        report = read(store, calendar(tmp_path))
        sent = ingest_activities(
            store, "t", [activity(1, title=f"{WORD} 1"), activity(2, title=f"{WORD} 2")], actor="program:psa"
        )
        assert (report.dropped["private"], sent.dropped["private"], sent.created) == (1, 2, 0)
        after = everything(store)
        assert {name: rows for name, rows in after.items() if rows != before[name]} == {}, (
            "no row of any table, usage and trail too"
        )
    # The settings' own rule names the word, on purpose.
    assert WORD not in caplog.text.replace(RULE["title"], "")


@pytest.mark.parametrize("way", ["file", "program"])
def test_what_was_kept_before_the_rule_goes_for_good_when_it_is_told_again(url, tmp_path, way):
    with open_store(url) as store:

        def tell():
            if way == "file":
                return read(store, calendar(tmp_path))
            return ingest_activities(store, "t", [activity(1, title=f"{WORD} 1")], actor="program:psa")

        tell()
        ingest_activities(store, "t", [activity(2, title="kept")], actor="program:psa")
        assert len(stored(store)) == 2
        rules(store, RULE)
        assert len(stored(store)) == 2, "a rule of now does not reach back by itself"
        assert tell().withdrawn == 1
        assert stored(store) == ["kept"]
        assert f"{WORD}-uid" not in everything(store)["activity"]
        assert everything(store)["activity"].count("external_id") == 1, "removed, not only withdrawn"
        assert tell().withdrawn == 0


@pytest.mark.parametrize("hold", [{"legal_hold": True}, {"held_people": ["ann"]}])
def test_a_legal_hold_keeps_the_row_out_of_sight(url, hold):
    with open_store(url) as store:
        ingest_activities(
            store, "t", [activity(1, title=WORD), activity(2, title=WORD, person="bob")], actor="program:psa"
        )
        rules(store, RULE, **hold)
        again = ingest_activities(
            store, "t", [activity(1, title=WORD), activity(2, title=WORD, person="bob")], actor="program:psa"
        )
        assert (again.withdrawn, stored(store)) == (2, [])
        kept = everything(store)["activity"].count("external_id")
        assert kept == (2 if "legal_hold" in hold else 1)
        rules(store)
        assert ingest_activities(store, "t", [activity(1, title=WORD)], actor="program:psa").updated == 1
        assert stored(store) == [WORD]
