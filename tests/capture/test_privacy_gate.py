"""A tenant's rules drop and redact before anything is kept, count what they did, and never run away."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.capture.builders import activity

from hourtrail.capture import PrivacyGate
from hourtrail.capture.patterns import PATTERNS, replacing
from hourtrail.domain.activity import Sensitivity
from hourtrail.domain.firm import Person
from hourtrail.domain.settings import Privacy, PrivacyAction, PrivacyRule


def gate(*rules: dict, people=None, **more) -> PrivacyGate:
    built = tuple(
        PrivacyRule(**{"name": f"rule {n}", "action": PrivacyAction.DROP, **rule}) for n, rule in enumerate(rules)
    )
    person_of = people or (lambda name: Person(id=name, zone="Europe/Berlin"))
    return PrivacyGate(privacy=Privacy(rules=built, **more), person_of=person_of)


def meeting(kind="meeting", start="09:00", source="t", person="ada", **fields):
    return replace(activity("a", kind, start, 60, **fields), source=source, person=person)


@pytest.mark.parametrize(
    ("rule", "dropped", "kept"),
    [
        ({"kind": "meeting"}, {}, {"kind": "commit"}),
        ({"source": "ICAL*"}, {"source": "icalendar"}, {"source": "git"}),
        ({"container": "private*"}, {"container": "Private calendar"}, {"container": "work"}),
        ({"sensitivity": "private"}, {"sensitivity": Sensitivity.PRIVATE}, {}),
        ({"title": "*doctor*"}, {"title": "See the DOCTOR"}, {"title": "See the client"}),
        ({"domain": "rival.example"}, {"participants": ("eve@mail.rival.example",)}, {"participants": ("eve@notrival.example",)}),
        ({"outside_hours": True}, {"start": "22:00"}, {"start": "10:00"}),
        ({"title": "*lunch*", "container": "private"}, {"title": "lunch", "container": "private"}, {"title": "lunch"}),
    ],
)  # fmt: skip
def test_what_meets_every_condition_of_a_rule_is_dropped_and_counted(rule, dropped, kept):
    tried = gate(rule)
    assert tried.admit(meeting(**dropped)) is None
    assert tried.admit(meeting(**kept)) is not None
    assert (tried.dropped, sum(tried.redacted.values())) == ({"rule 0": 1}, 0)


@pytest.mark.parametrize(
    ("pattern", "text", "left"),
    [
        ("email", "ask mia.o@firm.co.uk, or bo@x.de.", "ask [email], or [email]."),
        ("phone", "call +49 (0)30 1234567 or 030/123 45 67", "call [phone] or [phone]"),
        ("phone", "PORTAL-1234567, 2026-03-02 and 1234567890", "PORTAL-1234567, 2026-03-02 and 1234567890"),
        ("iban", "to DE89 3704 0044 0532 0130 00 today", "to [iban] today"),
        ("iban", "to DE88 3704 0044 0532 0130 00 today", "to DE88 3704 0044 0532 0130 00 today"),
        ("card", "4111 1111 1111 1111 and 4111111111111112", "[card] and 4111111111111112"),
        ("ip", "from 10.0.0.7 and 2001:db8::1 at 10:30:00, v1.2.3.4567", "from [ip] and [ip] at 10:30:00, v1.2.3.4567"),
        ("secret", "token: abcd1234 AKIAABCDEFGHIJKLMNOP", "token: [secret] [secret]"),
        ("secret", "key -----BEGIN RSA PRIVATE KEY----- MIIE", "key [secret]"),
        ("Project Falcon", "on PROJECT falcon today", "on [removed] today"),
        ("a.b*", "a.b* aXb", "[removed] aXb"),
    ],
)  # fmt: skip
def test_what_a_pattern_finds_is_replaced_in_title_text_reference_and_further_columns(pattern, text, left):
    assert replacing(pattern)(text) == left
    tried = gate({"action": PrivacyAction.REDACT, "pattern": pattern}, participants="addresses")
    row = tried.admit(meeting(title=text, reference=text, extra={"from": text}))
    assert (row.title, row.reference, row.extra["from"]) == (left, left, left)
    assert tried.redacted["rule 0"] == (text != left)


def test_rules_apply_in_their_order_and_without_any_the_standing_redaction_stays():
    redact_first = {"action": PrivacyAction.REDACT, "pattern": "doctor"}
    tried = gate(redact_first, {"title": "*doctor*"})
    assert tried.admit(meeting(title="doctor")).title == "[removed]"
    assert gate({"title": "*doctor*"}, redact_first).admit(meeting(title="doctor")) is None
    row = PrivacyGate().admit(meeting(title="with bo@globex.com", text="long", participants=("bo@globex.com",)))
    assert (row.title, row.text, row.participants) == ("with @globex.com", "", ("@globex.com",))
    whole = PrivacyGate(privacy=Privacy(participants="addresses")).admit(meeting(participants=("bo@globex.com",)))
    assert whole.participants == ("bo@globex.com",)


def test_hours_are_the_persons_own_days_in_their_zone():
    people = {
        "kim": Person(id="kim", zone="America/New_York", workdays="1-5"),
        "bad": Person(id="bad", zone="Mars/Base"),
    }
    tried = gate({"outside_hours": True}, people=lambda name: people.get(name, Person(id=name)))
    assert tried.admit(meeting(start="09:00", person="kim")) is None, "four in the morning there"
    assert tried.admit(meeting(start="15:00", person="kim")) is not None
    assert tried.admit(meeting(start="09:00", person="bad")) is not None


@given(st.sampled_from(sorted(PATTERNS)), st.text(max_size=200))
def test_no_text_makes_a_pattern_fail(pattern, text):
    assert isinstance(replacing(pattern)(text), str)


@pytest.mark.parametrize("pattern", [*PATTERNS, "word"])
@pytest.mark.parametrize("piece", ["a", "1", "1 ", "0", "a@", "a.", ":", "1.", "A1", "eyJ", "token=", "-", "\\w"])
def test_a_long_text_is_gone_through_once(pattern, piece):
    """A pattern that runs away on one of these would not be done before the suite's own time limit."""
    assert replacing(pattern)(piece * 20_000) is not None


def test_a_glob_with_many_stars_does_not_run_away():
    assert gate({"title": "*a" * 60 + "*b"}).admit(meeting(title="a" * 100_000)) is not None
