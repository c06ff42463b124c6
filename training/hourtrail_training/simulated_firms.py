"""Simulated firms that a ranker learns from or is measured on: simulated, played through the product, and kept in a folder.

A firm is played in a process of its own, so that memory is that of the largest firm however many there are, and kept under
its seed with a note of what it was played with: a run that was ended goes on behind the last whole firm, and a firm that
another ranker played is never taken for this one's.
"""

import json
import resource
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from hourtrail.domain.errors import Conflict, HourtrailError
from hourtrail.domain.suggestion import ModelRef
from hourtrail.features import SPEC
from hourtrail.policy.bands import policy_from
from hourtrail.store import open_store
from hourtrail.wiring import Models, load_models, sources
from hourtrail_models.artefact import load
from hourtrail_models.ranker import from_artefact
from hourtrail_training.simulator.options import MECHANISMS, SimulateOptions
from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.play import PlayOptions, play
from hourtrail_training.simulator.run import simulate

FIRST: Final = date(2026, 1, 5)
HISTORY: Final = timedelta(weeks=4)
WINDOWS: Final = "activitywatch"
LOG: Final = "log.db"
PLAYED: Final = "played.json"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """``weeks`` are played after the four of history, whose timesheets are read as they were booked.

    ``held_out``: of the simulator's other mechanisms of traces and of bias, which nothing is tuned on.
    """

    seed: int
    people: int = 6
    weeks: int = 6
    windows: bool = True
    held_out: bool = False

    @property
    def options(self) -> SimulateOptions:
        """How the simulator is asked for it."""
        form = 1 if self.held_out else 0
        return SimulateOptions(
            seed=self.seed, people=self.people, first=FIRST, last=self.last, traces=MECHANISMS["traces"][form],
            bias=MECHANISMS["bias"][form],
        )  # fmt: skip

    @property
    def last(self) -> date:
        """Its last simulated day."""
        return FIRST + HISTORY + timedelta(weeks=self.weeks, days=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A firm in its folder: ``url`` is the store with its decision log, ``truth`` what its people really did."""

    firm: Firm
    url: str
    truth: Path
    ranker: str
    """Name, version and digest of what made the suggestions."""
    seconds: float
    peak_mb: int


def models_with(ranker: Path | None) -> Models:
    """The installation's models, or with the ranker of an artefact's folder in place of the bundled one.

    Raises ModelUnavailable when the installation has only rules, or the folder holds no ranker of these features.
    """
    models = load_models()
    if models.degraded:
        raise HourtrailError(f"simulated firms are played with the ranker, and it is missing here: {models.degraded}")
    if ranker is None:
        return models
    artefact = load(ranker)
    artefact.require(spec=SPEC, encoder=models.encoder.fingerprint if models.encoder else "")
    scorer = from_artefact(artefact)
    return replace(
        models, scorer=scorer, policy=policy_from(scorer.thresholds, source=f"{scorer.ref.name}-{scorer.ref.version}")
    )


def keep(work: Path, firms: Sequence[Firm], ranker: Path | None, say: Say) -> list[Kept]:
    """Every firm, played where ``work`` lacks it, in the order given.

    Raises Conflict when a folder holds a firm of another size or one that another ranker played.
    """
    work.mkdir(parents=True, exist_ok=True)
    ref = named(models_with(ranker).scorer.ref)
    # A spawned process a firm: nothing of one stays in memory for the next, and the peak that is told is the firm's own.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        for number, firm in enumerate(firms, start=1):
            if not (work / str(firm.seed)).is_dir():
                say(f"firm {firm.seed} ({number} of {len(firms)}): {firm.people} people, {firm.weeks} weeks")
                pool.submit(play_into, work, firm, ranker).result()
    return [_kept(work, firm, ref) for firm in firms]


def named(ref: ModelRef) -> str:
    """A model in words, with enough of its digest to tell two of a version apart."""
    return f"{ref.name} {ref.version} ({ref.digest[:12]})" if ref.digest else f"{ref.name} {ref.version}"


def play_into(work: Path, firm: Firm, ranker: Path | None) -> None:
    """One firm into its folder, which appears when all of it is there. Weeks are told on standard error."""
    began = time.monotonic()
    models = models_with(ranker)
    # Under another name until it is whole, so that a run that was ended is never taken for one.
    begun = work / f"{firm.seed}.begun"
    shutil.rmtree(begun, ignore_errors=True)
    _play(begun, firm, models)
    note = {
        "simulated": True, "firm": asdict(firm), "ranker": named(models.scorer.ref),
        "seconds": round(time.monotonic() - began, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }  # fmt: skip
    (begun / PLAYED).write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")
    begun.replace(work / str(firm.seed))


def _play(folder: Path, firm: Firm, models: Models) -> None:
    options, parameters = firm.options, draw(firm.seed)
    files = folder / "firm"
    simulate(options, parameters, files, forms=("activities", "truth"), workers=1, repositories=False, say=_silent)
    if not firm.windows:
        _leave_out_windows(files / "activities.jsonl")
    store = open_store(f"sqlite:///{folder / LOG}")
    try:
        weeks = PlayOptions(seed=firm.seed, first=FIRST + HISTORY, weeks=firm.weeks, bias=options.bias)
        play(
            store, "default", files, weeks, parameters, models=models, sources=sources(),
            progress=lambda words: print(f"firm {firm.seed}: {words}", file=sys.stderr, flush=True),  # noqa: T201
        )  # fmt: skip
    finally:
        store.close()


def _leave_out_windows(activities: Path) -> None:
    with activities.open(encoding="utf-8") as lines:
        kept = [line for line in lines if json.loads(line)["source"] != WINDOWS]
    activities.write_text("".join(kept), encoding="utf-8")


def _silent(_line: str) -> None:
    return None


def _kept(work: Path, firm: Firm, ranker: str) -> Kept:
    folder = work / str(firm.seed)
    note = _note(folder)
    if note["firm"] != asdict(firm) or note["ranker"] != ranker:
        raise Conflict(
            f"{folder} holds a firm of {note['firm']} played with {note['ranker']}, not of {asdict(firm)} with {ranker}; name "
            "another folder, or remove it to play it again"
        )
    return Kept(
        firm=firm, url=f"sqlite:///{folder / LOG}", truth=folder / "firm", ranker=ranker, seconds=note["seconds"],
        peak_mb=note["peak_mb"],
    )  # fmt: skip


def _note(folder: Path) -> dict[str, Any]:
    try:
        note: dict[str, Any] = json.loads((folder / PLAYED).read_text(encoding="utf-8"))
        return note
    except (OSError, ValueError) as error:
        raise Conflict(
            f"{folder} says nowhere what it was played with ({PLAYED} is missing or unreadable); remove it to play it again"
        ) from error
