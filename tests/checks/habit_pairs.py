"""Golden pairs of the checks that compare with habits: twenty weeks of four people, told by the heads alone."""

from dataclasses import replace
from datetime import date, timedelta

from tests.checks.pair import Pair

from hourtrail.checks import Grain
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import WorkItem
from hourtrail.unusual import judge

MONDAY = date(2026, 1, 5)
PORTAL, SHOP, INTRANET = WorkItem("ACME", "Portal"), WorkItem("ACME", "Shop"), WorkItem("", "Intranet")
SHARES = {"ada": {PORTAL: 30, INTRANET: 10}, "bob": {PORTAL: 40}, "cid": {SHOP: 40}, "dan": {SHOP: 24, INTRANET: 16}}


def line(person: str, week: int, item: WorkItem, hours: float) -> TimeEntry:
    return TimeEntry(
        id=f"{person}-{week:02}-{item.project}",
        person=person,
        date=MONDAY + timedelta(weeks=week),
        minutes=round(hours * 60),
        item=item,
    )


def habits(weeks: int = 20) -> list[TimeEntry]:
    """The same weeks again and again, with an hour more or less on the first project."""
    return [
        line(person, week, item, hours + (week % 3 - 1) * (number == 0))
        for person, items in SHARES.items()
        for week in range(weeks)
        for number, (item, hours) in enumerate(items.items())
    ]


def changed(entries: list[TimeEntry], **lines: dict) -> list[TimeEntry]:
    """The entries with other values on some of them, named with _ for -."""
    return [replace(row, **lines.get(row.id.replace("-", "_"), {})) for row in entries]


def looked_at(entries: list[TimeEntry]) -> dict:
    return {"grain": Grain.WEEK, "habits": judge(entries, weekly=True)}


SLIP = changed(habits(), ada_10_Portal={"minutes": 4 * 30 * 60})
# A long week that every line shares in is overtime, and a line of many hours is usual for somebody.
OVERTIME = changed(habits(), ada_10_Portal={"minutes": 33 * 60}, ada_10_Intranet={"minutes": 12 * 60})
MOVED = changed(habits(), bob_10_Portal={"minutes": 12 * 60})
SHORT = changed(habits(), bob_10_Portal={"minutes": 32 * 60})

PAIRS = {
    "unusual_entry": Pair(
        fault=SLIP,
        says=[
            (
                "ada booked 120 h on ACME/Portal on 16 March 2026; a week of theirs on it usually has 30 h, "
                "and that week has 130 h in all where 40 h are usual."
            )
        ],
        benign=OVERTIME,
        given=looked_at(SLIP),
        also=frozenset({"weekly_hours"}),
        benign_given=looked_at(OVERTIME),
    ),
    "unusual_week": Pair(
        fault=MOVED,
        says=["bob booked 12 h in the week of 16 March 2026; 40 h are usual for them."],
        benign=SHORT,
        given=looked_at(MOVED),
        benign_given=looked_at(SHORT),
    ),
}
