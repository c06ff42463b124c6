"""The tables of docs/decisions/0009: ``python -m hourtrail_training.mix_shares DATA FIRMS``.

Models that learned from public data and, with 0, 10, 20, 30 and 50 % of the weight, from simulated firms, each measured on later
rows of the three public sets and on held-out simulated firms. FIRMS keeps the firms that were played, ``--work`` what each share
came to: a run that was ended goes on with the first share that is missing. No test year of the evaluation page is read.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from hourtrail.domain.errors import HourtrailError
from hourtrail.domain.ports import Encoder, Scorer
from hourtrail.domain.suggestion import Band
from hourtrail.features import SPEC, RulesScorer
from hourtrail.flows.backtest.benchmark import split_row
from hourtrail.flows.backtest.world import World
from hourtrail.wiring import load_models
from hourtrail_models.encoder import bundled_encoder
from hourtrail_models.fitting import PARAMETERS, ROUNDS
from hourtrail_models.ranker import RankerScorer
from hourtrail_models.shipped import bundled_scorer
from hourtrail_training.answers import Answers
from hourtrail_training.evaluation import coverage, difference, metrics
from hourtrail_training.held_out_firms import HELD_OUT, TrueBlocks, digest_of_all, joined_answers, true_blocks
from hourtrail_training.mixed_rows import Rows
from hourtrail_training.public_mix import HADOOP, NIFI, OPENSTACK, fitted, rows_of, world_of
from hourtrail_training.ranker import answers_to
from hourtrail_training.release_gate import OnDisk
from hourtrail_training.simulated_firms import Say, keep, models_with, named
from hourtrail_training.simulated_mix import FIRMS, together
from hourtrail_training.simulated_mix import rows_of as rows_of_firms

VERSION: Final = "1"
"""Raised when a share is measured otherwise than before."""
SHARES: Final = (0.0, 0.1, 0.2, 0.3, 0.5)
LEARNED: Final = (OPENSTACK, replace(NIFI, end=date(2019, 1, 1)), replace(HADOOP, end=date(2011, 7, 1)))
"""What a share is chosen with ends before what the bundled ranker learned from: the rest is for choosing."""
UNTIL: Final = (date(2019, 1, 1), date(2020, 1, 1), date(2012, 1, 31))
"""Development rows lie between the end of a portion and this day."""
Line = dict[str, Any]


@dataclass
class Development:
    """The rows behind each portion, laid out once."""

    worlds: tuple[World, ...]
    begins: tuple[int, ...]

    @classmethod
    def of(cls, data: Path, encoder: Encoder, say: Say) -> "Development":
        """Of the three public sets."""
        worlds, begins = [], []
        for portion, until in zip(LEARNED, UNTIL, strict=True):
            say(f"development rows of {portion.folder}, {portion.end} to {until}")
            worlds.append(world_of(data, portion, encoder, until))
            begins.append(split_row(worlds[-1].rows, portion.end.isoformat()))
        return cls(tuple(worlds), tuple(begins))

    def answers(self, scorer: RankerScorer, number: int) -> Answers:
        """Of the eligible ones of a set."""
        world, begin = self.worlds[number], self.begins[number]
        return answers_to(world, scorer, begin, len(world.rows)).only(world.rows.eligible[begin:])

    def measured(self, scorer: RankerScorer) -> dict[str, Line]:
        """Set -> its rows, top-1, ECE, and which rows were right, as a string of 0 and 1."""
        found = {}
        for number, portion in enumerate(LEARNED):
            answers = self.answers(scorer, number)
            numbers = metrics(answers, np.ones(len(answers)))
            found[portion.folder] = {
                "rows": len(answers),
                **{name: round(numbers[name], 5) for name in ("top1", "ece")},
                "right": "".join("1" if right else "0" for right in answers.right.tolist()),
            }
        return found

    def people(self) -> list[str]:
        """Whose each measured row is, set behind set."""
        return [
            f"{portion.folder}:{row.person}"
            for portion, world, begin in zip(LEARNED, self.worlds, self.begins, strict=True)
            for row, eligible in zip(world.rows.activities[begin:], world.rows.eligible[begin:].tolist(), strict=True)
            if eligible
        ]


def on_firms(firms: Sequence[TrueBlocks], scorer: Scorer) -> Line:
    """Accuracy and calibration on held-out firms, all together, by firm and by kind of block.

    ``sure``: what would pass the scorer's own prefill threshold if unproven evidence were not bounded, and its precision.
    """
    answers = joined_answers(firms, scorer)
    weight, switch = np.ones(len(answers)), ~np.concatenate([firm.last for firm in firms])
    numbers = metrics(answers, weight)
    kinds = np.concatenate([firm.kinds() for firm in firms])
    found = {
        "blocks": len(answers),
        **{name: round(numbers[name], 5) for name in ("top1", "top3", "ece")},
        "at_switches": round(float(answers.right[switch].mean()), 5),
        "firms": {str(firm.seed): round(float(firm.answers(scorer).right.mean()), 5) for firm in firms},
        "kinds": {
            kind: [int((kinds == kind).sum()), round(float(answers.right[kinds == kind].mean()), 5)]
            for kind in sorted(set(kinds.tolist()))
        },
    }
    if isinstance(scorer, RankerScorer):
        prefill = next((row.value for row in scorer.thresholds if row.band is Band.PREFILL), None)
        free = joined_answers(firms, replace(scorer, unproven=()))
        found["sure"] = coverage(free, weight, prefill)
    return found


def references(firms: Sequence[TrueBlocks], others: Sequence[Scorer]) -> Iterator[Line]:
    """What a share is held against on the same blocks: copying the last label, the rules, models that there are."""
    last = np.concatenate([firm.last for firm in firms])
    yield {"name": "copy the last label", "blocks": len(last), "top1": round(float(last.mean()), 5)}
    yield {"name": "rules alone", **on_firms(firms, RulesScorer())}
    for scorer in others:
        yield {"name": named(scorer.ref), **on_firms(firms, scorer)}


@dataclass(frozen=True)
class Given:
    """Everything that each share is measured with."""

    public: Sequence[Rows]
    simulated: Rows
    firms: Sequence[TrueBlocks]
    development: Development

    def share(self, share: float) -> Line:
        """One model, measured. Its scale comes from OpenStack's development rows, so its ECE there is in-sample."""
        world, begin = self.development.worlds[0], self.development.begins[0]
        scorer, _ = fitted(
            self.public, world, begin, len(world.rows), said="development rows", share=share,
            simulated=self.simulated if share else None,
        )  # fmt: skip
        return {
            "share": share,
            "scale": [round(scorer.temperature, 4), round(scorer.power, 4)],
            "simulated": on_firms(self.firms, scorer),
            "sets": self.development.measured(scorer),
        }

    def key(self) -> str:
        """What a kept share must agree in."""
        said = [
            VERSION, SPEC.version, json.dumps([PARAMETERS, ROUNDS], sort_keys=True), self.simulated.digest,
            digest_of_all(self.firms), *(rows.digest for rows in self.public),
        ]  # fmt: skip
        return hashlib.sha256("\n".join(said).encode()).hexdigest()


