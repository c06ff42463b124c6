"""What an answer of the API costs, beside the same framework returning a stored document, and beside a bare model."""

import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.benchmarks.office import Client, Seat, Server, accepted, day_of, furnish, running, serving, worked
from tests.benchmarks.year_in_store import LAST_DAY, TENANT, Year
from tests.databases import KINDS, database, postgresql_server

from hourtrail.capture import capture
from hourtrail.domain.access import Permission
from hourtrail.domain.accounts import SecretKind
from hourtrail.domain.activity import Activity, Rejected
from hourtrail.domain.block import Candidate
from hourtrail.domain.firm import NOT_WORK, Task
from hourtrail.domain.master import MasterData
from hourtrail.flows.identity.programs import NewSecret, create_secret
from hourtrail.flows.scoring import Scoring
from hourtrail.flows.vectors import VectorMemory
from hourtrail.policy.bands import policy_from
from hourtrail.store import open_store
from hourtrail.wiring import Models
from hourtrail_models.artefact import load_bundled
from hourtrail_models.encoder import OnnxEncoder
from hourtrail_models.shipped import bundled_scorer
from hourtrail_serving.records import read_rows

PEOPLE, SIGNED_IN, TURNS = 60, 20, 200
READ_BOUND, WRITE_BOUND, SCORE_BOUND = 3.0, 8.0, 1.5
"""The issue's bounds on the ratios of the medians."""

MOST_MB, MOST_SECONDS = 400, 3.0
ACTIVITIES, ITEMS, ROUNDS, SCORES = 20, 60, 5, 12


@dataclass(frozen=True)
class Offices:
    """The product and the yardstick, each with a connection."""

    ours: Client
    bare: Client
    server: Server
    seats: list[Seat]
    key: str


