"""activitywatch/<handle>.json: an export of a person's buckets, windows and whether they were there.

The shape is the one of ``aw-server``'s ``/api/0/export``: bucket id -> id, type, client, hostname and events of an
instant, seconds and data. What tools read past (the client's name) says that nobody sat there.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from hourtrail_training.simulator.world import Channel, Firm, PersonWeek, Trace
from hourtrail_training.simulator.writers.clock import instant_text
from hourtrail_training.simulator.writers.json_text import to_json
from hourtrail_training.simulator.writers.spool import Spool, lines_of, within

NAME: Final = "activitywatch"
_BUCKETS: Final = (("aw-watcher-afk", "afkstatus"), ("aw-watcher-window", "currentwindow"))
AWAY_AFTER: Final = 3
"""Minutes without input after which aw-watcher-afk says afk: its default."""
ASLEEP_AFTER: Final = 240
"""Minutes after which the computer itself is taken to sleep, so that no watcher says anything."""


class ActivityWatchWriter:
    """Spools one part a person and bucket."""

    def __init__(self, shard: Path, firm: Firm) -> None:
        del firm
        self._spool = Spool(shard / NAME)

    def week(self, week: PersonWeek) -> None:
        """The week's windows, and the presence that follows from them."""
        handle = week.employee.handle
        windows = [trace for trace in week.traces if trace.channel is Channel.WINDOW]
        for trace in windows:
            data = {"app": trace.verb, "title": trace.title}
            self._spool.add(f"aw-watcher-window~{handle}", _event(trace.at, trace.end or trace.at, data))
        for start, end, status in presence(windows):
            self._spool.add(f"aw-watcher-afk~{handle}", _event(start, end, {"status": status}))

    def close(self) -> None:
        """Write what still waits."""
        self._spool.flush()


def presence(windows: Sequence[Trace]) -> Iterator[tuple[int, int, str]]:
    """(start, end, ``not-afk`` or ``afk``) of a week: away where no window changed hands for three minutes or more.

    Nothing is told of the time before the first and after the last window of the week, nor of nights.
    """
    here: tuple[int, int] | None = None
    for trace in windows:
        end = trace.end or trace.at
        if here is not None and trace.at - here[1] < AWAY_AFTER:
            here = (here[0], end)
            continue
        if here is not None:
            yield (*here, "not-afk")
            if trace.at - here[1] < ASLEEP_AFTER:
                yield (here[1], trace.at, "afk")
        here = (trace.at, end)
    if here is not None:
        yield (*here, "not-afk")


def _event(start: int, end: int, data: dict[str, str]) -> str:
    body = {"timestamp": instant_text(start), "duration": float((end - start) * 60), "data": data}
    return to_json(body) + "\n"


def merge(shards: Sequence[Path], target: Path, firm: Firm) -> None:
    """One export for each person who lets windows be recorded."""
    (target / NAME).mkdir(parents=True, exist_ok=True)
    folders = within(shards, NAME)
    for employee in firm.employees:
        if Channel.WINDOW not in employee.traits.channels:
            continue
        with (target / NAME / f"{employee.handle}.json").open("w", encoding="utf-8", newline="") as out:
            out.write('{"buckets": {')
            for number, (client, kind) in enumerate(_BUCKETS):
                out.write((", " if number else "") + _head(client, kind, employee.handle))
                for count, line in enumerate(lines_of(folders, f"{client}~{employee.handle}")):
                    out.write((",\n" if count else "\n") + line)
                out.write("]}")
            out.write("}}\n")


def _head(client: str, kind: str, handle: str) -> str:
    host = f"{handle}-laptop"
    bucket: dict[str, Any] = {
        "id": f"{client}_{host}", "type": kind, "client": f"{client} (simulated)", "hostname": host,
    }  # fmt: skip
    return f'{json.dumps(bucket["id"])}: {json.dumps(bucket)[:-1]}, "events": ['
