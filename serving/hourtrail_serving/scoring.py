"""The stateless face of suggesting: activities in, suggestions with ranked candidates out, nothing stored."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from hourtrail.capture import PrivacyGate, capture
from hourtrail.domain.access import Permission, Principal, PrincipalKind, Reach
from hourtrail.domain.activity import Activity, Rejected
from hourtrail.domain.block import Candidate, Withheld
from hourtrail.domain.confidence import Mode
from hourtrail.domain.errors import InvalidInput, NothingRead
from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail.domain.instants import format_instant
from hourtrail.domain.master import MasterData
from hourtrail.domain.memory import Confirmation
from hourtrail.domain.score import Score
from hourtrail.domain.wire import item_to_json, model_to_json, rejected_to_json, suggestion_to_json, withheld_to_json
from hourtrail.flows.confidence import with_controls
from hourtrail.flows.kept_back import OpenQuestions
from hourtrail.flows.privacy_gate import gate_of
from hourtrail.flows.scoring import Scoring
from hourtrail.policy.audit import KEPT_BACK
from hourtrail.policy.propose import propose
from hourtrail.policy.reasons import speaks_for
from hourtrail_serving.fields import FIRST_DAY, LAST_DAY, Instant, Strict
from hourtrail_serving.records import read_rows
from hourtrail_serving.served import Served

MOST_ACTIVITIES: Final = 2_000
MOST_TASKS: Final = 5_000
MOST_ROWS: Final = 10_000
"""Assignments, people and contracts in one body."""

MOST_PAIRS: Final = 100_000
"""(work block, work item) pairs in one call."""

PAIRS_AT_ONCE: Final = 50_000
"""Pairs in one feature matrix; about 30 MB."""

RANKED: Final = 10
"""Candidates told for each block."""

MOST_EXPLAINED: Final = 200
"""Activities in one call whose candidates are all explained: each takes longer than scoring sixty."""

Row = dict[str, Any]
Rows = Annotated[tuple[Row, ...], Field(max_length=MOST_ROWS)]


class ScoreRequest(Strict):
    """Activities of the activity contract and, if they shall replace the store's, rows of the master data contracts."""

    activities: Annotated[
        tuple[Row, ...], Field(min_length=1, max_length=MOST_ACTIVITIES, description="rows of activities.schema.json")
    ]
    tasks: Annotated[tuple[Row, ...], Field(max_length=MOST_TASKS, description="rows of tasks.schema.json")] = ()
    assignments: Annotated[Rows, Field(description="rows of assignments.schema.json")] = ()
    people: Annotated[Rows, Field(description="rows of people.schema.json")] = ()
    contracts: Annotated[Rows, Field(description="rows of contracts.schema.json")] = ()
    as_of: Annotated[
        Instant | None, Field(description="what was known by then counts; default: the end of the latest activity")
    ] = None
    explain: Annotated[
        Literal["first", "all"],
        Field(
            description="`first` gives reasons for the answer of each block; `all` for each of its candidates too, with the"
            f" entries that it leans on, for at most {MOST_EXPLAINED} activities at once"
        ),
    ] = "first"

    @property
    def brings_master(self) -> bool:
        """Whether the body stands on its own."""
        return bool(self.tasks or self.assignments or self.people or self.contracts)


def score(served: Served, body: ScoreRequest, who: Principal) -> Row:
    """The answer of ``POST /v1/suggestions:score``. Raises InvalidInput when there is too much to score at once,
    NothingRead when no row of it can be read.

    The tenant's thresholds, mode, gates and circuit breaker route it, whoever's master data comes along. What the blind audit
    asks about is not scored until its person has answered, whoever sends it; and while the tenant is in shadow, the ranking is
    told to people alone who score everybody's.
    """
    if body.explain == "all" and len(body.activities) > MOST_EXPLAINED:
        raise InvalidInput(
            f"explain: all candidates of at most {MOST_EXPLAINED} activities are explained at once; send fewer"
        )
    refused: list[Rejected] = []
    with served.store.tenant(served.tenant, read_only=True) as db:
        activities = _activities(gate_of(db), body, refused)
        if len(refused) == len(body.activities):
            first = refused[0]
            raise NothingRead(
                f"none of the {len(refused)} activities could be read; the first: {first.field or ''} {first.reason}"
            )
        as_of = body.as_of or max((row.end or row.start for row in activities), default=None)
        models = with_controls(db, served.models)
        questions = OpenQuestions.of(db, {who.person, *(row.person for row in activities)} - {""})
    brought = served.brought.read(body) if body.brings_master else None
    master, confirmations = _own(served, as_of) if brought is None else (brought.master, [])
    refused += () if brought is None else brought.refused
    # Before anything is encoded, so that too much is refused at once.
    candidates, withheld = _candidates(activities, master, _items_of(confirmations))
    withheld += [_unanswered(row) for row in candidates if questions.ask_about(row.block, who.person)]
    candidates = [row for row in candidates if not questions.ask_about(row.block, who.person)]
    hidden = models.policy.mode is Mode.SHADOW and not _scores_everybody(who)
    if brought is None:
        scoring = Scoring.of(master, confirmations, models, cache=served.vectors)
    else:
        scoring = Scoring.of_the_unknown(brought.catalogue(models.encoder, served.vectors), models)
    suggestions: list[Row] = []
    each = RANKED if body.explain == "all" and not hidden else 0
    for candidate, scores in _scored(scoring, candidates, as_of, served, each):
        suggestion, abstained = propose(
            candidate, scores, master=master, policy=scoring.policy, model=scoring.model, logged=False
        )
        told = [] if hidden else _ranked(scores, explained=body.explain == "all")
        suggestions.append({**suggestion_to_json(suggestion), "candidates": told})
        if abstained is not None:
            withheld.append(abstained)
    return {
        "suggestions": suggestions,
        "withheld": [withheld_to_json(row) for row in withheld],
        "refused": [rejected_to_json(row) for row in refused],
        "model": model_to_json(scoring.model),
        "policy": {"version": scoring.policy.version},
        "as_of": format_instant(as_of) if as_of else None,
        "degraded": served.models.degraded or None,
    }


