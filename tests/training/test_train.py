"""``hourtrail train`` from a labelled file to an artefact and an mlflow run, and what it says when that cannot be."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import mlflow
import numpy as np
import pytest
from click.testing import CliRunner
from tests.training.labelled_firm import write

from hourtrail.cli import OK, REFUSED
from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.errors import Conflict, HourtrailError, InvalidInput, NothingRead
from hourtrail.domain.suggestion import Band
from hourtrail.features import SPEC
from hourtrail.flows.backtest.benchmark import overlaps, read_benchmark
from hourtrail.flows.backtest.world import World
from hourtrail_models import artefact, fitting
from hourtrail_models.encoder import bundled_encoder
from hourtrail_models.ranker import from_artefact
from hourtrail_training.answers import Answers, thresholds
from hourtrail_training.command import train as command
from hourtrail_training.ranker import TrainOptions, train

# mlflow 3.17 calls a loader that SQLAlchemy 2.1 deprecates; nothing of ours can change that.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:sqlalchemy.exc.SADeprecationWarning")

STRETCHES = ("--fit-from", "2016-01-01", "--calibrate-from", "2017-10-01", "--until", "2018-10-01")


@pytest.fixture(scope="module", autouse=True)
def small_and_alone() -> Iterator[None]:
    """Few trees on one thread; nothing of mlflow's settings stays behind in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "ROUNDS", 60)
        patch.setitem(fitting.PARAMETERS, "num_threads", 1)
        for name in ("MLFLOW_TRACKING_URI", "MLFLOW_DISABLE_TELEMETRY", "MLFLOW_HTTP_REQUEST_TIMEOUT"):
            patch.setenv(name, "")
            patch.delenv(name)
        patch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        yield


@dataclass(frozen=True)
class Made:
    folder: Path
    file: Path
    code: int
    answer: dict
    progress: str

    @property
    def model(self) -> Path:
        return self.folder / "model"

    @property
    def tracking(self) -> str:
        return f"sqlite:///{self.folder / 'mlflow.db'}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("acme")
    file = write(folder / "activities.jsonl")
    with file.open("a") as out:
        out.write("this is no row\n")
    with chdir(folder):
        done = CliRunner().invoke(
            command, [str(file), *STRETCHES, "--json"], standalone_mode=False, catch_exceptions=False
        )
    return Made(folder, file, done.return_value, json.loads(done.stdout), done.stderr)


