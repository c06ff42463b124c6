"""The release gate: a break changes what it says and nothing else, and streams pass the shipped loop night by night."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from hourtrail.domain.activity import Activity, ActivityKind
from hourtrail.domain.confidence import Mode, Outcome
from hourtrail.domain.errors import NothingRead
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.suggestion import Band, Threshold
from hourtrail.flows.backtest.benchmark import _in_order
from hourtrail.policy.bands import BandPolicy
from hourtrail.store import open_store
from hourtrail_models.thresholds import learn_then_test
from hourtrail_training.controlled import numbers, run
from hourtrail_training.release_gate import OnDisk, main, settings_for
from hourtrail_training.stream import Stream, broken, of_outcomes

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 1)
BREAK, MENDED = date(2026, 4, 1), date(2026, 5, 1)


def bound(band, value):
    return Threshold(band=band, value=value, target_precision=0.95, basis="shipped")


SHIPPED = BandPolicy(
    version="s",
    prefill=bound(Band.PREFILL, 0.9),
    suggest=bound(Band.SUGGEST, 0.6),
    ask=bound(Band.ASK, 0.1),
    mode=Mode.SUGGEST,
)


def commits():
    start = datetime(2026, 1, 1, 9, tzinfo=UTC)
    rows = [
        Activity(
            source="git", external_id=f"c{number}", kind=ActivityKind.COMMIT, person=f"p{number % 5}",
            start=start + timedelta(hours=6 * number), label=WorkItem("c", f"project{number % 3 if number % 5 else 0}"),
        )
        for number in range(600)
    ]  # fmt: skip
    return _in_order(rows, 1.0)


def test_a_break_replaces_a_share_of_labels_by_others_of_the_same_person_and_nothing_else():
    rows = commits()
    made, changed = broken(rows, BREAK, MENDED, share=0.15, seed=7)
    again, _ = broken(rows, BREAK, MENDED, share=0.15, seed=7)
    other, _ = broken(rows, BREAK, MENDED, share=0.15, seed=8)
    differ = [row for row in range(len(rows)) if made.items[row] != rows.items[row]]
    inside = [row for row, one in enumerate(rows.activities) if BREAK <= one.start.date() < MENDED]
    assert (made.items, len(differ)) == (again.items, changed)
    assert made.items != other.items
    assert set(differ) <= set(inside)
    # p0 has a single label and keeps it; the others change as drawn.
    assert 0.08 * len(inside) < changed <= round(0.15 * len(inside))
    assert {rows.activities[row].person for row in differ} == {"p1", "p2", "p3", "p4"}


def stream(*, wrong_in_break):
    rng = np.random.default_rng(3)
    rows = []
    for hour in range(24 * 150):
        asked = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        top = float(rng.uniform(0.7, 0.999))
        chance = 0.99 if top > 0.85 else 0.8
        if BREAK <= asked.date() < MENDED:
            chance *= 1 - wrong_in_break
        rows.append(
            Outcome(
                id=f"{hour:05d}", person=f"p{hour % 50}", known_at=asked + timedelta(days=1), asked_at=asked,
                scores=(top, 1 - top), right=bool(rng.random() < chance), shown=False,
            )
        )  # fmt: skip
    return of_outcomes(rows)


def controlled(made: Stream, aim=0.95):
    return run(made, FIRST, LAST, shipped=SHIPPED, selector=learn_then_test, settings=settings_for(aim))


def test_a_calm_stream_is_shown_at_the_precision_aimed_at():
    made = stream(wrong_in_break=0.0)
    found = numbers(controlled(made), made.between(date(2026, 3, 1), LAST))
    assert found.precision >= 0.95
    assert found.coverage >= 0.3
    assert [name for name, *_ in found.quarters] == ["2026-Q1", "2026-Q2"]
    assert found.worst_quarter <= found.precision


def test_a_break_is_noticed_and_hardly_anything_of_it_is_shown():
    made = stream(wrong_in_break=0.2)
    ran = controlled(made)
    inside = made.between(BREAK, MENDED)
    assert numbers(ran, inside).shown <= 80
    assert numbers(ran, made.between(date(2026, 5, 10), LAST)).shown > 50, "it comes back"
    assert "breaker tripped" in [event.kind for event in ran.events]


def test_nothing_is_shown_on_what_became_known_later():
    """Routing of a day depends on nothing that became known after its night."""
    made = stream(wrong_in_break=0.2)
    cut = int(np.searchsorted(made.asked, made.asked[2_000]))
    known_by = [row for row in made.outcome[:cut] if row is not None]
    short = of_outcomes(known_by)
    assert (controlled(short).shown == controlled(made).shown[:cut]).all()


def test_an_empty_log_and_a_folder_without_data_are_told(tmp_path):
    with pytest.raises(NothingRead, match="holds no answer"):
        of_outcomes([])
    answer = CliRunner().invoke(main, [str(tmp_path)])
    assert answer.exit_code == 1
    assert "openstack-switch/activities.jsonl.gz; give the folder" in answer.output
    assert CliRunner().invoke(main, [str(tmp_path), "--seeds", "x"]).exit_code == 2


def test_without_data_a_decision_log_is_replayed_alone_and_neither_is_refused(tmp_path):
    answer = CliRunner().invoke(main, [])
    assert answer.exit_code == 2
    assert "give DATA, --log URL, or both" in answer.output
    empty = CliRunner().invoke(main, ["--log", f"sqlite:///{tmp_path / 'empty.db'}"])
    assert empty.exit_code == 1
    assert "openstack" not in empty.output


class Writing:
    """An encoder during whose work somebody else writes into the file of vectors."""

    fingerprint, dimension = "writing:2", 2

    def __init__(self, file: Path) -> None:
        self.file = file
        self.asked: list[str] = []

    def encode(self, texts):
        self.asked += texts
        store = open_store(f"sqlite:///{self.file}")
        with store.tenant("vectors") as db:
            db.put_vectors("another", {"digest": b"1234"})
        store.close()
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


def test_vectors_are_kept_and_nobody_waits_while_texts_are_encoded(tmp_path):
    encoder = Writing(tmp_path / "vectors.sqlite")
    kept = OnDisk(encoder, encoder.file)
    assert kept.encode(["a", "bb", "a"]).tolist() == [[1, 1], [2, 1], [1, 1]]
    assert kept.encode(["bb", "ccc"]).tolist() == [[2, 1], [3, 1]]
    assert encoder.asked == ["a", "bb", "ccc"]
    assert kept.encode([]).shape == (0, 2)
