"""What no model of presence can find: ``python -m hourtrail_training.beyond_traces CACHE [SEED...]``.

For each held-out firm of ``capture_report`` and each view of it, the share of the measured true minutes that lie on local days
without any trace, and of those more than ``REACH`` minutes from the nearest trace of their day.
"""

from pathlib import Path

import click

from hourtrail.capture import CaptureSettings, Habits
from hourtrail.capture.grid import Days
from hourtrail.capture.learning import clock_span
from hourtrail.capture.pipeline import sighted_of
from hourtrail.capture.presence import REACH
from hourtrail.domain.instants import zone_named
from hourtrail.flows.backtest.capture_files import CaptureFiles, CaptureInput, read_capture
from hourtrail_training.capture_report import LAST, MEASURED, SEEDS, firm, seen_in
from hourtrail_training.presence.people import VIEWS
from hourtrail_training.scripts import NEW_FOLDER, say, script


def beyond(given: CaptureInput) -> tuple[float, float]:
    """Shares of the true minutes on days without a trace, and out of reach of the traces of their day."""
    total = unseen = far = 0
    for name, entries in given.truth.items():
        days = Days(zone_named(given.person(name).zone))
        sighted = sighted_of(given.activities.get(name, ()), CaptureSettings(), Habits())
        seen = {day.day: day for day in sighted.days(days)}
        spans = [span for row in entries if row.date >= MEASURED and (span := clock_span(row)) is not None]
        for day, start, end in (part for span in spans for part in days.split(*span)):
            total += end - start
            traces = seen.get(day)
            if traces is None:
                unseen += end - start
                continue
            first, last = int(traces.seen.starts[0]) - REACH, int(traces.seen.ends[-1]) + REACH
            far += end - start - max(0, min(end, last) - max(start, first))
    return unseen / max(total, 1), far / max(total, 1)


@script(__doc__)
@click.argument("cache", type=NEW_FOLDER)
@click.argument("seeds", nargs=-1, metavar="[SEED...]", type=int)
def main(cache: Path, seeds: tuple[int, ...]) -> None:
    """Print a line for each firm and view."""
    say("SIMULATED people\n| firm, view | on days without a trace | out of reach |\n|---|---|---|")
    for seed in seeds or SEEDS:
        folder = firm(cache, seed)
        for view in list(VIEWS)[:-1]:
            files = CaptureFiles(
                activities=(seen_in(folder, view),), time_entries=folder / "truth" / "time-entries.csv",
                people=folder / "people.csv",
            )  # fmt: skip
            unseen, far = beyond(read_capture(files, today=LAST, zone="", person="", progress=lambda _done: None))
            say(f"| {seed}, {view} | {unseen:.3f} | {far:.3f} |")


if __name__ == "__main__":
    main()
