"""``python -m hourtrail_training.anomaly_report FILE``: the numbers of docs/reference/evaluation.md, anew.

FILE holds time entries by the week (tests/data/tock/time_entries.csv). Seeds 0 to 9 were used while the model was made; the
default seeds were not.
"""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from hourtrail.checks import CheckPolicy, Grain
from hourtrail.domain.entry import TimeEntry
from hourtrail.flows.check import CheckFiles, CheckReport, check_files
from hourtrail.unusual import HeadsScorer, contrast_of, judge, live, matrix_of, table_of
from hourtrail_models.anomaly.prior import fit_prior
from hourtrail_training.anomaly_report import baselines, timecards, weekly
from hourtrail_training.anomaly_report.measure import Measured, mean, measured
from hourtrail_training.anomaly_report.reviewers import against_prior, review, share_met
from hourtrail_training.anomaly_report.timecards import Labelled
from hourtrail_training.scripts import Script

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BASELINES = {
    "isolation forest, raw fields": baselines.isolation_forest,
    "ECOD, raw fields": baselines.ecod,
    "robust z of each person": baselines.robust_z,
}
LOOKS = 60
PARTS = ("untouched", "plain", "difficulty", "reviewers", "weekly")
COUNTS = (5, 10, 20, 50, 100, 200, 400)