def kept_or(path: Path, key: str, measure: Callable[[], Line]) -> Line:
    """What an earlier run left under the same key, or what is measured now and left for the next."""
    try:
        line: Line = json.loads(path.read_text(encoding="utf-8"))
        if line["key"] == key:
            return line
    except (OSError, ValueError, KeyError, TypeError):
        pass  # nothing there, or of other rows: it is measured again
    line = {"key": key, **measure()}
    new = path.with_suffix(".new")
    new.write_text(json.dumps(line, indent=1), encoding="utf-8")
    new.replace(path)
    return line


_HEAD: Final = (
    "share", "simulated: top-1 (lowest, highest firm)", "top-3", "at switches", "ECE",
    "above prefill without the bound: share, right", "OpenStack: top-1, ECE", "NiFi", "Hadoop", "all three: top-1", "change",
)  # fmt: skip


def shares_table(lines: Sequence[Line], people: Sequence[str]) -> str:
    """One line a share; the pooled change is against the first, with the middle 90 % over people."""
    rights = [_pooled(line) for line in lines]
    rows = []
    for line, right in zip(lines, rights, strict=True):
        simulated, (shown, precision) = line["simulated"], line["simulated"]["sure"]
        change = difference(right, rights[0], np.ones(len(right)), np.unique(people, return_inverse=True)[1])
        firms = simulated["firms"].values()
        rows.append(
            (
                f"{line['share']:.0%}", f"{simulated['top1']:.3f} ({min(firms):.3f}, {max(firms):.3f})",
                *(f"{simulated[name]:.3f}" for name in ("top3", "at_switches", "ece")),
                f"{shown:.3f}, {'-' if precision is None else f'{precision:.3f}'}",
                *(f"{found['top1']:.4f}, {found['ece']:.4f}" for found in line["sets"].values()),
                f"{right.mean():.4f}", f"{change.value:+.4f} ({change.low:+.4f} to {change.high:+.4f})",
            )
        )  # fmt: skip
    return markdown(_HEAD, rows)


