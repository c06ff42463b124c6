"""A process that dies by SIGKILL anywhere between ingest and decide: restart loses nothing committed and doubles nothing."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.flows.firm import Firm, activity, write_tables

from hourtrail.store import open_store

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).parent / "repeating.py"
MEETINGS, TICKETS, KILLS = 12, 300, 4


def lay_out(folder):
    folder.mkdir()
    write_tables(folder)
    lines = [
        activity(
            f"m{n}",
            "meeting",
            f"2026-03-0{2 + n % 5}T{8 + n // 5:02}:00:00Z",
            end=f"2026-03-0{2 + n % 5}T{8 + n // 5:02}:40:00Z",
            title="Portal login",
        )
        for n in range(MEETINGS)
    ]
    lines += [
        activity(
            f"t{n}", "ticket", f"2026-02-{1 + n % 28:02}T{n % 24:02}:00:00Z", title=f"SUP-{n}", reference=f"SUP-{n}"
        )
        for n in range(TICKETS)
    ]
    (folder / "day.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return folder


def start(url, folder):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, str(CHILD), url, str(folder)], stdout=subprocess.PIPE, text=True, env=environment
    )


def test_killed_at_any_moment(url, tmp_path):
    folder = lay_out(tmp_path / "firm")
    with open_store(url) as store:
        firm = Firm(store, folder)
        chance, told = random.Random(11), set()
        for number in range(KILLS):
            child = start(url, folder)
            # The first dies on the way in, the others between their decisions.
            first = [] if number == 0 else [child.stdout.readline()]
            time.sleep(chance.uniform(0.3, 1.2) if number == 0 else chance.uniform(0, 0.15))
            child.send_signal(signal.SIGKILL)
            told |= {line.strip() for line in [*first, *child.stdout.read().splitlines()] if line.startswith("dec")}
            child.stdout.close()
            child.wait(timeout=30)
            decisions = {row["id"] for row in firm.export("decisions")}
            assert told <= decisions
            assert {row["decision"] for row in firm.export("time-entries")} == decisions
            assert firm.audit()[1] == []
        last = start(url, folder)
        told |= {line.strip() for line in last.communicate(timeout=120)[0].splitlines() if line.startswith("dec")}
        assert last.returncode == 0
        keys = [f"{row['source']}:{row['external_id']}" for row in firm.export("activities")]
        assert len(keys) == len(set(keys)) == MEETINGS + TICKETS
        decisions = firm.export("decisions")
        assert told <= {row["id"] for row in decisions}
        assert set(Counter(row["suggestion"] for row in decisions).values()) == {1}
        meetings = [row for row in firm.export("suggestions") if row["evidence"][0]["activity"].startswith("test:m")]
        # A bridged pause after a meeting is a second suggestion with the same evidence.
        assert len({row["evidence"][0]["activity"] for row in meetings}) == MEETINGS
        assert {row["status"] for row in meetings} == {"decided"}
        before = firm.state()
        again = start(url, folder)
        assert again.communicate(timeout=120)[0].split() == ["ingested"]
        assert firm.state() == before
