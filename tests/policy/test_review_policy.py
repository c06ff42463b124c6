"""Where findings go, and when a check goes silent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.finding import Blame, Finding, Severity, Subject
from hourtrail.domain.firm import Person
from hourtrail.domain.identity import stable_id
from hourtrail.domain.master import MasterData
from hourtrail.domain.precision import Tally
from hourtrail.domain.queue import Place
from hourtrail.domain.review import Raised
from hourtrail.policy.muting import changed, stays_visible, upper_bound
from hourtrail.policy.review import ReviewPolicy, from_mapping, load, to_mapping

MASTER = MasterData(people=(Person(id="ada", manager="kim"), Person(id="kim", manager="kim")))


def place(check: str, blame: Blame = Blame.ENTRY, worker: str = "ada", policy: ReviewPolicy | None = None) -> Place:
    finding = Finding(
        id="f", check=check, severity=Severity.WARN, subject=Subject(time_entry="t"), score=1.0, measured="",
        expected="", explanation="", fingerprint="f", blame=blame,
    )  # fmt: skip
    return (policy or ReviewPolicy()).place(Raised(finding=finding, worker=worker), MASTER)


def test_each_kind_of_case_goes_to_its_queue_and_owner() -> None:
    assert place("late_entry") == Place("approvals", "kim")
    assert place("disputed_entry") == Place("disputes", "kim")
    assert place("missing_approval") == Place("approvals", "kim")
    assert place("over_cap", Blame.CONTRACT) == Place("billing", "finance")
    assert place("wrong_rate") == Place("billing", "finance")
    assert place("no_evidence", Blame.SOURCE) == Place("integration", "integrator")
    for check in ("unknown_work_item", "wrong_rate", "closed_task"):
        assert place(check, Blame.MASTER_DATA) == Place("master data", "data owner"), "not held against the consultant"
    assert place("late_entry", worker="kim").owner == "approver", "nobody is the approver of their own time"
    assert place("late_entry", worker="nobody").owner == "approver"


def test_a_tenant_writes_its_own_rules() -> None:
    policy = load(
        'version = "acme-1"\nmute_below = 0.1\n[routes.master_data]\nqueue = "data desk"\nowner = "dana"\n'
        '[checks.late_entry]\nqueue = "nags"\nowner = "approver"\n[due_days]\nblock = 1\n'
    )
    assert place("unknown_work_item", Blame.MASTER_DATA, policy=policy) == Place("data desk", "dana")
    assert place("late_entry", policy=policy) == Place("nags", "kim")
    assert place("overlap", policy=policy) == Place("approvals", "kim")
    assert (policy.due_days[Severity.BLOCK], policy.due_days[Severity.WARN], policy.mute_below) == (1, 7, 0.1)
    assert from_mapping(to_mapping(policy)) == policy


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("= x", "not TOML"),
        ("", "version: missing"),
        ('version = "1"\nnope = 1', "nope: unknown"),
        ('version = "1"\nmute_below = nan', "mute_below: must be a number"),
        ('version = "1"\naudit_least = 1.5', "audit_least: must be a whole number"),
        ('version = "1"\nconfidence = true', "confidence: must be"),
        ('version = "1"\n[routes.nobody]\nqueue = "a"\nowner = "b"', "no such blame"),
        ('version = "1"\n[routes.entry]\nqueue = "a"', "queue and owner"),
        ('version = "1"\n[checks]\nlate_entry = 3', "queue and owner"),
        ('version = "1"\n[due_days]\nurgent = 3', "no such severity"),
        ('version = "1"\nroutes = 3', "routes: must be tables"),
    ],
)
def test_a_broken_policy_names_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        load(text, "mine.toml")


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        load('audit_share = 7\napproval_days = "soon"', "mine.toml")
    assert str(caught.value).count("mine.toml:") == 3


@given(st.integers(0, 60), st.integers(1, 60), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_bound_is_the_exact_one_of_clopper_and_pearson(true: int, looks: int, confidence: float) -> None:
    true = min(true, looks)
    exact = binomtest(true, looks, alternative="less").proportion_ci(confidence, method="exact").high
    assert upper_bound(Tally(true, looks), confidence) == pytest.approx(exact)


def test_a_check_is_muted_only_when_the_verdicts_rule_the_limit_out() -> None:
    policy = ReviewPolicy()
    assert "3 of 40" in changed("late_entry", Tally(3, 40), policy, muted=False)
    assert changed("late_entry", Tally(0, 13), policy, muted=False) == "", "thirteen false alarms are not yet proof"
    assert changed("late_entry", Tally(0, 14), policy, muted=False)
    assert changed("late_entry", Tally(0, 0), policy, muted=False) == ""
    for asked in ("missing_approval", "disputed_entry", "disputed_line", "disputed_client"):
        assert changed(asked, Tally(0, 100), policy, muted=False) == ""
    # It comes back a little above the limit, not at it.
    assert changed("late_entry", Tally(4, 43), policy, muted=True) == ""
    assert "no longer" in changed("late_entry", Tally(8, 50), policy, muted=True)


def test_a_small_share_of_a_muted_check_stays_visible_and_always_the_same_one() -> None:
    fingerprints = [stable_id("fact", (str(number),)) for number in range(4_000)]
    visible = [name for name in fingerprints if stays_visible(name)]
    assert 120 <= len(visible) <= 290, "5 % of 4,000, within five standard deviations"
    assert visible == [name for name in fingerprints if stays_visible(name)]
    assert not stays_visible("no digest")
