"""A process that dies at any moment loses nothing committed and doubles nothing."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from hourtrail.store import open_store

BATCHES, ROWS = 30, 20
CHILD = Path(__file__).parent / "ingesting.py"


def test_killed_at_random_moments(url: str) -> None:
    chance = random.Random(7)
    open_store(url).close()
    acknowledged: set[int] = set()
    for _ in range(4):
        child = subprocess.Popen(
            [sys.executable, str(CHILD), url, str(BATCHES), str(ROWS)], stdout=subprocess.PIPE, text=True
        )
        first = child.stdout.readline()
        time.sleep(chance.uniform(0, 0.15))
        child.send_signal(signal.SIGKILL)
        told = [first, *child.stdout.read().splitlines()]
        child.stdout.close()
        child.wait(timeout=30)
        acknowledged |= {int(line) for line in told if line.strip()}
        with open_store(url) as store, store.tenant("t") as db:
            stored: dict[str, int] = {}
            for row in db.activities():
                stored[row.container] = stored.get(row.container, 0) + 1
            assert acknowledged <= {int(batch) for batch in stored}
            assert set(stored.values()) == {ROWS}
            events, breaks = db.verify_audit()
            assert (events >= len(stored), breaks) == (True, [])
    subprocess.run(
        [sys.executable, str(CHILD), url, str(BATCHES), str(ROWS)], check=True, capture_output=True, timeout=120
    )
    with open_store(url) as store, store.tenant("t") as db:
        ids = [row.external_id for row in db.activities()]
        assert len(ids) == len(set(ids)) == BATCHES * ROWS
        assert db.verify_audit()[1] == []
