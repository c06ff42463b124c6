"""What redaction takes out, and that a second pass finds nothing more."""

from hypothesis import given
from hypothesis import strategies as st
from tests.capture.builders import activity

from hourtrail.capture import PrivacyRules, redact
from hourtrail.domain.activity import Sensitivity

RULES = PrivacyRules()


def titled(title: str, rules: PrivacyRules = RULES, **fields) -> str:
    return redact(activity("a", "meeting", "09:00", 60, title=title, **fields), rules).title


def test_text_goes_and_participants_become_distinct_domains():
    row = activity(
        "a", "meeting", "09:00", 60, text="agenda", participants=("Bo@Globex.com", "cy@globex.com", "di@acme.com")
    )
    clean = redact(row, RULES)
    assert (clean.text, clean.participants) == ("", ("@acme.com", "@globex.com"))
    kept = redact(row, PrivacyRules(keep_text=True, keep_participants=True))
    assert (kept.text, kept.participants) == (row.text, row.participants)


def test_logins_and_tokens_in_urls_go_whatever_the_rules_say():
    generous = PrivacyRules(keep_text=True, keep_participants=True)
    assert titled("see https://ada:s3cret@git.example/x", generous) == "see https://git.example/x"
    assert (
        titled("join https://meet.example/1?pwd=abc&lang=en", generous) == "join https://meet.example/1?pwd=***&lang=en"
    )
    clean = redact(activity("a", "commit", "09:00", reference="https://t:tok@h.example/1?access_token=9"), generous)
    assert clean.reference == "https://h.example/1?access_token=***"


def test_addresses_in_titles_and_columns_keep_only_their_domain():
    assert titled("Call with ada.b+x@acme.co.uk, urgent") == "Call with @acme.co.uk, urgent"
    clean = redact(activity("a", "commit", "09:00", extra={"committer": "bo@globex.com", "merge": "true"}), RULES)
    assert clean.extra == {"committer": "@globex.com", "merge": "true"}


def test_what_is_no_address_stays():
    for title in ("Lunch @ noon", "git@work", "5 @ 3.50 each", "a@b", "Fix #45: 50% faster"):
        assert titled(title) == title


def test_a_private_event_keeps_its_time_and_series_only():
    row = activity(
        "a",
        "meeting",
        "09:00",
        60,
        title="Dr. Quack",
        text="x",
        reference="r",
        series="s",
        participants=("q@clinic.example",),
        sensitivity=Sensitivity.PRIVATE,
        extra={"location": "Clinic", "minutes": "30"},
    )
    clean = redact(row, PrivacyRules(keep_text=True, keep_participants=True))
    assert (clean.title, clean.text, clean.reference, clean.participants) == ("Private appointment", "", "", ())
    assert (clean.start, clean.end, clean.series, clean.key) == (row.start, row.end, row.series, row.key)
    assert clean.extra == {"minutes": "30"}
    assert redact(row, PrivacyRules(hide_private_titles=False)).title == "Dr. Quack"


ADDRESSES = st.from_regex(r"(https?://)?([a-z:.@]{1,6}@){0,3}[a-z.]{1,8}(\?(token|x)=[a-z&]{0,5}){0,2}", fullmatch=True)
TEXTS = st.lists(st.one_of(st.text(max_size=20), ADDRESSES), max_size=4).map(" ".join)


@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3), st.sampled_from(Sensitivity), st.booleans(), st.booleans())
def test_a_second_pass_changes_nothing(title, text, people, sensitivity, keep_text, keep_participants):
    rules = PrivacyRules(keep_text=keep_text, keep_participants=keep_participants)
    row = activity(
        "a", "meeting", "09:00", 60, title=title, text=text, reference=text, participants=tuple(people), sensitivity=sensitivity,
        extra={"note": title},
    )  # fmt: skip
    once = redact(row, rules)
    assert redact(once, rules) == once


def test_an_absurd_title_is_masked_without_hanging():
    assert len(titled("a" * 200_000 + "@" * 1000)) == 201_000
