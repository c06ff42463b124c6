"""``python -m hourtrail_training.release_gate DATA``: does the shipped confidence hold on streams, and through a break?

OpenStack's commits of 2019-20 pass night by night through the control loop that the product runs, with the bundled model,
labels known 24 hours late; the second half of 2018, which its trees have not seen, warms it up. Then the same with a break
injected from July to December 2019: the labels of a random 15 % of events are replaced by others of the same person.
Constants were chosen on 2017 and 2018 (docs/decisions/0008); seeds of the break are printed, and none of them was used for
choosing.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.errors import HourtrailError, NothingRead
from hourtrail.domain.identity import text_digest
from hourtrail.domain.ports import Encoder
from hourtrail.flows.backtest.benchmark import Benchmark, overlaps, read_benchmark
from hourtrail.flows.confidence import read_outcomes
from hourtrail.policy.confidence import Settings
from hourtrail.store import open_store
from hourtrail.wiring import Models, load_models, threshold_selector
from hourtrail_training.controlled import Controlled, Numbers, numbers, run, until_shown
from hourtrail_training.stream import Stream, broken, of_outcomes, scored

FILE: Final = Path("openstack-switch/activities.jsonl.gz")
WARM_UP, TEST, END = date(2018, 7, 1), date(2019, 1, 1), date(2021, 1, 1)
BREAK, MENDED, SHARE = date(2019, 7, 1), date(2020, 1, 1), 0.15
PROMISE: Final = 0.95
GOAL_SHOWN, GOAL_PRECISION, GOAL_COVERAGE = 0.02, 0.97, 0.43
AIMS: Final = "shipped,0.95,0.965,0.97"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class OnDisk:
    """The encoder behind a file of vectors, so that a second run encodes nothing."""

    encoder: Encoder
    file: Path

    @property
    def fingerprint(self) -> str:
        """The encoder's own."""
        return self.encoder.fingerprint

    @property
    def dimension(self) -> int:
        """The encoder's own."""
        return self.encoder.dimension

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimension). The file is not locked while texts are encoded."""
        digests = [text_digest(text) for text in texts]
        store = open_store(f"sqlite:///{self.file}")
        try:
            with store.tenant("vectors", read_only=True) as db:
                known = dict(db.vectors(self.fingerprint, sorted(set(digests))))
            missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
            if missing:
                fresh = self.encoder.encode(list(missing.values()))
                new = {
                    digest: vector.astype(np.float32).tobytes() for digest, vector in zip(missing, fresh, strict=True)
                }
                with store.tenant("vectors") as db:
                    db.put_vectors(self.fingerprint, new)
                known |= new
        finally:
            store.close()
        out = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, digest in enumerate(digests):
            out[row] = np.frombuffer(known[digest], dtype=np.float32)
        return out


def settings_for(aim: float | None, *, gate: bool = True, breaker: bool = True) -> Settings:
    """The shipped constants (None), those at a fixed aim, or with a control left out for comparison.

    A fixed aim has a promise two points below it, so that small quarters do not raise it.
    """
    base = Settings()
    fixed = (
        base.bands
        if aim is None
        else replace(base.bands, aim=aim, floor=aim, promise=min(base.bands.promise, aim - 0.02))
    )
    return replace(
        base,
        bands=fixed,
        gate=base.gate if gate else replace(base.gate, least=0.0),
        breaker=base.breaker if breaker else replace(base.breaker, trip=float("inf"), least=0.0),
    )


@dataclass(frozen=True, slots=True)
class Gate:
    """Everything that a run needs."""

    rows: Benchmark
    models: Models
    encoder: Encoder | None
    say: Say

    def stream(self, rows: Benchmark) -> Stream:
        """Those rows scored by the bundled model."""
        return scored(rows, self.encoder, self.models.scorer, WARM_UP, END)

    def controlled(self, stream: Stream, settings: Settings) -> Controlled:
        """The stream through the loop."""
        return run(stream, WARM_UP, END, shipped=self.models.policy, selector=threshold_selector(), settings=settings)

    def calm(self, aims: Sequence[float | None]) -> list[dict[str, Any]]:
        """2019-20 as it was, at each aim, and with controls left out."""
        stream = self.stream(self.rows)
        test = stream.between(TEST, END)
        found = []
        for aim in aims:
            for gate, breaker in ((False, False), (True, False), (True, True)):
                ran = self.controlled(stream, settings_for(aim, gate=gate, breaker=breaker))
                made = _as_json(numbers(ran, test), ran)
                found.append({"aim": aim or "shipped", "person_gate": gate, "breaker": breaker, **made})
                self.say(_line(found[-1]))
        return found

    def breaks(self, aims: Sequence[float | None], seeds: Sequence[int]) -> list[dict[str, Any]]:
        """The break test, once a seed and aim."""
        found = []
        for seed in seeds:
            rows, changed = broken(self.rows, BREAK, MENDED, share=SHARE, seed=seed)
            stream = self.stream(rows)
            inside, test = stream.between(BREAK, MENDED), stream.between(TEST, END)
            for aim in aims:
                ran = self.controlled(stream, settings_for(aim))
                during, outside = numbers(ran, inside), numbers(ran, test & ~inside)
                last = until_shown(ran, inside)
                found.append(
                    {
                        "seed": seed, "aim": aim or "shipped", "labels_changed": changed, "break_events": during.events,
                        "break_shown": during.shown, "break_shown_share": round(during.coverage, 4),
                        "break_precision": _rounded(during.precision),
                        "last_shown_after_days": None if last is None else last.days,
                        "outside": _as_json(outside, ran), "quarters": _quarters(numbers(ran, test)),
                        "goal_reached": _reached(during, outside),
                    }
                )  # fmt: skip
                self.say(_break_line(found[-1]))
        return found


def _reached(during: Numbers, outside: Numbers) -> bool:
    return during.coverage <= GOAL_SHOWN and outside.precision >= GOAL_PRECISION and outside.coverage >= GOAL_COVERAGE


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)


def _quarters(found: Numbers) -> list[dict[str, Any]]:
    return [
        {"quarter": name, "events": events, "shown": shown, "precision": round(right / shown, 4) if shown else None}
        for name, events, shown, right in found.quarters
    ]


def _as_json(found: Numbers, ran: Controlled) -> dict[str, Any]:
    who, worst = found.worst_person
    kinds = [event.kind.value for event in ran.events]
    return {
        "events": found.events, "shown": found.shown, "precision": _rounded(found.precision),
        "coverage": _rounded(found.coverage), "worst_quarter": _rounded(found.worst_quarter),
        "quarters_at_95": _rounded(found.quarters_keeping(PROMISE)), "people": len(found.people),
        "people_at_90": _rounded(found.people_keeping(0.9)), "worst_person": _rounded(worst), "worst_person_is": who,
        "trips": kinds.count("breaker tripped"), "limited": kinds.count("person limited"), "quarters": _quarters(found),
    }  # fmt: skip


def _line(row: dict[str, Any]) -> str:
    controls = "+".join(
        ["thresholds", *(["gate"] if row["person_gate"] else []), *(["breaker"] if row["breaker"] else [])]
    )
    return (
        f"aim {row['aim']:<7} {controls:<24} precision {row['precision']} coverage {row['coverage']} worst quarter"
        f" {row['worst_quarter']} quarters>=.95 {row['quarters_at_95']} people>=.90 {row['people_at_90']} of"
        f" {row['people']} worst person {row['worst_person']} trips {row['trips']}"
    )


def _break_line(row: dict[str, Any]) -> str:
    out = row["outside"]
    quarters = " ".join(f"{one['quarter'][2:]}:{one['precision']}@{one['shown']}" for one in row["quarters"])
    return (
        f"seed {row['seed']} aim {row['aim']:<7} shown in the break {row['break_shown']} of {row['break_events']}"
        f" ({row['break_shown_share']:.2%}); outside precision {out['precision']} coverage {out['coverage']}; goal"
        f" {'reached' if row['goal_reached'] else 'not reached'}\n    {quarters}"
    )


def from_log(url: str, tenant: str, say: Say) -> dict[str, Any]:
    """A tenant's own decision log (of ``hourtrail simulate play``, say) as a stream through the same loop."""
    models = load_models()
    store = open_store(url)
    try:
        with store.tenant(tenant, read_only=True) as db:
            outcomes = read_outcomes(db, model=models.scorer.ref.name)
    finally:
        store.close()
    stream = of_outcomes(outcomes.rows)
    first, last = (datetime.fromtimestamp(stream.asked[row], UTC).date() for row in (0, -1))
    end = date.fromordinal(last.toordinal() + 1)
    ran = run(stream, first, end, shipped=models.policy, selector=threshold_selector(), settings=Settings())
    made = _as_json(numbers(ran, np.ones(len(stream), dtype=np.bool_)), ran)
    say(_line({"aim": "shipped", "person_gate": True, "breaker": True, **made}))
    return {"log": tenant, "unreadable": len(outcomes.unreadable), **made}


