"""A firm whose people find twelve suggestions of their day, the real server beside it, and clients that keep their connection."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final, Self

from tests.benchmarks import year_in_store
from tests.benchmarks.year_in_store import LAST_DAY, TENANT, Year, name

from hourtrail.domain.access import Role
from hourtrail.domain.accounts import csrf_token
from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.block import Evidence
from hourtrail.domain.spans import Span
from hourtrail.domain.suggestion import Alternative, Suggestion
from hourtrail.flows.identity.passwords import Passwords
from hourtrail.flows.identity.people import NewAccount, add_account
from hourtrail.flows.identity.sign_in import start_session
from hourtrail.store import Store

A_DAY: Final = 12
"""Suggestions that a person finds in the morning."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who is signed in."""

    person: str
    session: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": f"hourtrail_session={self.session}", "X-CSRF-Token": csrf_token(self.session)}


def day_of(year: Year, person: int) -> list[Suggestion]:
    """Twelve blocks of forty minutes, each with three pieces of evidence and three alternatives."""
    base = year_in_store.suggestion(year, person, LAST_DAY)
    morning = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 6, tzinfo=UTC)
    items = year.items(person)
    rows = []
    for number in range(A_DAY):
        start = morning + timedelta(minutes=45 * number)
        evidence = tuple(
            Evidence(activity=f"git:{person}-{number}-{part}", kind=ActivityKind.COMMIT, minutes=13, weight=0.3, why="in the block")
            for part in range(3)
        )  # fmt: skip
        block = replace(
            base.block, id=f"{base.block.id}-{number}", span=Span(start, start + timedelta(minutes=40)), evidence=evidence,
            evidence_minutes=40, suggested_minutes=40, anchor=evidence[0].activity,
        )  # fmt: skip
        shown = tuple(
            Alternative(item=item, confidence=share) for item, share in zip(items, (0.9, 0.06, 0.04), strict=True)
        )
        rows.append(replace(base, id=f"{base.id}-{number}", block=block, alternatives=shown, billable_minutes=40))
    return rows


def furnish(store: Store, people: int, days: int | None = None) -> list[Seat]:
    """A firm of so many people with a year of its time, and a seat for each of them, or the first ``days``."""
    year = Year(people)
    year_in_store.build(store, year)
    seats = []
    with store.tenant(TENANT) as db:
        rows = [row for person in range(people) for row in day_of(year, person)]
        db.reconcile_suggestions(create=rows, update=[], withdraw=[])
    for person in range(people if days is None else days):
        new = NewAccount(login=name(person), roles=(Role.CONSULTANT,))
        account = add_account(store, TENANT, new, "cli:bench", passwords=Passwords()).account
        seats.append(Seat(account.person, start_session(store, TENANT, account, "bench").secret))
    return seats


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers on a port of this machine; ``seconds`` until it did, ``processor`` of them its own work."""

    port: int
    pid: int
    seconds: float
    processor: float

    def peak_mb(self) -> float:
        """Greatest resident memory so far, of the process alone."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def worked(pid: int) -> float:
    """Processor seconds of a process so far, all its threads, in its own code and the system's; to the nanosecond on Linux."""
    # What clock_getcpuclockid(3) answers: the process in the upper bits, "scheduler's clock" in the lowest three.
    return time.clock_gettime(~pid << 3 | 2)


@contextmanager
def running(*command: str) -> Iterator[Server]:
    """A server that prints a JSON document with its ``url`` when it is ready, from its start to its end."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        text = ""
        while not text.rstrip().endswith("}"):
            line = process.stdout.readline()
            assert line, f"{command[0]} ended: {text}"
            text += line
        port = int(json.loads(text)["url"].rpartition(":")[2].strip("/"))
        with Client(port) as client:
            client.call("GET", "/livez")
        yield Server(port, process.pid, time.perf_counter() - began, worked(process.pid))
    finally:
        process.kill()
        process.communicate()


def serving(url: str, *options: str) -> Any:
    """``hourtrail serve`` with its login, as it is started."""
    main = "from hourtrail.cli import main; main()"
    return running(
        sys.executable, "-c", main, "--store", url, "--tenant", TENANT, "serve", "--port", "0", "--json", *options
    )


class Client:
    """One connection that is kept, for one request after the other."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body."""
        self._connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def took(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[float, bytes]:
        """Milliseconds until the whole answer was there; it has to be a good one."""
        began = time.perf_counter()
        status, answer = self.call(method, path, body, headers)
        spent = 1_000 * (time.perf_counter() - began)
        assert 200 <= status < 300, (status, answer[:500])
        return spent, answer


class Wire:
    """The same for many people at once in one process. A connection that the server closed meanwhile is opened again."""

    def __init__(self, port: int, seat: Seat) -> None:
        self._port = port
        self._always = "".join(f"{name}: {value}\r\n" for name, value in seat.headers.items())
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(self, method: str, path: str, body: bytes = b"", headers: str = "") -> tuple[int, float]:
        """Status, and milliseconds until the whole answer was there, a new connection included."""
        began = time.perf_counter()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{self._always}{headers}"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            status = await self._exchange(head.encode() + body)
        except (ConnectionError, asyncio.IncompleteReadError):
            # It was closed while the request was under way; a key makes sure that it is carried out once.
            await self.close()
            status = await self._exchange(head.encode() + body)
        return status, 1_000 * (time.perf_counter() - began)

    async def _exchange(self, sent: bytes) -> int:
        if self._open is None or self._open[0].at_eof():
            await self.close()
            self._open = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._open
        writer.write(sent)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        return int(answer[9:12])

    async def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            self._open[1].close()
            self._open = None


def accepted(suggestion: str) -> bytes:
    """The body of a decision."""
    return json.dumps({"suggestion": suggestion, "verdict": "accept", "revision": 1}).encode()
