"""What no manifest can say of the models of minutes: worth, measures with their command and data, intended use, failures."""

from dataclasses import dataclass
from typing import Final

_DECISION: Final = "[decision 0007](../../decisions/0007-a-model-says-which-minutes-were-worked.md)"
_SIMULATED: Final = (
    "**It learned from simulated people alone**, so that no number here says how well it does in the field; a firm's own "
    "`hourtrail backtest capture` does."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What no manifest can say. ``worth`` leads with minutes saved, hours recovered and the cost of false flags (MLL-05).

    ``measured`` are lines with what was measured, on which data, by which command, where the manifest holds no measures.
    """

    title: str
    worth: tuple[str, ...]
    use: tuple[str, ...]
    failures: tuple[str, ...]
    measured: tuple[str, ...] = ()


PRESENCE: Final = Words(
    title="Which minutes around traces were worked",
    worth=(
        "Minutes saved: not measured on real people; every block is confirmed or corrected by a person.",
        ("Hours recovered: on eight held-out **simulated** firms with all sources it finds .87 to .94 of the worked minutes, and total "
        "hours come to .99 to 1.03 of the true ones."),
        ("Cost of wrong answers: on the same firms 7 to 11 % of the suggested minutes were not worked; each stands on a suggestion "
        "that somebody has to strike out or shorten."),
    ),
    measured=(
        ("Minute F1 .887 to .927 against .793 to .845 for a fixed gap of an hour; daily error .53 to .83 h against 1.34 to 1.67; "
        "simulated firms 1001 to 1008 of the held-out build, all sources (`python -m hourtrail_training.capture_report CACHE`)."),
        ("Without windows and tickets F1 is .083 to .128 above the fixed gap, without windows, mail and chat .143 to .256, with total "
        "hours .87 to 1.01 (the same command)."),
        f"Commits alone, other timesheets, odd hours, and what was measured and left out: {_DECISION}.",
    ),
    use=(
        "Proposes minutes of work beside the traces of one person, to that person. It must not be used to judge attendance or effort.",
        "No feature names a person or a project; what is personal comes as shares of that person's own confirmed time.",
        "Nobody else's time is read, and nothing beyond the instant of the question is proposed.",
    ),
    failures=(
        _SIMULATED,
        ("Days without any trace stay unfound. Without windows, mail and chat they and what lies five hours from a trace hold 1 to 11 % "
        "of the hours, most of what is missing there."),
        "Two of eight held-out firms were .075 and .076 above the fixed gap with all sources, short of the goal of .08.",
        "What is never suggested and never added by hand is learned as rest; a week in which nobody reported teaches nothing.",
    ),
)  # fmt: skip

MINUTES: Final = Words(
    title="How many minutes of a block are booked, as an interval",
    worth=(
        "Minutes saved: not measured on real people. The interval is shown beside the suggested minutes and fills in nothing.",
        "Hours recovered: none of its own.",
        "Cost of wrong answers: two in ten bookings lie outside the interval, as it says.",
    ),
    measured=(
        ("The interval of 80 % holds .75 to .84 by firm as shipped, and .79 to .81 on all eight firms when each person's own bookings "
        "widen or narrow it (simulated firms 1001 to 1008 of the held-out build, rounding injected; `python -m "
        "hourtrail_training.minutes_report FIT... -- MEASURE...`)."),
        ("Its median is off by 11.2 minutes (median) and 22.7 (mean); the suggested minutes as they are by 15.0 and 27.9 (firms 1001 to "
        "1003; `python -m hourtrail_training.minutes`)."),
        "Sums of its medians say nothing of a week: what a week comes to is told by the person's own factor instead.",
    ),
    use=(
        "Tells one person within which minutes they usually book such work. It is never booked by itself, and judges nobody.",
        "No feature names a person or a project; habits of rounding come from that person's own entries.",
    ),
    failures=(
        _SIMULATED,
        "Rounding was injected in five ways; somebody who rounds otherwise is told apart only by their own bookings, ten at least.",
        "It is told of work that is booked; of a suggestion that stands for no work at all it says nothing.",
    ),
)  # fmt: skip

BILLABLE: Final = f"""# Model card: billed or not

Whether work is billed where its task says that it depends. There is no weight in the installation: the flag starts from the last
confirmed value on the work item, and the three confirmed entries that are most like the work vote with three times the square of
their likeness. Without such entries it is the last value. A rule of the contract comes before both.

## What it is worth

- Minutes saved: not measured on real people; a flag that is right needs no correction.
- Hours recovered: none of its own.
- Cost of wrong answers: two flags in five on such tasks are wrong (below); a person confirms each, and billing checks them again.

## Data

- None of its own. The likeness of texts comes from the [encoder](encoder.md); weight and power were chosen on **simulated** public firms.

## Measured

- On eight held-out simulated firms, 310 entries on tasks that say `depends`: right .597 against .568 for the last value, Brier score
  .283 against .325 (`python -m hourtrail_training.billable FOLDER...`).
- On the public firms on which it was chosen: right .75 against .65, Brier score .190 against .267. More in {_DECISION}.

## Where it fails

- A work item without a confirmed entry has no answer of its own: the flag is left to the contract and the person.
- Texts that say little are like everything: then it is hardly better than the last value.
- No real firm's tasks of this kind were available to measure.

## Use

- A first value for one person's entry, shown with its probability; it must not be used to judge people.
"""