@click.command()
@click.argument("data", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--seeds", default="1,2,3,4,5", metavar="LIST", help="Seeds of the break.", show_default=True)
@click.option("--aims", default=AIMS, metavar="LIST", help="Precisions to aim at.", show_default=True)
@click.option("--vectors", type=click.Path(dir_okay=False, path_type=Path), help="File that keeps the text vectors.")
@click.option("--log", "log", metavar="URL", help="Replay the decision log of this store's tenant `default`.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def main(data: Path | None, seeds: str, aims: str, vectors: Path | None, log: str | None, *, as_json: bool) -> None:
    """Replay the benchmark in DATA through the shipped confidence controls, calm and with a break injected, or a decision log."""
    if data is None and log is None:
        raise click.UsageError("give DATA, --log URL, or both")
    began = time.monotonic()

    def say(text: str) -> None:
        click.echo(text, err=as_json)

    try:
        answer: dict[str, Any] = {}
        if data is not None:
            aimed = [None if part == "shipped" else part for part in _list(aims, _aim)]
            answer = measure(data, _list(seeds, int), aimed, vectors, say)
        if log is not None:
            answer["log"] = from_log(log, "default", say)
    except HourtrailError as error:
        raise click.ClickException(str(error)) from error
    answer["seconds"] = round(time.monotonic() - began, 1)
    say(f"{answer['seconds']} seconds")
    if as_json:
        click.echo(json.dumps(answer, indent=1))


def _aim(text: str) -> float | str:
    return text if text == "shipped" else float(text)


def _list(text: str, kind: Callable[[str], Any]) -> list[Any]:
    try:
        return [kind(part) for part in text.split(",")]
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no list of numbers, like 1,2,3") from error


def measure(data: Path, seeds: list[int], aims: list[float | None], vectors: Path | None, say: Say) -> dict[str, Any]:
    """The whole gate. Raises NothingRead when the data or the bundled model is not there."""
    models = load_models()
    if models.degraded or models.encoder is None:
        raise NothingRead(f"the gate needs the bundled model: {models.degraded}")
    encoder = models.encoder if vectors is None else OnDisk(models.encoder, vectors)
    rows = read(data)
    test = [key for key, row in zip(rows.keys, rows.activities, strict=True) if row.start.date() >= TEST]
    model = f"{models.scorer.ref.name} {models.scorer.ref.version} {models.scorer.ref.digest[:12]}"
    overlap = overlaps(test, models.scorer.trained_on)
    say(f"{model}, labels 24 h late, seeds {seeds}, model has seen measured rows: {'YES' if overlap else 'no'}")
    gate = Gate(rows, models, encoder, say)
    calm, breaks = gate.calm(aims), gate.breaks(aims, seeds)
    for aim in aims:
        say(_spread(aim, [row for row in breaks if row["aim"] == (aim or "shipped")]))
    return {"model": model, "overlap": overlap, "calm": calm, "break": breaks}


def _spread(aim: float | None, tried: Sequence[dict[str, Any]]) -> str:
    def span(values: list[float]) -> str:
        return f"{min(values):.4f} to {max(values):.4f}"

    reached = sum(row["goal_reached"] for row in tried)
    return (
        f"break, aim {aim or 'shipped'}, {len(tried)} seeds: shown {span([row['break_shown_share'] for row in tried])}, outside precision"
        f" {span([row['outside']['precision'] or 0.0 for row in tried])}, coverage"
        f" {span([row['outside']['coverage'] for row in tried])}; goal (<= {GOAL_SHOWN}, >= {GOAL_PRECISION},"
        f" >= {GOAL_COVERAGE}) reached {reached} of {len(tried)} times"
    )


def read(data: Path) -> Benchmark:
    """OpenStack's rows, from the folder of the data sets or from their own. Raises NothingRead when they are not there."""
    file = next((path for path in (data / FILE, data / FILE.name) if path.is_file()), None)
    if file is None:
        raise NothingRead(f"{data} holds no {FILE}; give the folder with the benchmark data sets")
    rows, _ = read_benchmark(file, ReadOptions(today=datetime.now(UTC).date()), delay_days=1.0)
    return rows.at_project()


if __name__ == "__main__":
    sys.exit(main())
