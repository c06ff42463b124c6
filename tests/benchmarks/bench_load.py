"""A morning: 600 people open their day and confirm its twelve suggestions, each on a connection and a session of their own.

The issue gives them ten minutes. Here they take ``MORNING`` seconds, which is harder: the same requests come as much faster.
"""

import asyncio
import os
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from tests.benchmarks.office import A_DAY, Seat, Wire, accepted, day_of, furnish, serving
from tests.benchmarks.year_in_store import LAST_DAY, Year
from tests.databases import KINDS, database, postgresql_server

from hourtrail.store import open_store

PEOPLE = int(os.environ.get("HOURTRAIL_BENCH_PEOPLE", "600"))
MORNING = float(os.environ.get("HOURTRAIL_BENCH_MORNING", "300"))
"""Seconds from the first request to the last one's turn."""

AT_THEIR_DAY = 0.2
"""Share of the morning that one person takes for their day."""

MOST_MS, MOST_MB = 300.0, 400.0


async def _one(port: int, year: Year, person: int, seat: Seat, path: str, found: list[tuple[str, int, float]]) -> None:
    """Open the day at one's own time, then confirm one suggestion after the other."""
    loop = asyncio.get_running_loop()
    begin = loop.time() + MORNING * (1 - AT_THEIR_DAY) * person / PEOPLE
    await asyncio.sleep(max(0.0, begin - loop.time()))
    wire = Wire(port, seat)
    try:
        status, spent = await wire.call("GET", path.format(person=seat.person, day=LAST_DAY))
        found.append(("open", status, spent))
        for number, row in enumerate(day_of(year, person)):
            turn = begin + MORNING * AT_THEIR_DAY * (number + 1) / A_DAY
            await asyncio.sleep(max(0.0, turn - loop.time()))
            key = f"Idempotency-Key: {row.id}\r\n"
            status, spent = await wire.call("POST", "/v1/decisions", accepted(row.id), key)
            found.append(("confirm", status, spent))
    finally:
        await wire.close()


async def _morning(port: int, year: Year, seats: list[Seat], path: str) -> list[tuple[str, int, float]]:
    found: list[tuple[str, int, float]] = []
    await asyncio.gather(*(_one(port, year, person, seat, path, found) for person, seat in enumerate(seats)))
    return found


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS)
def test_six_hundred_people_open_their_day_and_confirm_it(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as stack:
        address = stack.enter_context(postgresql_server(tmp_path)) if kind == "postgresql" else ""
        url = stack.enter_context(database(kind, tmp_path, address))
        with open_store(url) as store:
            seats = furnish(store, PEOPLE)
        server = stack.enter_context(serving(url))
        path = "/v1/suggestions?person={person}&from={day}&to={day}"
        found = asyncio.run(_morning(server.port, Year(PEOPLE), seats, path))
        peak = server.peak_mb()
    statuses = Counter(status for _, status, _ in found)
    lines = []
    for what in ("open", "confirm"):
        spent = np.array([took for which, _, took in found if which == what])
        middle, slow = np.percentile(spent, (50, 99))
        lines.append(f"{what} p50 {middle:.1f} ms, p99 {slow:.1f} ms")
    slowest = float(np.percentile([took for *_, took in found], 99))
    with capsys.disabled():
        print(  # noqa: T201 - the benchmark's answer
            f"\n{kind}: {len(found):,} requests of {PEOPLE} people in {MORNING:.0f} s: {'; '.join(lines)}; "
            f"statuses {dict(statuses)}; the API process {peak:.0f} MB at most; load average {os.getloadavg()[0]:.1f}"
        )
    assert set(statuses) == {200, 201}
    assert slowest < MOST_MS
    assert peak < MOST_MB
