"""Findings in numbers."""

from tests.checks.tables import entries, found

from hourtrail.checks import scores, summary

TABLE = """
    id | date       | minutes | rate | narrative
    e1 | 2026-03-02 | 60      | 120  | Draft of the final report for the board
    e2 | 2026-03-02 | 60      | 120  | Draft of the final reports for the board
    e3 | 2026-03-02 | 0       | 120  | Draft of the final reports for the board
    e4 | 2026-03-03 | 1020    | 60   | Travel
"""


def test_every_entry_has_a_score_and_days_score_nobody():
    booked = entries(TABLE)
    rows = scores(booked, found(TABLE))
    assert [(row.id, row.check) for row in rows] == [
        ("e1", ""),
        ("e2", "near_duplicate"),
        ("e3", "duplicate_entry"),
        ("e4", "implausible_minutes"),
    ]
    assert rows[0].score == 0.0
    assert 0.9 <= rows[1].score < 1.0
    assert rows[3].score == 1.0
    assert scores(booked, found(TABLE, "daily_hours"))[3].score == 0.0


def test_the_summary_counts_each_subject_once_with_its_largest_amount():
    findings = found(TABLE)
    body = summary(4, findings, refused=2, seconds=0.12345)
    assert body == {
        "entries": 4,
        "refused": 2,
        "by_check": {
            "duplicate_entry": 1,
            "near_duplicate": 1,
            "zero_minutes": 1,
            "implausible_minutes": 1,
            "daily_hours": 1,
        },
        # e2 120.00, an hour over 16 h at 60.00, five hours over 12 h at 60.00; a row of no minutes costs nothing.
        "value_at_risk": [{"amount": "480.00", "currency": "EUR"}],
        "seconds": 0.123,
    }
    assert summary(4, [*findings, *findings])["value_at_risk"] == body["value_at_risk"]


def test_currencies_are_kept_apart():
    table = """
        id | date       | minutes | rate
        e1 | 2026-03-02 | 60      | 120
        e2 | 2026-03-02 | 60      | 120
    """
    first, second = entries(table)
    dollars = type(second)(
        id="e2",
        person="ada",
        date=second.date,
        minutes=60,
        item=second.item,
        hourly_rate=second.hourly_rate,
        currency="USD",
    )
    euros = type(second)(
        id="e3",
        person="ada",
        date=second.date,
        minutes=30,
        item=second.item,
        hourly_rate=second.hourly_rate,
        currency="EUR",
    )
    assert summary(3, found([first, dollars, euros]))["value_at_risk"] == [
        {"amount": "60.00", "currency": "EUR"},
        {"amount": "120.00", "currency": "USD"},
    ]
