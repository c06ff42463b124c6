"""The model card of a ranker that was trained on a firm's decision log: what it is worth first, then where it fails."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from hourtrail.domain.suggestion import ModelRef
from hourtrail_training.effort import Effort, effort_of
from hourtrail_training.from_log import FromLog

WORST: Final = 5
"""Slices that are listed as failures."""


def model_card(found: FromLog, ref: ModelRef, *, author: str, code: str) -> str:
    """Markdown."""
    data, trained = found.dataset, found.trained
    simulated = "**SIMULATED**: " if data.simulated else ""
    lines = [
        f"# Model card: {ref.name} {ref.version}",
        "",
        (
            f"{simulated}the ranker of tenant {data.tenant}, trained on its decision log as of {data.as_of.date()} by {author}. "
            f"Digest `{ref.digest}`, data `{data.digest}`, code {code}."
        ),
        "",
        "## What it is worth",
        "",
        *_worth(effort_of(data.relived.examples), simulated=data.simulated),
        "",
        "## Measured on the newest labels",
        "",
        (
            f"{int(found.metrics['rows']):,} labelled suggestions that neither model was fitted or calibrated on, in time order; "
            "labels count from the moment of their confirmation, an accepted prefill counts 0.3 until it was audited or edited."
        ),
        "",
        "| | this model | champion | copy the last label |",
        "|---|---|---|---|",
        *_table(found.metrics),
        "",
        *_bands(found.metrics),
        "",
        "## The gate",
        "",
        *[f"- {line}" for line in found.verdict.lines()],
        "",
        "## Where it fails",
        "",
        *_failures(found.by_slice, found.metrics),
        (
            "- Labels by acceptance favour whoever made the suggestion: people accept wrong ones that look sure. Blind audits "
            f"count as evidence; {len(found.contest.independent.candidate)} labels behind the fitted ones were led by no suggestion."
        ),
        "- Master data is read as it is now, and a confirmation that was corrected later is missing from the past.",
        "",
        "## What it leans on",
        "",
        "Mean share of the log-odds, by feature (TreeSHAP):",
        "",
        *[f"- `{name}` {value:.3f}" for name, value in list(found.contributions.items())[:10]],
        "",
        "## Use",
        "",
        (
            "Ranks the work items that a person may book for one block of work. It proposes; a named person confirms. It must "
            "not be used to judge people. No identity of a person, client or project is a feature."
        ),
        f"Trained on {trained.data.rows:,} suggestions until {trained.data.ends}; outcomes in the log: "
        + ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in data.outcomes.items())
        + f". {len(data.unreadable)} rows of the log were unreadable and left out.",
    ]
    return "\n".join(lines) + "\n"


def _worth(effort: Effort, *, simulated: bool) -> Iterator[str]:
    about = " (simulated people)" if simulated else ""
    if effort.minutes_saved is None or effort.minutes_lost is None:
        yield "- Minutes saved: not measurable, the log holds no seconds for both accepted and corrected suggestions."
    else:
        yield (
            f"- Minutes saved{about}: {effort.minutes_saved:,.0f}. Accepting took {effort.seconds_accepted:.0f} s, correcting "
            f"{effort.seconds_corrected:.0f} s (medians), over {effort.accepted:,} accepted suggestions of the log."
        )
        yield f"- Cost of wrong answers{about}: {effort.minutes_lost:,.0f} minutes over {effort.corrected:,} corrections."
    yield "- Hours recovered: not measurable from the log alone; it needs timesheets kept without suggestions."


def _table(metrics: Mapping[str, float]) -> Iterator[str]:
    for name in ("top1", "top3", "mrr", "log_loss", "ece"):
        last = f"{metrics['last_label_top1']:.3f}" if name == "top1" else ""
        yield f"| {name.replace('_', ' ')} | {metrics[name]:.3f} | {metrics[f'champion_{name}']:.3f} | {last} |"


def _bands(metrics: Mapping[str, float]) -> Iterator[str]:
    for band in ("prefill", "suggest"):
        if f"{band}_coverage" in metrics:
            precision = metrics.get(f"{band}_precision")
            held = "nothing was shown" if precision is None else f"{precision:.3f} of them right"
            yield f"- {band}: {metrics[f'{band}_coverage']:.3f} of the rows, {held}; its threshold was fixed before."
        else:
            yield f"- {band}: off, no threshold kept its precision on the labels before."


def _failures(by_slice: Mapping[str, Mapping[str, float]], metrics: Mapping[str, float]) -> Iterator[str]:
    worst = sorted(by_slice.items(), key=lambda pair: pair[1]["top1"])
    for name, row in [pair for pair in worst if pair[1]["rows"] > 0][:WORST]:
        yield (
            f"- {name}: top-1 {row['top1']:.3f} on {int(row['rows'])} rows (champion {row['champion_top1']:.3f}, "
            f"last label {row['last_label_top1']:.3f}; all rows {metrics['top1']:.3f})"
        )


def version_name(tenant: str, day: date, data_digest: str) -> str:
    """Version of the artefact: the day of its data, and which data it was."""
    return f"{tenant[:40]}-{day.isoformat()}-{data_digest[:8]}"