@click.command(cls=Script)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--first-seed", default=100, show_default=True)
@click.option("--seeds", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option(
    "--part", type=click.Choice(PARTS), multiple=True, help="Only these parts; all of them take minutes a seed."
)
def main(file: Path, first_seed: int, seeds: int, part: tuple[str, ...]) -> None:
    """Put faults into FILE, look for them, and print what was found."""
    entries = timecards.read(file)
    parts = part or PARTS
    click.echo(f"{file.name}: {len(entries)} entries; seeds {first_seed} to {first_seed + seeds - 1}")
    if "untouched" in parts:
        _print_untouched(_checked(entries), len(entries))
    if "plain" in parts:
        _print_files("plain faults: 2 % wrong project, 2 % hours x 3-6", entries, timecards.plain, first_seed, seeds)
    if "difficulty" in parts:
        _print_files("by difficulty, with benign twins", entries, timecards.by_difficulty, first_seed, seeds)
    if "reviewers" in parts:
        _print_reviews(entries, first_seed, seeds)
    if "weekly" in parts:
        for name, row in weekly.foretell(table_of(live(entries), weekly=True)).items():
            click.echo(
                f"next card, {name}: projects F1 {row.projects_f1:.3f}, hours {row.hours_share:.3f} ({row.cards} cards)"
            )


def _checked(entries: Sequence[TimeEntry]) -> CheckReport:
    """What ``hourtrail check FILE --grain week --scores`` answers."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "time-entries.csv"
        timecards.write(entries, path)
        return check_files(
            CheckFiles(entries=path), policy=CheckPolicy(), grain=Grain.WEEK, today=max(row.date for row in entries)
        )


def _print_untouched(report: CheckReport, entries: int) -> None:
    counts = report.summary["by_check"]
    flagged = counts.get("unusual_entry", 0)
    click.echo(f"untouched: {counts}; unusual_entry on {flagged / entries:.2%} of the entries")


def _print_files(
    title: str,
    entries: Sequence[TimeEntry],
    make: Callable[[Sequence[TimeEntry], int], Labelled],
    first: int,
    seeds: int,
) -> None:
    rows: dict[str, list[Measured]] = {}
    shares: dict[str, list[float]] = {
        "untouched rows flagged": [],
        "benign twins flagged": [],
        "flags that are right": [],
    }
    for seed in range(first, first + seeds):
        made = make(entries, seed)
        report = _checked(made.entries)
        ids = [row.id for row in report.scores]
        scores = np.array([row.score for row in report.scores])
        rows.setdefault("hourtrail check --scores, every row", []).append(measured(ids, scores, made.faults))
        ruled = [bool(row.check) and row.check != "unusual_entry" for row in report.scores]
        kept = np.flatnonzero(~np.array(ruled))
        rows.setdefault("... rows of a rule left out", []).append(
            measured([ids[at] for at in kept], scores[kept], made.faults)
        )
        certain = np.where(np.array(ruled), 1.0, scores)
        rows.setdefault("... rows of a rule first", []).append(measured(ids, certain, made.faults))
        for name, scored in _others(made.entries).items():
            rows.setdefault(name, []).append(measured([row.id for row in made.entries], scored, made.faults))
        flagged = {row.subject.time_entry for row in report.findings if row.check == "unusual_entry"}
        clean = [name for name in ids if name not in made.faults and name not in made.twins]
        shares["untouched rows flagged"].append(len(flagged & set(clean)) / len(clean))
        if made.twins:
            shares["benign twins flagged"].append(len(flagged & made.twins) / len(made.twins))
        if flagged:
            shares["flags that are right"].append(len(flagged & set(made.faults)) / len(flagged))
    click.echo(f"\n{title}: average precision (lowest and highest of the seeds), precision at 1 % and 2 %")
    for name, found in rows.items():
        one = mean(found)
        spread = [row.average_precision for row in found]
        kinds = ", ".join(f"{kind} {value:.3f}" for kind, value in one.by_kind.items())
        click.echo(
            f"  {name}: {one.average_precision:.3f} ({min(spread):.3f} to {max(spread):.3f}) {one.at_1:.2f} {one.at_2:.2f}; {kinds}"
        )
    for name, values in shares.items():
        if values:
            click.echo(f"  {name}: {np.mean(values):.4f}")


def _others(entries: Sequence[TimeEntry]) -> dict[str, Floats]:
    past = judge(entries, weekly=True, fit=fit_prior, whole_file=False)
    heads = judge(entries, weekly=True, fit=None, whole_file=True)
    return {
        "learned score, only what came before": np.array(past.scores),
        "heads alone, whole file": np.array(heads.scores),
        **{name: score(entries) for name, score in BASELINES.items()},
    }


def _print_reviews(entries: Sequence[TimeEntry], first: int, seeds: int) -> None:
    met: dict[str, list[float]] = {"prior and verdicts": [], "isolation forest alone": [], "heads and verdicts": []}
    gains: dict[int, list[tuple[float, float]]] = {}
    for seed in range(first, first + seeds):
        made = timecards.plain(entries, seed)
        kept = live(made.entries)
        issue = np.array([row.id in made.faults for row in kept])
        table = table_of(kept, weekly=True)
        matrix = matrix_of(table, whole_file=True)
        contrast = contrast_of(table, whole_file=True)
        prior = fit_prior(matrix, table.person, contrast.matrix, contrast.row, contrast.slip)
        met["prior and verdicts"].append(
            share_met(review(prior, matrix, table.person, issue, LOOKS).rows, issue, LOOKS)
        )
        heads = review(HeadsScorer(), matrix, table.person, issue, LOOKS)
        met["heads and verdicts"].append(share_met(heads.rows, issue, LOOKS))
        alone = np.argsort(-baselines.isolation_forest(kept), kind="stable")
        met["isolation forest alone"].append(share_met(alone, issue, LOOKS))
        pick = _half_and_half(prior.scores(matrix, table.person), seed)
        for count, pair in against_prior(prior, matrix, table.person, issue, counts=COUNTS, pick=pick).items():
            gains.setdefault(count, []).append(pair)
    click.echo(f"\nsimulated reviewers, {LOOKS} looks in batches of 5: share of what so many looks can meet at best")
    for name, shares in met.items():
        click.echo(f"  {name}: {np.mean(shares):.3f} (lowest {min(shares):.3f})")
    click.echo("  average precision on the rest, prior -> with verdicts (half of the highest scores, half at random):")
    for count, pairs in gains.items():
        before, after = np.mean(pairs, axis=0)
        worst = min(late - early for early, late in pairs)
        click.echo(f"    {count} verdicts: {before:.3f} -> {after:.3f} (worst seed {worst:+.3f})")


def _half_and_half(scores: Floats, seed: int) -> Callable[[int], Ints]:
    """Rows that reviewers looked at: half of them the highest scores, half drawn evenly."""
    order = np.argsort(-scores, kind="stable")
    shuffled = np.random.default_rng(seed).permutation(len(scores))
    return lambda count: np.unique(np.concatenate([order[: count - count // 2], shuffled[: count // 2]]))


if __name__ == "__main__":
    main()