@pytest.fixture(autouse=True)
def tracked_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """mlflow remembers the last server in the environment of the process."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def test_it_answers_one_document_and_counts_what_it_refused(made: Made) -> None:
    assert made.code == REFUSED
    assert "1 record refused" in made.progress
    assert made.answer["digest"] == artefact.load(made.model).digest
    assert made.answer["metrics"]["calibration_top1"] > 0.7
    assert made.answer["metrics"]["calibration_ece"] < 0.1


def test_the_artefact_states_what_it_learned_from(made: Made) -> None:
    loaded = artefact.load(made.model)
    loaded.require(spec=SPEC, encoder=bundled_encoder().fingerprint)
    (data,) = loaded.manifest.training_data
    assert data.digest == hashlib.sha256(made.file.read_bytes()).hexdigest()
    assert data.name == made.folder.name
    assert date(2018, 9, 20) < data.ends < date(2018, 10, 1)
    assert loaded.manifest.metrics == made.answer["metrics"]


def test_it_knows_the_rows_that_it_learned_from_and_no_others(made: Made) -> None:
    seen = from_artefact(artefact.load(made.model)).trained_on
    rows, _ = read_benchmark(made.file, ReadOptions(today=date(2026, 1, 1)), delay_days=1)
    starts = [row.start.date() for row in rows.activities]
    inside = [key for key, day in zip(rows.keys, starts, strict=True) if day < date(2018, 10, 1)]
    behind = [key for key, day in zip(rows.keys, starts, strict=True) if day >= date(2018, 10, 1)]
    assert overlaps(inside[:50], seen)
    assert overlaps([*behind, inside[-1]], seen)
    assert not overlaps(behind, seen)


def test_it_ranks_the_rows_behind_the_training_better_than_chance(made: Made) -> None:
    """Five projects; one title in twenty-five may say the wrong one."""
    scorer = from_artefact(artefact.load(made.model))
    rows, _ = read_benchmark(made.file, ReadOptions(today=date(2026, 1, 1)), delay_days=1)
    world = World.of(rows.at_project(), bundled_encoder(), (), zone="")
    first = len(rows) - 100
    matrix, pairs = world.features(first, len(rows))
    probability = scorer.probabilities(matrix, pairs.query)
    order = np.lexsort((-probability, pairs.query))
    best = order[np.searchsorted(pairs.query, np.arange(100))]
    assert (pairs.item[best] == world.label[first:]).mean() > 0.75


def test_bands_descend_and_say_what_they_rest_on(made: Made) -> None:
    thresholds = from_artefact(artefact.load(made.model)).thresholds
    assert thresholds[-1].band is Band.ASK
    values = [row.value for row in thresholds]
    assert values == sorted(values, reverse=True)
    assert Band.SUGGEST in {row.band for row in thresholds}
    labels = int(made.answer["metrics"]["calibration_rows"])
    for row in thresholds:
        assert (
            f"{labels:,} labels of {made.folder.name}, 2017-10-01 to 2018-10-01; not yet proven for your firm"
            in row.basis
        )


def test_thresholds_rest_on_eligible_rows_whose_label_was_known_in_time(made: Made) -> None:
    rows, _ = read_benchmark(made.file, ReadOptions(today=date(2026, 1, 1)), delay_days=1)
    begin, end = (datetime(year, 10, 1, tzinfo=UTC) for year in (2017, 2018))
    counted = [
        eligible and row.start >= begin and known <= end
        for row, known, eligible in zip(rows.activities, rows.known_at, rows.eligible, strict=True)
    ]
    late = [row.start < end < known for row, known in zip(rows.activities, rows.known_at, strict=True)]
    assert any(late)
    assert made.answer["metrics"]["calibration_rows"] == sum(counted)


def test_the_run_can_be_read_from_its_database(made: Made) -> None:
    client = mlflow.MlflowClient(tracking_uri=made.tracking)
    run = client.get_run(made.answer["run"])
    assert run.data.params["objective"] == "lambdarank"
    assert run.data.params["calibrate_from"] == "2017-10-01"
    assert run.data.params["delay_days"] == "1.0"
    assert run.data.metrics["calibration_top1"] == pytest.approx(made.answer["metrics"]["calibration_top1"])
    assert run.data.metrics["temperature"] == pytest.approx(made.answer["temperature"])
    assert run.data.tags["data.sha256"] == hashlib.sha256(made.file.read_bytes()).hexdigest()
    assert run.data.tags["artefact.sha256"] == made.answer["digest"]
    assert run.data.tags["encoder"] == bundled_encoder().fingerprint


def test_the_run_holds_the_artefact_as_data_and_no_pickle(made: Made) -> None:
    client = mlflow.MlflowClient(tracking_uri=made.tracking)
    logged = {Path(row.path).name for row in client.list_artifacts(made.answer["run"], "ranker")}
    assert logged == {"manifest.json", "ranker.txt", "calibration.json", "trained_on.json"}
    for path in made.model.iterdir():
        text = path.read_bytes()
        text.decode("utf-8")
        assert not text.startswith(b"\x80")


def test_the_same_file_gives_the_same_trees_and_the_written_one_scores_like_the_fitted_one(made: Made) -> None:
    options = TrainOptions(fit_from=date(2016, 1, 1), calibrate_from=date(2017, 10, 1), until=date(2018, 10, 1))
    again = train(made.file, options, bundled_encoder(), today=datetime.now(UTC).date(), say=lambda _text: None)
    loaded = from_artefact(artefact.load(made.model))
    assert again.scorer.booster.model_to_string() == artefact.load(made.model).content("ranker.txt").decode()
    assert (again.scorer.temperature, again.scorer.thresholds) == (loaded.temperature, loaded.thresholds)
    matrix = np.random.default_rng(1).random((60, len(SPEC.names)))
    group = np.repeat(np.arange(10), 6)
    assert np.array_equal(again.scorer.probabilities(matrix, group), loaded.probabilities(matrix, group))


def test_a_second_run_into_the_same_folder_is_refused_before_anything_is_read(made: Made) -> None:
    before = artefact.load(made.model)
    with chdir(made.folder), pytest.raises(Conflict, match="already holds something"):
        _invoke([str(made.file), *STRETCHES])
    assert artefact.load(made.model) == before


def test_a_tracking_server_that_is_down_leaves_the_model_whole(tmp_path: Path) -> None:
    file = write(tmp_path / "activities.jsonl", rows=300)
    out = tmp_path / "model"
    with pytest.raises(
        HourtrailError, match=r"the model is whole in .*model, but mlflow at http://127\.0\.0\.1:9 did not"
    ):
        _invoke([str(file), *_short(), "--out", str(out), "--tracking", "http://127.0.0.1:9"])
    assert from_artefact(artefact.load(out)).ref.name == "ranker"


def test_a_run_can_be_read_by_people(tmp_path: Path) -> None:
    file = write(tmp_path / "activities.jsonl", rows=300)
    with chdir(tmp_path):
        done = CliRunner().invoke(command, [str(file), *_short()], standalone_mode=False, catch_exceptions=False)
    assert done.return_value == OK
    assert "calibration_top1" in done.stdout
    assert "ask from" in done.stdout
    assert "reading" in done.stderr


def _stream(right: np.ndarray, *, top: float, rest: float, place: int = 0) -> Answers:
    """70 answers just under ``top``, the others just under ``rest``; where the best is wrong, the right one has 0.2."""
    confidence = np.where(np.arange(len(right)) < 70, top, rest) - np.linspace(0, 1e-3, len(right))
    none_top = np.zeros(len(right), dtype=np.bool_)
    truth, places = np.where(right, confidence, 0.2), np.where(right, 0, place)
    return Answers(confidence, right, none_top, truth, places)


def test_suggest_never_asks_more_than_prefill() -> None:
    """Four errors among the surest stop the test at 90 % before it begins; the test at 97 % starts lower and passes."""
    right = np.ones(500, dtype=np.bool_)
    right[[10, 30, 50, 60, 65]] = False
    by_band = {row.band: row.value for row in thresholds(_stream(right, top=0.995, rest=0.9), "500 labels")}
    assert by_band[Band.PREFILL] == by_band[Band.SUGGEST]
    assert by_band[Band.ASK] <= by_band[Band.SUGGEST]


def test_a_precision_that_nothing_keeps_leaves_its_band_out() -> None:
    right = np.arange(500) % 2 == 0
    assert [row.band for row in thresholds(_stream(right, top=0.9, rest=0.6), "500 labels")] == [Band.ASK]


def test_rows_where_none_of_these_leads_earn_no_threshold() -> None:
    stream = _stream(np.ones(500, dtype=np.bool_), top=0.9, rest=0.6)
    assert Band.PREFILL in {row.band for row in thresholds(stream, "500 labels")}
    stream.none_top[:] = np.arange(500) >= 20
    assert [row.band for row in thresholds(stream, "500 labels")] == [Band.ASK]


def test_prefill_is_earned_on_the_proving_labels_alone() -> None:
    """What people accept cannot prove itself: without labels that no suggestion led to, prefill is off."""
    accepted = _stream(np.ones(500, dtype=np.bool_), top=0.995, rest=0.9)
    nothing = accepted.only(np.zeros(500, dtype=np.bool_))
    bands = [row.band for row in thresholds(accepted, "500 labels", proving=(nothing, "0 labels"))]
    assert bands == [Band.SUGGEST, Band.ASK]
    (prefill, *_) = thresholds(
        accepted, "500 labels", proving=(accepted.only(np.arange(500) < 300), "300 blind labels")
    )
    assert prefill.band is Band.PREFILL
    assert "on 300 blind labels" in prefill.basis


def test_ask_states_the_share_that_three_answers_hold() -> None:
    right = np.arange(500) % 2 == 0
    (second,) = thresholds(_stream(right, top=0.9, rest=0.6, place=1), "500 labels")
    (fourth,) = thresholds(_stream(right, top=0.9, rest=0.6, place=3), "500 labels")
    assert "at most 3 answers of at least 20.0% hold the right one for 100% of" in second.basis
    assert "hold the right one for 50% of" in fourth.basis


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--fit-from", "2018-01-01", "--calibrate-from", "2017-01-01"), "must follow each other"),
        (("--delay", "-1"), "--delay is 0 to 365 days"),
        (("--delay", "nan"), "--delay is 0 to 365 days"),
        (("--fit-from", "2001-01-01", "--calibrate-from", "2002-01-01", "--until", "2003-01-01"), "2016-01-04 to 20"),
        (("--fit-from", "2016-01-01", "--calibrate-from", "2016-01-10", "--until", "2016-02-01"), "too few"),
        (
            ("--fit-from", "2016-01-01", "--calibrate-from", "2017-06-01", "--until", "2017-06-08", "--delay", "30"),
            "no meas",
        ),
    ],
)
def test_stretches_that_cannot_teach_are_refused_in_words(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    file = write(tmp_path / "activities.jsonl", rows=300)
    with pytest.raises(InvalidInput, match=words):
        _invoke([str(file), *options, "--out", str(tmp_path / "model")])
    assert not (tmp_path / "model").exists()


def test_a_file_without_labels_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "activities.jsonl"
    file.write_text("")
    with pytest.raises(NothingRead):
        _invoke([str(file), "--out", str(tmp_path / "model")])


def _short() -> tuple[str, ...]:
    return ("--fit-from", "2016-01-01", "--calibrate-from", "2017-06-01", "--until", "2018-12-01")


def _invoke(arguments: list[str]) -> object:
    return CliRunner().invoke(command, arguments, standalone_mode=False, catch_exceptions=False).return_value
