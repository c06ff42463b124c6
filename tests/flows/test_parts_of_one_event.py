"""An event cut in two keeps its open part when the other part is decided."""

from datetime import UTC, date, datetime
from pathlib import Path

from hourtrail.domain.activity import Activity, ActivityKind, Response, Status
from hourtrail.domain.decision import Verdict
from hourtrail.domain.firm import Task, WorkItem
from hourtrail.flows.decide import Request, decide
from hourtrail.flows.suggest import SuggestResult, suggest
from hourtrail.store import Store, open_store
from hourtrail.wiring import load_models

DAY = date(2026, 3, 2)


def _meeting(key: str, begin: int, end: int, **more: object) -> Activity:
    return Activity(
        source="test", external_id=key, kind=ActivityKind.MEETING, person="ada", title=key, response=Response.ACCEPTED,
        start=datetime(2026, 3, 2, begin, tzinfo=UTC), end=datetime(2026, 3, 2, end, tzinfo=UTC), **more,
    )  # fmt: skip


def _run(store: Store) -> SuggestResult:
    return suggest(store, "default", first=DAY, last=DAY, models=load_models(rules_only=True), person="ada")


def test_the_undecided_part_stays_and_goes_with_its_event(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with store.tenant("default") as db:
        db.put_master([Task(item=WorkItem("acme", "portal"), name="workshop")])
        db.put_activities([_meeting("workshop", 8, 13), _meeting("review", 10, 11)])
    first = {row.id: row for row in _run(store).suggestions}
    parts = sorted((row for row in first.values() if row.block.anchor == "test:workshop"), key=lambda row: row.span)
    assert [part.span.minutes for part in parts] == [120, 120]

    decide(store, "default", Request(suggestion=parts[1].id, verdict=Verdict.NOT_WORK, actor="ada"))
    again = {row.id: row for row in _run(store).suggestions}
    assert again[parts[0].id] == first[parts[0].id]
    assert parts[1].id not in again

    with store.tenant("default") as db:
        db.put_activities([_meeting("workshop", 8, 13, status=Status.CANCELLED, revision="2")])
    assert parts[0].id not in {row.id for row in _run(store).suggestions}
    store.close()
