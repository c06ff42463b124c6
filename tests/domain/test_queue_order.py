"""The order of the queue: probability x money x age, currencies apart, causes together, and the reason in words."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain.finding import Blame, Finding, Severity, Subject
from hourtrail.domain.money import Money
from hourtrail.domain.precision import Precisions, Tally
from hourtrail.domain.queue import OLDEST_DAYS, Handling, Item, Place, age_factor, order
from hourtrail.domain.review import Raised

TODAY = date(2026, 3, 30)
DUE = {Severity.BLOCK: 2, Severity.WARN: 7, Severity.INFO: 14}


def raised(
    name: str, amount: str = "", *, currency: str = "EUR", age: int = 0, cause: str = "", **changes: object
) -> Raised:
    values = {
        "id": name, "check": "overlap", "severity": Severity.WARN, "subject": Subject(time_entry=name), "score": 1.0,
        "measured": "2", "expected": "1", "explanation": "Two at once.", "fingerprint": name,
        "value_at_risk": Money(Decimal(amount), currency) if amount else None,
    }  # fmt: skip
    at = datetime.combine(TODAY - timedelta(days=age), datetime.min.time(), UTC)
    return Raised(finding=Finding(**{**values, **changes}), cause=cause, raised_at=at)


def queue(*rows: Raised, tallies: dict[str, Tally] | None = None, **handling: object) -> list[Item]:
    values = {
        "taken_over": {}, "escalated": frozenset(), "place": lambda _row: Place("approvals", "kim"), "due_days": DUE,
        **handling,
    }  # fmt: skip
    return order(rows, Precisions(tallies or {}), Handling(**values), TODAY)


def names(items: list[Item]) -> list[str]:
    return [item.finding.id for item in items]


def test_money_probability_and_age_each_move_a_finding_up() -> None:
    assert names(queue(raised("small", "10"), raised("large", "1000"))) == ["large", "small"]
    assert names(queue(raised("unsure", "10", score=0.3), raised("sure", "10"))) == ["sure", "unsure"]
    assert names(queue(raised("new", "10"), raised("old", "10", age=7))) == ["old", "new"]
    tallies = {"overlap": Tally(1, 30), "daily_hours": Tally(28, 30)}
    rows = (raised("noisy", "10"), raised("trusted", "10", check="daily_hours"))
    assert names(queue(*rows, tallies=tallies)) == ["trusted", "noisy"]


def test_the_weight_is_the_product_that_the_documents_state() -> None:
    (item,) = queue(raised("a", "50", score=0.8, age=14), tallies={"overlap": Tally(6, 8)})
    overall = (2 + 6) / (4 + 8)
    probability = 0.8 * (8 * overall + 6) / (8 + 8)
    assert item.probability == probability
    # The only amount is the usual amount of its currency; two weeks make the age factor three.
    assert item.weight == probability * 1.0 * 3.0
    assert item.due == TODAY - timedelta(days=14) + timedelta(days=7)


def test_currencies_are_compared_with_what_is_usual_in_each_and_never_added() -> None:
    yen = [raised(f"yen{number}", str(number * 100_000), currency="JPY") for number in (1, 2, 9)]
    euro = [raised(f"eur{number}", str(number * 100), currency="EUR") for number in (1, 2, 9)]
    found = names(queue(*yen, *euro))
    assert [name for name in found if name.startswith("yen")] == ["yen9", "yen2", "yen1"]
    assert [name for name in found if name.startswith("eur")] == ["eur9", "eur2", "eur1"]
    assert {*found[:2]} == {"yen9", "eur9"}, "a currency with large numbers does not push the other one down"
    (group,) = queue(raised("a", "10", cause="x"), raised("b", "1000", currency="JPY", cause="x"))
    assert [str(money) for money in group.at_risk] == ["10.00 EUR", "1000 JPY"]


def test_without_an_amount_the_severity_counts() -> None:
    rows = [raised(str(severity), severity=severity) for severity in (Severity.INFO, Severity.BLOCK, Severity.WARN)]
    assert names(queue(*rows)) == ["block", "warn", "info"]
    assert (
        names(queue(raised("usual", "100"), raised("tiny", "1"), raised("block", severity=Severity.BLOCK)))[-1]
        == "tiny"
    )


def test_one_cause_is_one_line_and_counts_each_entry_once() -> None:
    rows = [raised(f"f{number}", "10", cause="acme/portal", blame=Blame.MASTER_DATA) for number in range(12)]
    same = raised("again", "4", cause="acme/portal", subject=Subject(time_entry="f0"))
    items = queue(*rows, same, raised("alone", "10"))
    assert sorted(len(item.members) for item in items) == [1, 13]
    group = max(items, key=lambda item: len(item.members))
    assert [str(money) for money in group.at_risk] == ["120.00 EUR"]
    assert group.reason.startswith("13 findings with one cause")
    assert items[0] is group


def test_owner_due_date_and_escalation_are_told() -> None:
    (item,) = queue(raised("a", age=3), taken_over={"a": "dana"}, escalated=frozenset({"a"}))
    assert (item.place, item.escalated) == (Place("approvals", "dana"), True)
    assert item.due == TODAY + timedelta(days=4)


def test_the_reason_names_every_factor() -> None:
    (item,) = queue(raised("a", "50", age=1), tallies={"overlap": Tally(30, 36)})
    for words in ("% likely", "30 of 36", "50.00 EUR at risk", "1.0 times the usual", "open for 1 day"):
        assert words in item.reason
    (new,) = queue(raised("b", check="late_entry"))
    for words in ("no verdict on late_entry yet", "counts as warn", "raised today"):
        assert words in new.reason


@given(st.permutations([raised(f"f{n}", str(n % 3 * 5 + 5), age=n, cause="c" if n % 4 == 0 else "") for n in range(9)]))
def test_the_order_of_the_rows_does_not_matter(rows: list[Raised]) -> None:
    assert [item.id for item in queue(*rows)] == [
        item.id for item in queue(*sorted(rows, key=lambda row: row.finding.id))
    ]


@given(st.integers(0, 4000), st.integers(0, 4000))
def test_age_never_lowers_a_finding_and_is_bounded(first: int, second: int) -> None:
    low, high = sorted((first, second))
    assert 1 <= age_factor(low) <= age_factor(high) <= age_factor(OLDEST_DAYS) == 5


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_probability_stays_inside_and_moves_with_the_verdicts(true: int, wrong: int) -> None:
    now = Precisions({"a": Tally(true, true + wrong)}).of("a")
    assert 0 < now < 1
    assert Precisions({"a": Tally(true + 1, true + wrong + 1)}).of("a") > now
    assert Precisions({"a": Tally(true, true + wrong + 1)}).of("a") < now
