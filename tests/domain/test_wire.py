"""What goes out as JSON comes back as it was, through real JSON text."""

import json
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain import wire
from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.block import Evidence, WorkBlock
from hourtrail.domain.decision import BOOKING, Booking, Decision, Verdict
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.spans import Span
from hourtrail.domain.suggestion import Alternative, Band, ModelRef, PolicyRef, Suggestion, SuggestionStatus, Threshold

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ids = names.map(lambda name: f"x{name}")
instants = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
shares = st.floats(0, 1)
minutes = st.integers(0, 1440)
items = st.builds(WorkItem, names, ids, names)
maybe = st.one_of
alternatives = st.builds(Alternative, item=items, confidence=shares)
models = st.builds(ModelRef, name=names, version=names, digest=names)
policies = st.builds(PolicyRef, version=names)
spans = st.builds(
    lambda start, seconds: Span(start, start + timedelta(seconds=seconds)), instants, st.integers(1, 90_000)
)
evidence = st.builds(
    Evidence, activity=ids, kind=st.sampled_from(ActivityKind), minutes=minutes, weight=shares, why=names
)
blocks = st.builds(
    WorkBlock, id=ids, person=ids, zone=names, date=st.dates(), span=spans, kind=st.sampled_from(ActivityKind), anchor=ids, title=names,
    text=names, evidence=st.lists(evidence, max_size=3).map(tuple), evidence_minutes=minutes, suggested_minutes=minutes, container=names,
    reference=names, series=names, domains=st.lists(names, max_size=2).map(tuple), private=st.booleans(),
)  # fmt: skip
suggestions = st.builds(
    Suggestion, id=ids, block=blocks, item=maybe(st.none(), items), billable=st.booleans(), billable_probability=shares,
    billable_minutes=minutes, rounding=names, narrative=names, confidence=shares, band=st.sampled_from(Band),
    threshold=st.builds(Threshold, band=st.sampled_from(Band), value=shares, target_precision=shares, basis=names),
    alternatives=st.lists(alternatives, max_size=3).map(tuple), reasons=st.lists(names, max_size=2).map(tuple),
    leans_on=st.lists(ids, max_size=2).map(tuple), model=models, policy=policies, status=st.sampled_from(SuggestionStatus),
    revision=st.integers(1, 9),
)  # fmt: skip
bookings = st.builds(Booking, item=items, minutes=st.integers(1, 1440), billable=st.booleans(), narrative=names)
entries = st.builds(
    TimeEntry, id=ids, person=ids, date=st.dates(date(1990, 1, 1)), minutes=minutes, item=items, start=maybe(st.none(), instants),
    end=st.none(), billable=maybe(st.none(), st.booleans()), narrative=names,
    hourly_rate=maybe(st.none(), st.decimals(0, 1000, places=2)), currency=st.sampled_from(["", "EUR"]),
    status=st.sampled_from(EntryStatus), created_at=maybe(st.none(), instants), source=names, write_off_minutes=minutes,
    billable_minutes=maybe(st.none(), minutes), suggestion=names, decision=names,
)  # fmt: skip


@st.composite
def decisions(draw) -> Decision:
    verdict = draw(st.sampled_from(Verdict))
    fewest = 2 if verdict is Verdict.SPLIT else 1
    parts = (
        draw(st.lists(bookings, min_size=fewest, max_size=3 if verdict is Verdict.SPLIT else 1))
        if verdict in BOOKING
        else []
    )
    return Decision(
        id=draw(ids), suggestion=draw(names), verdict=verdict, actor=draw(ids), decided_at=draw(instants), before=draw(maybe(st.none(), bookings)),
        after=tuple(parts), reason_code=draw(names), note=draw(names), shown_at=draw(maybe(st.none(), instants)),
        shown=tuple(draw(st.lists(alternatives, max_size=3))), propensity=draw(shares), seconds=draw(maybe(st.none(), shares)),
        model=draw(maybe(st.none(), models)), policy=draw(maybe(st.none(), policies)), supersedes=draw(names),
        confidence=draw(maybe(st.none(), shares)), threshold=draw(maybe(st.none(), st.just({"band": "prefill", "value": 0.9}))),
    )  # fmt: skip


def through_text(body: wire.Json) -> wire.Json:
    return json.loads(json.dumps(body, allow_nan=False))


@given(blocks)
def test_a_block_comes_back(block):
    assert wire.block_from_json(through_text(wire.block_to_json(block))) == block


@given(suggestions)
def test_a_suggestion_comes_back_with_its_block(suggestion):
    assert wire.suggestion_from_json(through_text(wire.suggestion_to_json(suggestion)), suggestion.block) == suggestion


@given(decisions())
def test_a_decision_comes_back(decision):
    body = through_text(wire.decision_to_json(decision))
    assert wire.decision_from_json(body) == decision
    assert isinstance(body["after"], list) == (decision.verdict is Verdict.SPLIT)


@given(entries)
def test_an_entry_comes_back(entry):
    assert wire.entry_from_json(through_text(wire.entry_to_json(entry))) == entry