def _pooled(line: Line) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.array([mark == "1" for found in line["sets"].values() for mark in found["right"]], dtype=np.bool_)


def firms_table(lines: Sequence[Line]) -> str:
    """References and shares beside each other on the held-out firms, by kind of block; the blocks of each kind in the head."""
    kinds = next(line["kinds"] for line in lines if "kinds" in line)
    head = ("on held-out firms", "top-1", *_NUMBERS, *(f"{kind} ({found[0]:,})" for kind, found in kinds.items()))
    rows = []
    for line in lines:
        numbers = [f"{line[name]:.3f}" if name in line else "-" for name in _NUMBERS]
        by_kind = [f"{line['kinds'][kind][1]:.3f}" if "kinds" in line else "-" for kind in kinds]
        rows.append((line["name"], f"{line['top1']:.3f}", *numbers, *by_kind))
    return markdown(head, rows)


_NUMBERS: Final = ("top3", "at_switches", "ece")


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def given(data: Path, firms: Path, ranker: Path | None, encoder: Encoder, say: Say) -> Given:
    """Play what is missing, and lay out the rows of everything."""
    models = load_models()
    learned = keep(firms, FIRMS, ranker, say)
    held_out = keep(firms, HELD_OUT, ranker, say)
    simulated = together(rows_of_firms(learned, models, say))
    say("what the people of held-out firms truly did")
    blocks = [true_blocks(kept, models) for kept in held_out]
    public = []
    for portion in LEARNED:
        say(f"rows of {portion.folder} to {portion.end}")
        public.append(rows_of(data, portion, encoder))
    return Given(public=public, simulated=simulated, firms=blocks, development=Development.of(data, encoder, say))


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("firms", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".mix-shares"),
    show_default=True,
    help="Folder that keeps finished shares; a second run goes on from there.",
)
@click.option("--vectors", type=click.Path(dir_okay=False, path_type=Path), help="File that keeps the text vectors.")
@click.option(
    "--ranker",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Artefact of the ranker that made the firms' suggestions, in place of the bundled one.",
)
def main(data: Path, firms: Path, work: Path, vectors: Path | None, ranker: Path | None) -> None:
    """Print the tables of the mix, from the public sets in DATA and the simulated firms in FIRMS."""

    def say(words: str) -> None:
        click.echo(words, err=True)

    try:
        work.mkdir(parents=True, exist_ok=True)
        encoder = bundled_encoder() if vectors is None else OnDisk(bundled_encoder(), vectors)
        rows = given(data, firms, ranker, encoder, say)
        key, lines = rows.key(), []
        for share in SHARES:
            say(f"share {share:.0%}")
            lines.append(kept_or(work / f"share-{share:.2f}.json", key, partial(rows.share, share)))
        others = [bundled_scorer(), *([] if ranker is None else [models_with(ranker).scorer])]
        beside = [
            *references(rows.firms, others),
            *({"name": f"share {line['share']:.0%}", **line["simulated"]} for line in lines),
        ]
    except HourtrailError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"Simulated: {len(rows.simulated.keys):,} confirmed blocks of {len(FIRMS)} firms, digest {rows.simulated.digest[:12]}; held out "
        f"{beside[0]['blocks']:,} blocks of seeds {', '.join(str(firm.seed) for firm in HELD_OUT)}.\n"
    )
    click.echo(f"{shares_table(lines, rows.development.people())}\n\n{firms_table(beside)}")


if __name__ == "__main__":
    main()
