"""What somebody writes to get around a rule, or to make it take for ever."""

import time
import unicodedata

import pytest
from tests.capture.test_privacy_gate import gate, meeting

from hourtrail.capture.patterns import PATTERNS
from hourtrail.capture.privacy import PrivacyRules, redact

BOUND = 3.0
"""Seconds for 40,000 characters on a busy machine; what runs away takes minutes."""


@pytest.mark.parametrize(
    "title",
    [
        "Pru\u0308fung bei Ku\u0308hn",
        "PR\u00dcFUNG bei K\u00dcHN",
        "Pr\u00fc\u200bfung bei K\u00fchn",
        "Pr\u00fcf\u00adung bei K\u00fchn",
        "\uff30r\u00fcfung bei \uff2b\u00fchn",
        "x" * 5_000 + " Pr\u00fcfung bei K\u00fchn",
    ],
)
def test_a_title_that_reads_so_is_dropped_and_its_word_replaced_however_it_is_written(title):
    row = meeting(title=title)
    assert gate({"title": "*pr\u00fcfung*"}).admit(row) is None
    assert gate({"title": unicodedata.normalize("NFD", "*pr\u00fcfung*")}).admit(row) is None
    kept = gate({"action": "redact", "pattern": "k\u00fchn"}).admit(row)
    assert kept is not None
    assert kept.title.endswith("[removed]")


@pytest.mark.parametrize(
    "domain",
    [
        "m\u00fcller.example",
        "mu\u0308ller.example",
        "xn--mller-kva.example",
        "M\u00dcLLER.example.",
        "@m\u00fcller.example",
    ],
)
@pytest.mark.parametrize("host", ["m\u00fcller.example", "xn--mller-kva.example", "mail.M\u00dcLLER.example."])
def test_a_domain_is_the_same_in_either_spelling(domain, host):
    row = meeting(participants=(f"Eve <eve@{host}>",))
    assert gate({"domain": domain}).admit(row) is None
    assert gate({"domain": domain}).admit(meeting(participants=("eve@muller.example",))) is not None


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("ask mia\u200b@firm.example", "ask @firm.example"),
        ("ask \uff4dia\uff20firm.example", "ask @firm.example"),
        ("@mia@firm.example", "@firm.example"),
        ("a@b@firm.example or x@y", "@firm.example or x@y"),
        ("a" * 200 + "@firm.example", "@firm.example"),
        ("see a@b.example@c", "see @b.example@c"),
        ("https://mia:pw\u200b@git.example/x", "https://git.example/x"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u2014 no address",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u2014 no address",
        ),
    ],
)
def test_addresses_are_masked_however_they_are_written_and_other_texts_stay(title, kept):
    once = redact(meeting(title=title), PrivacyRules())
    assert once.title == kept
    assert redact(once, PrivacyRules()) == once


@pytest.mark.parametrize(
    "piece",
    [
        "a@",
        "@",
        "a@a.",
        "://",
        "://a@",
        "?key=",
        "?key=a&",
        "+00-",
        "DE12",
        "a:",
        "sk-",
        "password:",
        "-----BEGIN ",
        "x@" * 9 + "a.b ",
        "\u00fc@",
    ],
)
def test_nothing_that_is_written_makes_redaction_take_for_ever(piece):
    text = piece * (40_000 // len(piece))
    rules = [{"action": "redact", "pattern": name} for name in (*PATTERNS, "word")]
    began = time.process_time()
    row = gate(*rules, {"title": "*a*@*b*c*d*"}).admit(
        meeting(title=text, text=text, reference=text, extra={"x": text})
    )
    assert row is not None
    assert time.process_time() - began < BOUND
