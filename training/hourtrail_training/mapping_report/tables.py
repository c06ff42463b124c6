"""What the steps found as Markdown: one table a part, and the goals, reached or not."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from hourtrail.domain.errors import InvalidInput
from hourtrail_training.mapping_report.goals import goals
from hourtrail_training.mapping_report.parts import Line

Found = Mapping[str, Sequence[Line]]
_BASELINES: Final = {
    "last_label": "last label",
    "last_label_of_container": "last label of the container",
    "majority": "majority",
    "knn_own_history": "own neighbours",
    "text_model_frozen": "frozen text model",
}


def rendered(found: Found) -> dict[str, str]:
    """Part -> its table; parts of which nothing was measured are left out."""
    tables = {name: table(found[name]) for name, table in TABLES.items() if found.get(name)}
    if any(line.get("baselines") for line in found.get("bundled", ())):
        tables["baselines"] = _baselines(found["bundled"])
    if found:
        tables["goals"] = _table(
            ("goal", "measured", ""), [(row.words, row.measured, row.verdict) for row in goals(found)]
        )
    return tables


def written(text: str, tables: Mapping[str, str]) -> str:
    """A document with each ``<!-- mapping_report: PART -->`` … ``<!-- end -->`` filled; other parts stay as they are.

    Raises InvalidInput when the document has no place for a part.
    """
    for name, table in tables.items():
        place = re.compile(rf"(<!-- mapping_report: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not place.search(text):
            raise InvalidInput(f"no line <!-- mapping_report: {name} --> with an <!-- end --> behind it stands there")
        text = place.sub(lambda match, table=table: f"{match[1]}{table}{match[2]}", text)  # type: ignore[misc]
    return text


def _bundled(lines: Sequence[Line]) -> str:
    head = (
        "set",
        "rows",
        "refits",
        "top-1",
        "top-3",
        "at switches",
        "MRR",
        "log-loss",
        "ECE",
        "aim .95: shown, right",
        "aim .97",
    )
    return _table(
        head,
        [
            (
                f"{line['set']} from {line['from']}", f"{line['n']:,}",
                "none" if line["refit_days"] is None else f"{line['refit_days']:.0f} days",
                _interval(line), *(_share(line[name]) for name in ("top3", "top1_at_switch", "mrr", "log_loss", "ece")),
                *(_shown(line, aim) for aim in ("0.95", "0.97")),
            )
            for line in lines
        ],
    )  # fmt: skip


def _baselines(lines: Sequence[Line]) -> str:
    rows = []
    for line in lines:
        for name, value in (line.get("baselines") or {}).items():
            if value is not None:
                rows.append((line["set"], _BASELINES[name], _share(value["top1"]), _share(value["top3"])))
    return _table(("set", "copied or frozen", "top-1", "top-3"), rows)


def _zero_shot(lines: Sequence[Line]) -> str:
    head = (
        "measured on",
        "rows",
        "learned from",
        "top-1",
        "top-3",
        "at switches",
        "ECE",
        "aim .95: shown, right",
        "own neighbours",
        "last label",
    )
    return _table(
        head,
        [
            (
                line["set"], f"{line['n']:,}", ", ".join(line["learned_from"]), _interval(line),
                *(_share(line[name]) for name in ("top3", "top1_at_switch", "ece")), _shown(line, "0.95"),
                _share(line["knn_own_history"]), _share(line["last_label"]),
            )
            for line in lines
        ],
    )  # fmt: skip


def _cold_start(lines: Sequence[Line]) -> str:
    steps = list(dict.fromkeys(line["confirmations"] for line in lines))
    rows = []
    for of in dict.fromkeys(line["of"] for line in lines):
        mine = {line["confirmations"]: line for line in lines if line["of"] == of}
        name = next(iter(mine.values()))["set"]
        rows.append(
            (f"{of}, {name}: top-1 (rows)", *(f"{_share(mine[step]['top1'])} ({mine[step]['n']:,})" for step in steps))
        )
        rows.append(("own neighbours there", *(_share(mine[step]["knn_own_history"]) for step in steps)))
    return _table(("confirmations so far", *steps), rows)


def _cost(lines: Sequence[Line]) -> str:
    return _table(
        ("events a batch", "pairs an event", "features", "ranker", "together", "matrix products"),
        [
            (
                f"{line['events']:,}", line["pairs_an_event"],
                *(f"{line[name]} ms" for name in ("features_ms", "ranker_ms", "both_ms")), line["blas"],
            )
            for line in lines
        ],
    )  # fmt: skip


def _gate(lines: Sequence[Line]) -> str:
    head = (
        "aim",
        "controls",
        "precision",
        "coverage",
        "worst quarter",
        "quarters >= .95",
        "people >= .90",
        "worst person",
        "trips",
    )
    rows = []
    for line in lines:
        controls = ["thresholds", *(["gate"] if line["person_gate"] else []), *(["breaker"] if line["breaker"] else [])]
        shares = ("precision", "coverage", "worst_quarter", "quarters_at_95", "people_at_90", "worst_person")
        rows.append((line["aim"], ", ".join(controls), *(_share(line[name]) for name in shares), line["trips"]))
    return _table(head, rows)


def _break(lines: Sequence[Line]) -> str:
    head = (
        "aim",
        "seed",
        "shown in the break",
        "precision there",
        "precision outside",
        "coverage outside",
        "quarters: precision (shown)",
        "goal",
    )
    rows = []
    for line in sorted(lines, key=lambda line: (str(line["aim"]), line["seed"])):
        quarters = " ".join(f"{_share(one['precision'])} ({one['shown']})" for one in line["quarters"])
        shown = f"{line['break_shown']} of {line['break_events']:,} ({line['break_shown_share']:.1%})"
        outside = (_share(line["outside"]["precision"]), _share(line["outside"]["coverage"]))
        reached = "reached" if line["goal_reached"] else "**missed**"
        rows.append((line["aim"], line["seed"], shown, _share(line["break_precision"]), *outside, quarters, reached))
    return _table(head, rows)


def _steps(lines: Sequence[Line]) -> str:
    return _table(
        ("step", "seconds", "of a processor", "peak, MB"),
        [(line["step"], f"{line['seconds']:,.0f}", f"{line['processor_seconds']:,.0f}", f"{line['peak_mb']:,}") for line in lines],
    )  # fmt: skip


TABLES: Final[Mapping[str, Callable[[Sequence[Line]], str]]] = {
    "bundled": _bundled,
    "zero-shot": _zero_shot,
    "cold-start": _cold_start,
    "cost": _cost,
    "gate": _gate,
    "break": _break,
    "steps": _steps,
}


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


def _share(value: float | None) -> str:
    """Three places, no leading zero; a dash for what nothing was measured of."""
    return "-" if value is None else f"{value:.3f}".removeprefix("0")


def _interval(line: Line) -> str:
    low, high = line["interval"] or (None, None)
    return f"**{_share(line['top1'])}** ({_share(low)} to {_share(high)})"


def _shown(line: Line, aim: str) -> str:
    share, precision = line[f"shown_at_{aim}"]
    return f"{_share(share)}, {_share(precision)}"
