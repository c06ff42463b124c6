"""The audit chain names every row that was edited, removed, reordered or put in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain.audit import GENESIS, AuditAction, AuditEvent, link, payload_digest, verify_chain
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.identity import stable_id

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
words = st.from_regex(r"[a-z][a-z_]{0,10}", fullmatch=True)


def chain(length: int, tenant: str = "default") -> list[AuditEvent]:
    events: list[AuditEvent] = []
    for number in range(1, length + 1):
        events.append(
            link(
                tenant=tenant, sequence=number, at=START + timedelta(minutes=number), actor="ada",
                action=AuditAction("person:suggestion:decide"), object_id=f"s{number}", digest=payload_digest({"n": number}),
                previous=events[-1].digest if events else GENESIS,
            )
        )  # fmt: skip
    return events


@given(words, words, words)
def test_an_action_gives_back_its_three_parts_whole(subject, thing, verb):
    action = AuditAction(f"{subject}:{thing}:{verb}")
    assert (action.subject, action.object, action.verb) == (subject, thing, verb)


@pytest.mark.parametrize("text", ["", "a:b", "a:b:c:d", "A:b:c", "a::c", "a:b:c\n", " a:b:c", "a:b:9", "a b:c:d"])
def test_an_action_outside_the_grammar_is_refused(text):
    with pytest.raises(InvalidInput, match="subject:object:action"):
        AuditAction(text)


@given(st.integers(0, 12))
def test_an_untouched_chain_holds(length):
    assert verify_chain("default", chain(length)) == (length, [])


EDITS = {
    "at": START - timedelta(days=1), "actor": "mallory", "action": AuditAction("person:entry:approve"), "object_id": "other",
    "payload_digest": "f" * 64,
}  # fmt: skip


@pytest.mark.parametrize("field", EDITS)
@pytest.mark.parametrize("number", [1, 3, 5])
def test_an_edited_row_is_named_and_named_alone(field, number):
    events = chain(5)
    events[number - 1] = replace(events[number - 1], **{field: EDITS[field]})
    _, breaks = verify_chain("default", events)
    assert [(found.sequence, "changed" in found.reason) for found in breaks] == [(number, True)]


def test_an_edited_row_with_a_digest_made_anew_breaks_the_link_behind_it():
    events = chain(5)
    forged = link(
        tenant="default", sequence=3, at=START, actor="mallory", action=events[2].action, object_id="x",
        digest=events[2].payload_digest, previous=events[2].previous,
    )  # fmt: skip
    events[2] = forged
    assert [found.sequence for found in verify_chain("default", events)[1]] == [4]


@given(st.integers(2, 8), st.data())
def test_a_removed_row_is_named(length, data):
    gone = data.draw(st.integers(1, length - 1))  # cutting off the end leaves a chain that is shorter, but whole
    events = [event for event in chain(length) if event.sequence != gone]
    count, breaks = verify_chain("default", events)
    assert count == length - 1
    assert breaks[0].sequence == gone
    assert f"row {gone} " in breaks[0].reason


@given(st.integers(2, 8), st.data())
def test_reordered_rows_are_found_where_the_order_first_fails(length, data):
    first = data.draw(st.integers(0, length - 2))
    events = chain(length)
    events[first], events[first + 1] = events[first + 1], events[first]
    breaks = verify_chain("default", events)[1]
    assert breaks[0].sequence == first + 1


@given(st.integers(1, 8), st.data())
def test_an_inserted_row_is_found(length, data):
    place = data.draw(st.integers(0, length - 1))
    events = chain(length)
    extra = link(
        tenant="default", sequence=place + 1, at=START, actor="mallory", action=AuditAction("person:entry:approve"),
        object_id="x", digest="0" * 64, previous=events[place - 1].digest if place else GENESIS,
    )  # fmt: skip
    assert verify_chain("default", [*events[:place], extra, *events[place:]])[1]


def test_a_chain_of_another_tenant_does_not_pass():
    assert verify_chain("other", chain(2))[1]


@given(st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.text(max_size=5)), max_size=5))
def test_a_payloads_digest_does_not_depend_on_the_order_of_its_keys(payload):
    assert payload_digest(payload) == payload_digest(dict(reversed(payload.items())))


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_stable_ids_collide_only_for_equal_parts(one, other):
    assert (stable_id("x", one) == stable_id("x", other)) == (one == other)
