"""Three made-up years of a small firm: titles whose words mostly tell the project, as a labelled activity file."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

ROWS = 1_500
START = datetime(2016, 1, 4, 9, tzinfo=UTC)
SPAN = timedelta(days=3 * 365)
PROJECTS = {
    "PORTAL": ("login page", "customer portal", "password reset", "session cookie"),
    "LEDGER": ("supplier invoice", "tax report", "payment run", "chart of accounts"),
    "CRANE": ("hydraulic valve", "load sensor", "crane manual", "site inspection"),
    "NET": ("firewall rule", "switch port", "network cable", "router update"),
    "HIRE": ("job interview", "candidate mail", "salary offer", "first day"),
}
VERBS = ("fix", "review", "plan", "discuss")


def write(path: Path, *, rows: int = ROWS, seed: int = 3) -> Path:
    """One row in twenty-five may have another project's words; people stay with a project for a while."""
    drawn = np.random.default_rng(seed)
    names = list(PROJECTS)
    current = {f"P{number}": names[number % len(names)] for number in range(4)}
    with path.open("w", encoding="utf-8") as out:
        for number in range(rows):
            person = f"P{drawn.integers(4)}"
            if drawn.random() < 0.3:
                current[person] = names[int(drawn.integers(len(names)))]
            project = current[person]
            words = PROJECTS[project if drawn.random() > 0.04 else names[int(drawn.integers(len(names)))]]
            start = START + number * SPAN / rows
            row = {
                "source": "git", "external_id": f"c{number}", "kind": "commit", "person": person,
                "start": start.isoformat(), "container": f"repo{number % 2}",
                "title": f"{VERBS[int(drawn.integers(4))]} {words[int(drawn.integers(4))]}",
                "label": {"client": "acme", "project": project, "task": f"{project}-{number % 7}"},
                "eligible": bool(number % 10),
            }  # fmt: skip
            out.write(json.dumps(row) + "\n")
    return path