def _scores_everybody(who: Principal) -> bool:
    return who.kind is PrincipalKind.PERSON and who.reach(Permission.SUGGESTIONS_SCORE) is Reach.ALL


def _unanswered(row: Candidate) -> Withheld:
    block = row.block
    return Withheld(block=block.id, reason=KEPT_BACK, person=block.person, date=block.date, title=block.title)


def _activities(gate: PrivacyGate, body: ScoreRequest, refused: list[Rejected]) -> list[Activity]:
    """The good ones, as the store would hold them by the tenant's rules, and none outside the years that calendars know."""
    good: list[Activity] = []
    for index, row in read_rows("activities", body.activities, Activity, refused):
        last = row.end or row.start
        if row.start.date() > FIRST_DAY and last.date() < LAST_DAY:
            admitted = gate.admit(row)
            good += [] if admitted is None else [admitted]
        else:
            reason = f"lies outside {FIRST_DAY} to {LAST_DAY}"
            refused.append(Rejected(file="activities", index=index, field="start", reason=reason))
    return good


def _own(served: Served, as_of: datetime | None) -> tuple[MasterData, list[Confirmation]]:
    with served.store.tenant(served.tenant, read_only=True) as db:
        return db.master(), db.confirmations(known_before=as_of)


def _items_of(confirmations: Sequence[Confirmation]) -> dict[str, list[WorkItem]]:
    """What each person has confirmed before, oldest first: what is bookable where the firm gives no master data."""
    known: dict[str, dict[WorkItem, None]] = {}
    for row in confirmations:
        if row.item != NOT_WORK:
            known.setdefault(row.person, {})[row.item] = None
    return {person: list(items) for person, items in known.items()}


def _candidates(
    activities: Sequence[Activity], master: MasterData, known: Mapping[str, Sequence[WorkItem]]
) -> tuple[list[Candidate], list[Withheld]]:
    candidates: list[Candidate] = []
    withheld: list[Withheld] = []
    pairs = 0
    for person, rows in groupby(sorted(activities, key=lambda row: row.person), key=lambda row: row.person):
        captured = capture(master.person(person), list(rows))
        withheld.extend(captured.withheld)
        open_on: dict[date, tuple[WorkItem, ...]] = {}
        for block in captured.blocks:
            if block.date not in open_on:
                open_on[block.date] = (*master.bookable(person, block.date, known.get(person, ())), NOT_WORK)
            items = open_on[block.date]
            if len(items) == 1:
                withheld.append(
                    Withheld(
                        block=block.id, reason="no work item is open to this person on that day", person=person,
                        date=block.date, title=block.title,
                    )
                )  # fmt: skip
                continue
            pairs += len(items)
            if pairs > MOST_PAIRS:
                raise InvalidInput(
                    f"more than {MOST_PAIRS:,} pairs of work block and work item; send fewer activities at once, or the"
                    " assignments that narrow what each person may book"
                )
            candidates.append(Candidate(block=block, items=items))
    return candidates, withheld


def _scored(
    scoring: Scoring, candidates: Sequence[Candidate], as_of: datetime | None, served: Served, each: int
) -> Iterator[tuple[Candidate, tuple[Score, ...]]]:
    for few in _batches(candidates):
        assert as_of is not None  # there is a candidate, so there was an activity
        yield from scoring.scores(few, as_of=as_of, cache=served.vectors, each=each)


def _batches(candidates: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    """Runs of candidates whose pairs fit in memory comfortably."""
    batch: list[Candidate] = []
    pairs = 0
    for candidate in candidates:
        if batch and pairs + len(candidate.items) > PAIRS_AT_ONCE:
            yield batch
            batch, pairs = [], 0
        batch.append(candidate)
        pairs += len(candidate.items)
    if batch:
        yield batch


def _ranked(scores: Sequence[Score], *, explained: bool) -> list[Row]:
    return [
        {
            **item_to_json(row.item),
            "confidence": round(row.probability, 4),
            **(
                {"reasons": list(speaks_for(row)), "leans_on": [near.entry for near in row.neighbours]}
                if explained
                else {}
            ),
        }
        for row in scores[:RANKED]
    ]