@pytest.fixture(scope="module", params=KINDS)
def offices(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("api")
        address = stack.enter_context(postgresql_server(folder)) if request.param == "postgresql" else ""
        url = stack.enter_context(database(request.param, folder, address))
        with open_store(url) as store:
            seats = furnish(store, PEOPLE, SIGNED_IN)
            scopes = (Permission.SUGGESTIONS_SCORE,)
            new = NewSecret(program="psa", kind=SecretKind.API_KEY, scopes=scopes, life=timedelta(days=1))
            key = create_secret(store, TENANT, new, "cli:bench").secret
        server = stack.enter_context(serving(url))
        yardstick = stack.enter_context(running(sys.executable, str(Path(__file__).with_name("bare_app.py"))))
        ours, bare = stack.enter_context(Client(server.port)), stack.enter_context(Client(yardstick.port))
        yield Offices(ours, bare, server, seats, key)


def _say(words: str) -> None:
    print(f"\n{words}")  # noqa: T201 - the benchmark's answer


def _beside(work: Callable[[int], float], yardstick: Callable[[int], float], turns: int) -> tuple[float, float, float]:
    """Medians in milliseconds and their ratio; both in every turn, in changing order, so that a busy machine slows both."""
    pairs = []
    for turn in range(turns):
        if turn % 2:
            against, spent = yardstick(turn), work(turn)
        else:
            spent, against = work(turn), yardstick(turn)
        pairs.append((spent, against))
    ours, theirs = (median(column) for column in zip(*pairs[turns // 10 :], strict=True))
    return ours, theirs, ours / theirs


def _stored(offices: Offices, name: str, size: int) -> None:
    """A document of that many bytes, nested as ours are."""
    row = {"id": "x" * 20, "evidence": [{"activity": "git:1", "minutes": 13, "weight": 0.3}] * 3, "confidence": 0.9}
    document = {"rows": [row] * (size // len(json.dumps(row, separators=(",", ":"))))}
    assert offices.bare.call("PUT", f"/stored/{name}", json.dumps(document).encode())[0] == 200


@pytest.mark.parametrize(
    "path", ["/v1/suggestions?from={day}&to={day}&person={person}", "/day?person={person}&date={day}"]
)
def test_reading_a_day_beside_a_stored_document(offices: Offices, path: str) -> None:
    def read(turn: int) -> tuple[float, bytes]:
        seat = offices.seats[turn % len(offices.seats)]
        return offices.ours.took("GET", path.format(day=LAST_DAY, person=seat.person), None, seat.headers)

    size = len(read(0)[1])
    _stored(offices, "day", size)
    ours, theirs, ratio = _beside(
        lambda turn: read(turn)[0], lambda _: offices.bare.took("GET", "/stored/day")[0], TURNS
    )
    _say(f"GET {path.partition('?')[0]}, {size:,} bytes: {ours:.2f} ms, stored {theirs:.2f} ms, {ratio:.2f} x")
    assert ratio <= READ_BOUND


def test_a_decision_beside_a_stored_document(offices: Offices) -> None:
    year = Year(PEOPLE)
    waiting = [
        (seat, row.id) for person, seat in enumerate(offices.seats) for row in day_of(year, person)
    ]  # fmt: skip
    keys = itertools.count()

    def decide(turn: int) -> tuple[float, bytes]:
        seat, suggestion = waiting[turn]
        headers = seat.headers | {"Idempotency-Key": f"bench-{next(keys)}"}
        return offices.ours.took("POST", "/v1/decisions", accepted(suggestion), headers)

    size = len(decide(len(waiting) - 1)[1])
    _stored(offices, "decision", size)
    body = accepted("sug")
    ours, theirs, ratio = _beside(
        lambda turn: decide(turn)[0], lambda _: offices.bare.took("POST", "/stored/decision", body)[0], TURNS
    )
    _say(f"POST /v1/decisions, {size:,} bytes: {ours:.2f} ms, stored {theirs:.2f} ms, {ratio:.2f} x")
    assert ratio <= WRITE_BOUND


def _question(turn: int) -> dict[str, list[dict[str, str]]]:
    """Meetings that nobody has scored before, among the work items of every turn."""
    tasks = [
        {"client": f"client{n % 12}", "project": f"project{n}", "name": f"Work package {n}"} for n in range(ITEMS)
    ]  # fmt: skip
    activities = []
    for number in range(ACTIVITIES):
        start = f"{LAST_DAY - timedelta(days=number // 10)}T{8 + number % 10:02}"
        activities.append({
            "source": "icalendar", "external_id": f"e{number}", "kind": "meeting", "person": "ada",
            "title": f"Review of change {ACTIVITIES * turn + number} to the storage layer with the network team",
            "start": f"{start}:00:00Z", "end": f"{start}:45:00Z", "response": "accepted",
        })  # fmt: skip
    return {"activities": activities, "tasks": tasks}


def _pairs(question: dict[str, list[dict[str, str]]], models: Models) -> NDArray[np.float64]:
    """The matrix that a booster is asked about: what the product makes of the question."""
    refused: list[Rejected] = []
    master = MasterData(tasks=tuple(row for _, row in read_rows("tasks", question["tasks"], Task, refused)))
    activities = [row for _, row in read_rows("activities", question["activities"], Activity, refused)]
    blocks = capture(master.person("ada"), activities).blocks
    candidates = [Candidate(block=row, items=(*master.bookable(row.person, row.date), NOT_WORK)) for row in blocks]
    cache = VectorMemory()
    as_of = max(row.span.end for row in blocks)
    found = Scoring.of(master, [], models, cache=cache).pairs(candidates, as_of=as_of, cache=cache).matrix
    assert len(found) == ACTIVITIES * (ITEMS + 1)
    assert not refused
    return found


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of one turn: on the clock, and of processor time."""

    elapsed: float
    processor: float


def test_scoring_beside_the_bare_encoder_and_booster(offices: Offices) -> None:
    """Both in every turn, in changing order, on the same texts, that neither has seen, with one thread for each model.

    Whatever else the machine does slows both. Of several rounds the middle one counts. The booster is LightGBM's own: the
    product's way of asking many rows is part of what is measured.
    """
    encoder, scorer = OnnxEncoder(load_bundled("encoder")), bundled_scorer()
    booster = lightgbm.Booster(model_str=scorer.booster.model_to_string())
    models = Models(encoder=encoder, scorer=scorer, policy=policy_from(scorer.thresholds, source="bench"))
    matrix = _pairs(_question(0), models)
    headers = {"Authorization": f"Bearer {offices.key}"}

    def score(turn: int) -> Cost:
        body = json.dumps(_question(turn)).encode()
        so_far = worked(offices.server.pid)
        elapsed, answer = offices.ours.took("POST", "/v1/suggestions:score", body, headers)
        processor = 1_000 * (worked(offices.server.pid) - so_far)
        assert len(json.loads(answer)["suggestions"]) == ACTIVITIES, answer[:1_000]
        return Cost(elapsed, processor)

    def bare(turn: int) -> Cost:
        titles = [row["title"] for row in _question(turn)["activities"]]
        began, so_far = time.perf_counter(), time.process_time()
        encoder.encode(titles)
        booster.predict(matrix, raw_score=True, num_threads=1)
        return Cost(1_000 * (time.perf_counter() - began), 1_000 * (time.process_time() - so_far))

    turns = itertools.count(1)
    for turn in itertools.islice(turns, 3):
        # The work items are encoded once, and a server's first answer is no measure of its next.
        score(turn), bare(turn)
    rounds = [_round(score, bare, list(itertools.islice(turns, SCORES))) for _ in range(ROUNDS)]
    _say(
        f"POST /v1/suggestions:score, {ACTIVITIES} x {ITEMS}, load {os.getloadavg()[0]:.1f}:"
        + "".join(
            f"\n  {ours.elapsed:.1f} ms, encoder + booster {theirs.elapsed:.1f} ms, {ours.elapsed / theirs.elapsed:.2f} x;"
            f" of processor time {ours.processor:.1f} and {theirs.processor:.1f}, {ours.processor / theirs.processor:.2f} x"
            for ours, theirs in rounds
        )
    )
    assert median(ours.processor / theirs.processor for ours, theirs in rounds) <= SCORE_BOUND
    assert median(ours.elapsed / theirs.elapsed for ours, theirs in rounds) <= SCORE_BOUND


def _round(score: Callable[[int], Cost], bare: Callable[[int], Cost], turns: list[int]) -> tuple[Cost, Cost]:
    """The medians of some turns, of the product and of the bare models."""
    ours: list[Cost] = []
    theirs: list[Cost] = []
    for turn in turns:
        for one, costs in ((score, ours), (bare, theirs))[:: 1 if turn % 2 else -1]:
            costs.append(one(turn))
    spent, against = (
        Cost(median(row.elapsed for row in costs), median(row.processor for row in costs)) for costs in (ours, theirs)
    )
    return spent, against


def test_the_process_is_small_and_starts_at_once(offices: Offices) -> None:
    """Asked last, so that it has read, written and scored."""
    megabytes, seconds = offices.server.peak_mb(), offices.server.seconds
    _say(
        f"the API process: {megabytes:.0f} MB at most, first answer {seconds:.2f} s after its start,"
        f" {offices.server.processor:.2f} s of them on a processor"
    )
    assert megabytes <= MOST_MB
    assert seconds <= MOST_SECONDS
