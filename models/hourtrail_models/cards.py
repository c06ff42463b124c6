"""Model cards of what this installation brings: value first, then data, measures from the manifest, failures and limits.

``hourtrail models cards docs/reference/model-cards`` writes them; a test holds the committed pages to the command.
"""

from pathlib import Path
from typing import Final

from hourtrail_models.artefact import BUNDLED, Artefact, load, pinned_digests
from hourtrail_models.card_words import BILLABLE, MINUTES, PRESENCE, Words
from hourtrail_models.reviews import first_due
from hourtrail_models.use_cases import use_cases

_EVALUATION: Final = "[the evaluation](../evaluation.md)"


WORDS: Final = {
    "ranker": Words(
        title="Which work item a block of work belongs to",
        worth=(
            ("Minutes saved: **not measured on real people.** `hourtrail train` prints them for a firm's own decision log, from "
            "the seconds that accepting and correcting took."),
            ("Hours recovered: not measurable without timesheets that were kept without suggestions; `hourtrail backtest capture` "
            "measures it where there are some."),
            "Cost of wrong answers: the share of shown answers that are wrong stands below and in " + _EVALUATION + "; each "
            "costs a correction, because nothing is booked without a named person.",
        ),
        use=(
            ("Ranks the work items that a person may book for one block. A person confirms every answer; it must not be used to "
            "judge people. No identity of a person, a client or a project is a feature."),
            "It carries none of a customer's data; what it learned from stands above.",
        ),
        failures=(
            "A firm that it has never seen: grown without a set and measured on it, the calibration was off by up to seventeen "
            "points (too humble), and an aim of .95 gave as little as .90 (" + _EVALUATION + "). Prefill stays unproven until a "
            "firm's own blind audit carries it.",
            ("What only simulated firms have shown (calendar series, attendees, assignments, tickets, master data) is measured on "
            "no real firm, and bounded ([why](../../decisions/0009-trees-learn-from-simulated-firms.md))."),
            "Tasks inside one client reach no precision for prefill; they belong in a list of three.",
            "A label that nobody has used before, without master data, cannot be right.",
        ),
    ),
    "encoder": Words(
        title="How alike two texts are",
        worth=(
            "Minutes saved, hours recovered, false flags: none of its own; it is an input of the ranker and of the checks.",
        ),
        use=("Turns short texts into vectors on this machine; nothing is sent anywhere ([details](../encoder.md)).",),
        failures=(
            "int8 weights name another nearest neighbour than float32 for about one text in eight, among near ties.",
            "Made from English text; titles in other languages are told apart less well, which nobody has measured here.",
            "Vectors of processors without VNNI differ in the second decimal: keep a store's vectors on one kind of machine.",
        ),
    ),
    "presence": PRESENCE,
    "minutes": MINUTES,
}  # fmt: skip

ANOMALY: Final = """# Model card: unusual entries

Which booked entries a reviewer should look at. There is no weight in the installation: it is fitted to each firm's own entries,
without any review, and corrected by reviewers' verdicts.

## What it is worth

- Minutes saved: not measured on real reviewers.
- Hours recovered: not measured; what it finds has to be corrected by a person first.
- **False-flag cost**: on real timecards with injected faults, `unusual_entry` flagged about one untouched line in ten thousand,
  and 98 to 99 of 100 flags were right ([how that was measured](../evaluation.md#unusual-entries)). Real faults of those timecards
  count as untouched there, so the true cost is lower, and field use may be worse.

## Data and fit

Trees learn to tell a firm's entries from copies with slips put in (another project, 1.5 to 10 times the minutes); each person is
judged by trees that saw none of that person's rows. An isolation forest speaks of the rest and is bounded at .35. Verdicts are
blended in with the weight n / (20 + n) of n confirmed issues. Fixed formulas stand in where there is no model.

## Where it fails

- Another one of a person's own projects, chosen by mistake, is hardly ever found (average precision .131).
- Minutes that are up to about half too many look like any other entry: outside evidence is needed.
- A live check, which knows only what came before, is far behind a review of the whole file (.617 against .832).
- Faults that are not of the injected family rest on the isolation forest and hand-set heads, measured on no real data.

## Use

A person decides on every finding. It must not be used to judge people: what is rare is not wrong.
"""


WEIGHTLESS: Final = {"anomaly": ANOMALY, "billable": BILLABLE}
"""Cards of what has no weight in the installation."""


def cards() -> dict[str, str]:
    """File name -> Markdown, for every bundled model and for what needs no weight. Raises ModelUnavailable."""
    pinned = pinned_digests()
    pages = {f"{name}.md": card(name, load(BUNDLED / name, expected=pinned.get(name, "not pinned"))) for name in WORDS}
    return pages | {f"{name}.md": weightless(name) for name in WEIGHTLESS}


def write_cards(folder: Path) -> list[Path]:
    """Write them below ``folder``; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in cards().items():
        (folder / name).write_text(text, encoding="utf-8")
        written.append(folder / name)
    return written


def weightless(name: str) -> str:
    """The card of what has no weight: its words, and who answers for it."""
    return WEIGHTLESS[name] + "".join(f"{line}\n" for line in _answered_for(name))


def card(name: str, artefact: Artefact) -> str:
    """The card of one artefact of this use case, Markdown."""
    words, manifest = WORDS[name], artefact.manifest
    lines = [
        f"# Model card: {manifest.name} {manifest.version}",
        "",
        f"{words.title}. Made {manifest.created.date()}, digest `{artefact.digest}`.",
        "",
        "## What it is worth",
        "",
        *[f"- {line}" for line in words.worth],
        "",
        "## Data",
        "",
        *(_data(artefact) or ("- No training data of ours: upstream weights, converted.",)),
        "",
        "## Measured when it was made",
        "",
        *[f"- {metric.replace('_', ' ')}: {_number(value)}" for metric, value in sorted(manifest.metrics.items())],
        *[f"- {line}" for line in words.measured],
        "",
        f"What was measured since, on which data, by which command: {_EVALUATION}.",
        "",
        "## Where it fails",
        "",
        *[f"- {line}" for line in words.failures],
        "",
        "## Use",
        "",
        *[f"- {line}" for line in words.use],
        *_answered_for(name),
        (
            f"- Review due by {first_due(manifest.created.date())}, unless somebody signed for a later day; `hourtrail models` marks "
            "what is overdue."
        ),
    ]
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def _answered_for(name: str) -> list[str]:
    listed = use_cases().get(name)
    if listed is None:
        return []
    return [f"- Owner: {listed.owner}; when it may not serve: {listed.fallback} (allow-list of use cases)."]


def _data(artefact: Artefact) -> tuple[str, ...]:
    rows = artefact.manifest.training_data
    return tuple(f"- {row.rows:,} rows of {row.name} until {row.ends}, SHA-256 `{row.digest}`" for row in rows)
