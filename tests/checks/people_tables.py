"""People, holidays and activities as tables. Times are UTC unless they say otherwise."""

from datetime import date
from decimal import Decimal

from tests.checks.tables import rows

from hourtrail.domain.activity import Activity, ActivityKind, Response, ShowAs
from hourtrail.domain.firm import Holiday, Person
from hourtrail.domain.instants import parse_instant


def people(table: str) -> list[Person]:
    """Columns: person; optional name, zone, hours, workdays, calendar, team."""
    return [
        Person(
            id=row["person"],
            name=row.get("name", ""),
            zone=row.get("zone") or "UTC",
            weekly_hours=Decimal(row["hours"]) if row.get("hours") else None,
            workdays=row.get("workdays") or "1-5",
            calendar=row.get("calendar", ""),
            team=row.get("team", ""),
        )
        for row in rows(table)
    ]


def holidays(table: str) -> list[Holiday]:
    return [
        Holiday(calendar=row["calendar"], date=date.fromisoformat(row["date"]), name=row.get("name", ""))
        for row in rows(table)
    ]


def activities(table: str) -> list[Activity]:
    """Columns: kind, start; optional person, end, title, series, response, show_as. A start without a time is a whole day."""
    return [
        Activity(
            source="calendar",
            external_id=f"a{number}",
            kind=ActivityKind(row["kind"]),
            person=row.get("person", "ada"),
            start=_instant(row["start"]),
            end=_instant(row["end"]) if row.get("end") else None,
            all_day=len(row["start"]) == 10,
            title=row.get("title", ""),
            series=row.get("series", ""),
            response=Response(row.get("response") or "none"),
            show_as=ShowAs(row.get("show_as") or "busy"),
        )
        for number, row in enumerate(rows(table))
    ]


def _instant(text: str):
    return parse_instant(text if "T" in text else f"{text}T00:00:00Z")
