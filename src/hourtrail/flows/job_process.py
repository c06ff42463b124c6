"""A job in a process of its own: it can be ended, it gives its memory back, and what it breaks is its own.

The parent holds the job's claim and waits. The child ends with its parent, however that one ends: it reads a pipe that
nobody writes to, and an end of the file means that nobody is there any more.
"""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from threading import Thread
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self

from hourtrail.domain.errors import HourtrailError
from hourtrail.domain.folders import without_folders
from hourtrail.domain.instants import parse_instant
from hourtrail.domain.jobs import JobOutcome, JobRun
from hourtrail.store import StoreUnavailable, open_store
from hourtrail.store.jobs import HELD

HOLDER: Final = f"{socket.gethostname()}:{os.getpid()}"
LOOK: Final = 0.2
"""Seconds between two looks at a running job."""
GRACE: Final = 5.0
"""Seconds that a job has to end after it was asked to."""
LONGEST_ERROR: Final = 500
STORE: Final = "HOURTRAIL_STORE"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """How it ended, with the job's counts or the sentence that says why there are none."""

    outcome: JobOutcome
    counts: Mapping[str, int] = field(default_factory=dict)
    error: str = ""


def ended(run: JobRun, result: Result | str) -> JobRun:
    """The run with its end; a text instead of a result says why it was stopped."""
    found = Result(JobOutcome.STOPPED, error=result) if isinstance(result, str) else result
    return replace(
        run, ended_at=datetime.now(UTC), outcome=found.outcome, counts=found.counts, error=found.error[:LONGEST_ERROR]
    )


class JobProcess:
    """A running child. Left as a context it is over, whatever happened inside."""

    def __init__(self, url: str, job: str, tenant: str, at: datetime) -> None:
        level = logging.getLevelName(log.getEffectiveLevel())
        # The address may hold a password, and other users can read a command line.
        self._process = subprocess.Popen(  # noqa: S603 - this program, with names of jobs and tenants that exist
            [sys.executable, "-m", __name__, job, tenant, at.isoformat(), str(level)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env={**os.environ, STORE: url}, start_new_session=True,
        )  # fmt: skip
        self._said = b""
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        self._said = self._process.stdout.read()

    def result(self, *, within: timedelta, stopped: Callable[[], bool], keep: Callable[[], bool]) -> Result:
        """Wait for its end. ``keep`` is called every so often and says whether the job is still ours to run."""
        began = kept = monotonic()
        while self._process.poll() is None:
            if stopped():
                return self._over(JobOutcome.STOPPED, "whoever ran it was told to end")
            if monotonic() - began > within.total_seconds():
                return self._over(JobOutcome.OVERDUE, f"it took longer than {within} and was ended")
            if monotonic() - kept > HELD.total_seconds() / 4:
                kept = monotonic()
                if not _asked(keep):
                    return self._over(JobOutcome.LOST, "another runner took it over")
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(LOOK)
        return self._answer()

    def _over(self, outcome: JobOutcome, why: str) -> Result:
        self.end()
        return Result(outcome, error=why)

    def _answer(self) -> Result:
        self._reader.join(GRACE)
        code = self._process.returncode
        if code in (-signal.SIGTERM, -signal.SIGINT):
            return Result(JobOutcome.STOPPED, error="it was told to end")
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            told = json.loads(self._said)
            if "error" in told:
                return Result(JobOutcome.FAILED, error=str(told["error"]))
            return Result(JobOutcome.DONE, counts={str(key): int(value) for key, value in told["counts"].items()})
        why = f"signal {-code}" if code < 0 else f"exit code {code}"
        return Result(JobOutcome.FAILED, error=f"it ended without an answer ({why}); was there too little memory?")

    def end(self) -> None:
        """Ask it to end, and end it."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(GRACE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
        self._reader.join(GRACE)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def _asked(keep: Callable[[], bool]) -> bool:
    try:
        return keep()
    except StoreUnavailable as error:
        # The claim holds for a while without a word; the next one may come through.
        log.warning("a running job could not say that it goes on: %s", error)
        return True


def main(job: str, tenant: str, at: str, level: str) -> int:
    """The child: run the job and print its answer. Its own output goes to standard error, like its log."""
    logging.basicConfig(level=level, format="hourtrail: %(message)s", stream=sys.stderr)
    Thread(target=_end_with_parent, daemon=True).start()
    with redirect_stdout(sys.stderr):
        told = _run(job, tenant, at)
    print(json.dumps(told))  # noqa: T201 - the answer to the parent
    return 1 if "error" in told else 0


def _run(job: str, tenant: str, at: str) -> dict[str, Any]:
    try:
        [point] = entry_points(group="hourtrail.jobs", name=job)
        function = point.load()
        with open_store(os.environ[STORE]) as store:
            return {"counts": dict(function(store, tenant, parse_instant(at)))}
    except HourtrailError as error:
        return {"error": without_folders(str(error))}
    except Exception as error:  # noqa: BLE001 - whatever a job raises is its failure, told here and tried again later
        traceback.print_exc()
        # The words of an unforeseen error may repeat what somebody wrote: the record names its kind and place alone.
        frames = traceback.extract_tb(error.__traceback__)
        place = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        return {"error": f"{type(error).__name__}{place}; the log of the worker has the rest"}


def _end_with_parent() -> None:
    while os.read(0, 64):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
