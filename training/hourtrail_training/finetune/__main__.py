"""Fine-tune the encoder on people's own choices and say what it gains, beside the encoder as it is."""

import argparse
import json
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.errors import HourtrailError
from hourtrail.flows.backtest.benchmark import Benchmark, read_benchmark, split_row
from hourtrail_training.finetune.neighbours import vote_hits
from hourtrail_training.finetune.triples import triples


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """A labelled file under the data folder, and the rows on which vectors are compared."""

    name: str
    file: str
    at_project: bool
    reads_from: str
    measured_from: str
    measured_to: str


LEARNED_FROM: Final = DataSet(
    name="openstack-switch", file="openstack-switch/activities.jsonl.gz", at_project=True,
    reads_from="2017-01-01", measured_from="2018-01-01", measured_to="2018-04-01",
)  # fmt: skip
"""Learns from what lies before ``measured_from``; the test years 2019-20 are never looked at here."""

OTHERS: Final = (
    DataSet(
        name="nifi-modules", file="nifi-modules/activities.jsonl.gz", at_project=False,
        reads_from="0.0", measured_from="2020-01-01", measured_to="2022-01-01",
    ),
    DataSet(
        name="hadoop-commits", file="hadoop-commits/activities.jsonl", at_project=True,
        reads_from="0.0", measured_from="0.5", measured_to="2100-01-01",
    ),
)  # fmt: skip
RESAMPLES: Final = 1_000


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 = measured, 2 = refused with a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m hourtrail_training.finetune", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with openstack-switch, nifi-modules and hadoop-commits")
    parser.add_argument("--out", type=Path, help="folder for the tuned weights; must not exist yet")
    parser.add_argument("--triples", type=int, default=8_000, help="most triples to learn from (default 8000)")
    parser.add_argument(
        "--layers", type=int, default=2, choices=range(1, 7), help="transformer layers that learn, from the top"
    )
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rate", type=float, default=2e-5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        answer = run(options)
    except (HourtrailError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command line
        return 2
    print(json.dumps(answer, indent=2))  # noqa: T201 - a command line
    return 0


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Fit, measure each set with the encoder as it is and as it became, and keep the weights where that was asked for."""
    from hourtrail_models.reference_encoder import SentenceTransformerEncoder  # noqa: PLC0415 - torch
    from hourtrail_training.finetune.fit import FitOptions, encoded, fine_tuned, save  # noqa: PLC0415 - torch

    began = time.monotonic()
    sets = {row.name: _read(options.data, row) for row in (LEARNED_FROM, *OTHERS)}
    source = sets[LEARNED_FROM.name]
    plain = SentenceTransformerEncoder()
    before = {}
    for name, rows in sets.items():
        _say(f"encoding {len(rows):,} texts of {name} as it is")
        before[name] = plain.encode(_texts(rows))
    labels = _labels(source)
    last = split_row(source, LEARNED_FROM.measured_from)
    learned_from = triples(
        _people(source),
        _texts(source),
        labels,
        before[LEARNED_FROM.name],
        last=last,
        most=options.triples,
        seed=options.seed,
    )
    fit = FitOptions(
        layers=options.layers, epochs=options.epochs, rate=options.rate, seed=options.seed, threads=options.threads
    )
    model = fine_tuned(_texts(source), labels, learned_from, fit, say=_say)
    if options.out is not None:
        save(model, options.out)
    measured = {}
    for row in (LEARNED_FROM, *OTHERS):
        rows = sets[row.name]
        _say(f"encoding {len(rows):,} texts of {row.name} tuned")
        measured[row.name] = _compare(rows, row, before[row.name], encoded(model, _texts(rows)), options.seed)
    return {
        "triples": len(learned_from), "layers": fit.layers, "epochs": fit.epochs, "rate": fit.rate, "seed": fit.seed,
        "knn_own_history_top1": measured, "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def _read(folder: Path, row: DataSet) -> Benchmark:
    rows, _refused = read_benchmark(folder / row.file, ReadOptions(today=datetime.now(UTC).date()), delay_days=1.0)
    rows = rows.at_project() if row.at_project else rows
    first, last = split_row(rows, row.reads_from), split_row(rows, row.measured_to)
    return Benchmark(
        rows.activities[first:last], rows.items[first:last], rows.known_at[first:last],
        rows.asked[first:last], rows.known[first:last], rows.eligible[first:last],
    )  # fmt: skip


def _compare(
    rows: Benchmark, row: DataSet, before: NDArray[np.float32], after: NDArray[np.float32], seed: int
) -> dict[str, Any]:
    measured = rows.eligible & (np.arange(len(rows)) >= split_row(rows, row.measured_from))
    people = _people(rows)
    hits = [
        vote_hits(people, _labels(rows), (rows.asked, rows.known), vectors, measured).astype(np.float64)
        for vectors in (before, after)
    ]
    gain = hits[1] - hits[0]
    owners = np.unique([people[place] for place in np.flatnonzero(measured)], return_inverse=True)[1]
    low, high = _interval(gain, owners, seed)
    return {
        "n": len(gain), "as_it_is": round(float(hits[0].mean()), 4), "tuned": round(float(hits[1].mean()), 4),
        "gain": round(float(gain.mean()), 4), "gain_interval": [round(low, 4), round(high, 4)],
    }  # fmt: skip


def _interval(gain: NDArray[np.float64], owners: NDArray[np.int64], seed: int) -> tuple[float, float]:
    """95 % bootstrap interval of the mean gain, people drawn with replacement."""
    sums, counts = np.bincount(owners, weights=gain), np.bincount(owners)
    draws = np.random.default_rng(seed).integers(len(counts), size=(RESAMPLES, len(counts)))
    means = sums[draws].sum(axis=1) / counts[draws].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _texts(rows: Benchmark) -> list[str]:
    return [row.title or row.text for row in rows.activities]


def _people(rows: Benchmark) -> list[str]:
    return [row.person for row in rows.activities]


def _labels(rows: Benchmark) -> NDArray[np.int64]:
    place = {item: number for number, item in enumerate(dict.fromkeys(rows.items))}
    return np.array([place[item] for item in rows.items], dtype=np.int64)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - progress


if __name__ == "__main__":
    sys.exit(main())
