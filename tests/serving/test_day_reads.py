"""What the day page asks of the store: each table once for the day and its week, and what it shows is still the day's."""

from datetime import date, timedelta

from sqlalchemy import event
from tests.serving.conftest import BEN, TENANT, Site

from hourtrail.domain.weeks import monday_of
from hourtrail.flows.week import week_grid
from hourtrail_serving.pages.view import day_view


def test_a_day_is_read_once(site: Site) -> None:
    days = [row["date"] for row in site.open_suggestions(BEN)]
    day = date.fromisoformat(max(days, key=days.count))
    asked: list[str] = []

    def listener(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(" ".join(statement.split()))

    event.listen(site.store.engine, "before_cursor_execute", listener)
    try:
        view = day_view(site.store, TENANT, BEN, day, BEN, model=None, choose=False)
    finally:
        event.remove(site.store.engine, "before_cursor_execute", listener)
    assert sum("FROM suggestion " in row for row in asked) == 1
    # The week with the four before it, and the eight from which habits are learned.
    assert sum("FROM time_entry " in row for row in asked) <= 2
    assert sum("FROM task " in row for row in asked) <= 2

    with site.store.tenant(TENANT, read_only=True) as db:
        rows = db.suggestions(person=BEN, first=day, last=day)
        entries = list(db.entries(person=BEN, first=day, last=day))
        monday = monday_of(day)
        booked = list(db.entries(person=BEN, first=monday, last=monday + timedelta(days=6)))
    assert {card.row.id for card in (*view.waiting, *view.decided)} == {
        row.id for row in rows if row.status in {"open", "decided"}
    }
    assert view.waiting
    assert (list(view.entries), list(view.sheet.entries)) == (entries, booked)
    assert list(view.week) == week_grid(site.store, TENANT, BEN, day)
