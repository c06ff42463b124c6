"""A decision log to look at: the sample firm's simulated people answer four weeks of suggestions; played once, then kept.

Notebooks that run in one go share what was played (the folder that HOURTRAIL_PLAYED names, or a new one).
"""

import json
import os
import shutil
import tempfile
from datetime import date
from pathlib import Path

from hourtrail.store import Store, open_store
from hourtrail.wiring import load_models, sources
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.play import PlayOptions, play

FIRM = Path(__file__).parent.parent / "data" / "sample"
TENANT = "sample"
FIRST = date(2026, 3, 2)
WEEKS = 4


def played_store() -> Store:
    """A store of its own with the played log in tenant ``TENANT``."""
    folder = Path(os.environ.get("HOURTRAIL_PLAYED") or tempfile.mkdtemp())
    made = folder / "played.sqlite"
    if not made.exists():
        draft = folder / "draft.sqlite"
        with open_store(f"sqlite:///{draft}") as store:
            _play(store)
        for suffix in ("", ".key"):
            if Path(f"{draft}{suffix}").exists():
                Path(f"{draft}{suffix}").rename(f"{made}{suffix}")
    own = Path(tempfile.mkdtemp()) / "notebook.sqlite"
    for suffix in ("", ".key"):
        if Path(f"{made}{suffix}").exists():
            shutil.copy(f"{made}{suffix}", f"{own}{suffix}")
    return open_store(f"sqlite:///{own}")


def _play(store: Store) -> None:
    drawn = json.loads((FIRM / "truth" / "parameters.json").read_text(encoding="utf-8"))
    parameters = Parameters({name: float(value) for name, value in drawn.items() if name != "simulated"})
    seed = int(json.loads((FIRM / "simulation.json").read_text(encoding="utf-8"))["options"]["seed"])
    options = PlayOptions(seed=seed, first=FIRST, weeks=WEEKS)
    play(store, TENANT, FIRM, options, parameters, models=load_models(), sources=sources())
