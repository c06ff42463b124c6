"""Writes the sample firm: four people, two weeks of calendars, commits and tickets, and two weeks of timesheets before them.

Invented by hand, not simulated: small enough to read, and made so that each treatment of the capture is seen once. Run
``python -m hourtrail_training.sample_firm data/sample``; the output is byte-identical on every run.
"""

import csv
import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

FIRST_DAY: Final = date(2026, 3, 2)
HISTORY_DAY: Final = date(2026, 2, 16)
BERLIN, LONDON, NEW_YORK = "Europe/Berlin", "Europe/London", "America/New_York"
Row = dict[str, str]

PEOPLE: Final = [
    ("ada@northlight.example", "Ada Lindqvist", BERLIN, "senior", "dana@northlight.example", "40"),
    ("ben@northlight.example", "Ben Okafor", LONDON, "consultant", "dana@northlight.example", "40"),
    ("chloe@northlight.example", "Chloe Park", NEW_YORK, "senior", "dana@northlight.example", "32"),
    ("dana@northlight.example", "Dana Weiss", BERLIN, "principal", "", "40"),
]
ADA, BEN, CHLOE, DANA = (row[0] for row in PEOPLE)

# client, project, task, name, keywords, billable, contract, domains, ticket_prefixes, containers
TASKS: Final = [
    ("acme", "portal", "DEV", "Customer portal: development", "login;checkout;frontend;invoice download", "true", "C-100", "acme.example", "PORTAL", "northlight/portal"),
    ("acme", "portal", "PM", "Customer portal: project management", "steering;status;planning", "true", "C-100", "acme.example", "", ""),
    ("acme", "migration", "", "Move of the order archive to the new data centre", "archive;cut-over;runbook", "true", "C-101", "acme.example", "MIG", ""),
    ("globex", "audit", "FIELD", "Security audit: field work", "interviews;findings;access review", "true", "C-200", "globex.example", "", ""),
    ("globex", "support", "", "Support agreement", "incident;hotfix;on call", "depends", "C-201", "globex.example", "SUP", ""),
    ("initech", "lakehouse", "M1", "Lakehouse, milestone 1: ingestion pipelines", "ingestion;pipeline;parquet;orders feed", "true", "C-300", "initech.example", "LAKE", "northlight/lakehouse"),
    ("northlight", "internal", "ADMIN", "Administration and team", "team meeting;timesheet;all hands", "false", "C-900", "northlight.example", "", ""),
    ("northlight", "internal", "SALES", "Proposals and sales", "proposal;pitch;offer", "false", "C-900", "", "", ""),
]  # fmt: skip

CONTRACTS: Final = [
    ("C-100", "acme", "time_and_materials", "EUR", "15", "up", "", ""),
    ("C-101", "acme", "capped", "EUR", "15", "nearest", "", "120"),
    ("C-200", "globex", "fixed_fee", "GBP", "", "none", "", ""),
    ("C-201", "globex", "retainer", "GBP", "30", "up", "20", ""),
    ("C-300", "initech", "milestone", "USD", "", "none", "", ""),
    ("C-900", "northlight", "internal", "EUR", "", "none", "", ""),
]

ASSIGNED: Final = {
    ADA: [("acme", "portal", "24"), ("initech", "lakehouse", "8"), ("northlight", "internal", "4")],
    BEN: [
        ("globex", "audit", "16"),
        ("globex", "support", "10"),
        ("acme", "migration", "8"),
        ("northlight", "internal", "4"),
    ],
    CHLOE: [("initech", "lakehouse", "24"), ("acme", "portal", "4"), ("northlight", "internal", "2")],
    DANA: [("acme", "portal", "10"), ("globex", "audit", "6"), ("northlight", "internal", "16")],
}

# person, days of the two history weeks (0 = first Monday), hour, minutes, work item, narrative
HISTORY: Final = [
    (ADA, (0, 2, 7, 9), 10, 45, ("acme", "portal", "PM"), "Portal steering with Acme"),
    (ADA, (0, 1, 2, 3, 4, 7, 8, 9, 10, 11), 9, 15, ("northlight", "internal", "ADMIN"), "Team stand-up"),
    (ADA, (0, 1, 2, 3, 7, 8, 9), 11, 180, ("acme", "portal", "DEV"), "Checkout form: validation and tests"),
    (ADA, (1, 3, 8, 10), 15, 120, ("acme", "portal", "DEV"), "Login: session handling and review"),
    (ADA, (4, 11), 10, 240, ("initech", "lakehouse", "M1"), "Orders feed: review of the ingestion pipeline"),
    (BEN, (0, 1, 2, 3, 4, 7, 8, 9, 10, 11), 9, 15, ("northlight", "internal", "ADMIN"), "Team stand-up"),
    (BEN, (0, 1, 3, 7, 8), 10, 150, ("globex", "audit", "FIELD"), "Access review interviews, notes and findings"),
    (BEN, (1, 2, 4, 8, 9), 14, 60, ("globex", "support", ""), "Incident: mail queue stuck, hotfix and follow-up"),
    (BEN, (2, 4, 9, 11), 15, 120, ("acme", "migration", ""), "Archive cut-over runbook"),
    (CHLOE, (0, 1, 2, 3, 7, 8, 9, 10), 10, 240, ("initech", "lakehouse", "M1"), "Ingestion pipeline: parquet writer and orders feed"),
    (CHLOE, (1, 3, 8, 10), 9, 30, ("initech", "lakehouse", "M1"), "Initech sync"),
    (CHLOE, (4, 11), 11, 60, ("acme", "portal", "DEV"), "Portal: invoice download review"),
    (DANA, (0, 2, 7, 9), 10, 45, ("acme", "portal", "PM"), "Portal steering with Acme"),
    (DANA, (1, 8), 14, 60, ("globex", "audit", "FIELD"), "Audit findings walk-through with Globex"),
    (DANA, (3, 10), 13, 120, ("northlight", "internal", "SALES"), "Proposal for Umbrella: scope and price"),
    (DANA, (0, 1, 2, 3, 4, 7, 8, 9, 10, 11), 9, 15, ("northlight", "internal", "ADMIN"), "Team stand-up"),
]  # fmt: skip
BILLED: Final = {"acme", "globex", "initech"}


def _event(uid: str, zone: str, day: date, start: str, end: str, title: str, *lines: str) -> str:
    stamp = day.strftime("%Y%m%d")
    body = [
        "BEGIN:VEVENT", f"UID:{uid}@northlight.example", "DTSTAMP:20260220T080000Z", "SEQUENCE:0",
        f"DTSTART;TZID={zone}:{stamp}T{start}00", f"DTEND;TZID={zone}:{stamp}T{end}00", f"SUMMARY:{title}", *lines, "END:VEVENT",
    ]  # fmt: skip
    return "\r\n".join(body)


def _guest(address: str, answer: str = "ACCEPTED") -> str:
    return f"ATTENDEE;PARTSTAT={answer}:mailto:{address}"


def _calendar(name: str, events: list[str]) -> str:
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Northlight//Sample//EN\r\n"
    return f"{head}X-WR-CALNAME:{name}\r\n" + "\r\n".join(events) + "\r\nEND:VCALENDAR\r\n"


def _day(offset: int) -> date:
    return FIRST_DAY + timedelta(days=offset)


def calendars() -> dict[str, str]:
    """An .ics file a person: series, a moved and a dropped occurrence, and every treatment that capture knows."""
    weekdays = "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20260313T220000Z"
    steering = "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260313T220000Z"
    kim = _guest("kim@acme.example")
    moved = _event("steering", BERLIN, _day(9), "1400", "1445", "Portal steering", "RECURRENCE-ID;TZID=Europe/Berlin:20260311T100000", kim, _guest(ADA))  # fmt: skip
    standup = {
        zone: _event(
            "standup",
            zone,
            _day(0),
            "0900",
            "0915",
            "Team stand-up",
            weekdays,
            "EXDATE;TZID=" + zone + ":20260306T090000",
        )
        for zone in (BERLIN, LONDON)
    }
    ada = [
        standup[BERLIN],
        _event("steering", BERLIN, _day(0), "1000", "1045", "Portal steering", steering, kim, _guest(ADA)),
        moved,
        _event(
            "lake-review",
            BERLIN,
            _day(4),
            "1000",
            "1130",
            "Lakehouse: review of the ingestion pipeline",
            _guest(CHLOE),
            _guest(ADA),
        ),
        _event("dentist", BERLIN, _day(3), "1600", "1700", "Dentist", "CLASS:PRIVATE"),
        _event("brownbag", BERLIN, _day(1), "1200", "1300", "Brown bag: Rust for the curious", _guest(ADA, "DECLINED")),
        _event("focus", BERLIN, _day(2), "1300", "1500", "Keep free for deep work", "TRANSP:TRANSPARENT"),
        _event("pitch", BERLIN, _day(7), "1500", "1600", "Umbrella pitch rehearsal", "STATUS:CANCELLED", _guest(ADA)),
        (
            "BEGIN:VEVENT\r\nUID:fair@northlight.example\r\nDTSTAMP:20260220T080000Z\r\nDTSTART;VALUE=DATE:20260310\r\n"
            "DTEND;VALUE=DATE:20260311\r\nSUMMARY:Trade fair in town\r\nEND:VEVENT"
        ),
    ]
    ben = [
        standup[LONDON],
        _event("access", LONDON, _day(0), "1000", "1200", "Access review interviews", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU;COUNT=4", _guest("olu@globex.example"), _guest(BEN)),
        _event("runbook", LONDON, _day(2), "1500", "1630", "Archive cut-over: walk through the runbook", _guest("kim@acme.example"), _guest(BEN)),
        _event("clash", LONDON, _day(2), "1600", "1700", "Globex: hotfix call", _guest("olu@globex.example"), _guest(BEN)),
    ]  # fmt: skip
    chloe = [
        _event("initech", NEW_YORK, _day(1), "0900", "0930", "Initech sync", "RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4", _guest("raj@initech.example"), _guest(CHLOE)),
        _event("lake-review", NEW_YORK, _day(4), "0400", "0530", "Lakehouse: review of the ingestion pipeline", _guest(ADA), _guest(CHLOE, "TENTATIVE")),
    ]  # fmt: skip
    dana = [
        standup[BERLIN],
        _event("steering", BERLIN, _day(0), "1000", "1045", "Portal steering", steering, kim, _guest(DANA)),
        moved.replace(ADA, DANA),
        _event("findings", BERLIN, _day(1), "1400", "1500", "Walk-through of the audit findings", _guest("olu@globex.example"), _guest(DANA)),
        _event("umbrella", BERLIN, _day(3), "1300", "1500", "Umbrella proposal: scope and price", _guest("sam@umbrella.example"), _guest(DANA)),
        _event("hands", BERLIN, _day(10), "1600", "1700", "All hands", _guest(DANA)),
    ]  # fmt: skip
    owners = (("ada", ada), ("ben", ben), ("chloe", chloe), ("dana", dana))
    return {name: _calendar(name, events) for name, events in owners}


COMMITS: Final = {
    "portal": [
        (ADA, "Ada Lindqvist", BERLIN, 0, "11:20", "PORTAL-41 Validate the checkout form on the client"),
        (ADA, "Ada Lindqvist", BERLIN, 0, "12:05", "PORTAL-41 Add tests for empty baskets"),
        (ADA, "Ada Lindqvist", BERLIN, 0, "14:10", "PORTAL-43 Keep the session when the login expires"),
        (ADA, "Ada Lindqvist", BERLIN, 1, "10:15", "PORTAL-43 Move session handling behind one interface"),
        (ADA, "Ada Lindqvist", BERLIN, 1, "11:10", "PORTAL-43 Cover the renewal of tokens"),
        (ADA, "Ada Lindqvist", BERLIN, 2, "15:40", "PORTAL-44 Offer invoices as PDF download"),
        (CHLOE, "Chloe Park", NEW_YORK, 2, "11:30", "PORTAL-44 Review notes on the invoice download"),
        (ADA, "Ada Lindqvist", BERLIN, 8, "10:30", "PORTAL-44 Cache rendered invoices"),
        (ADA, "Ada Lindqvist", BERLIN, 8, "11:25", "PORTAL-45 Fix the rounding of order totals"),
    ],
    "lakehouse": [
        (CHLOE, "Chloe Park", NEW_YORK, 0, "10:40", "LAKE-7 Write partitions of the orders feed as parquet"),
        (CHLOE, "Chloe Park", NEW_YORK, 0, "11:35", "LAKE-7 Skip empty batches"),
        (CHLOE, "Chloe Park", NEW_YORK, 1, "10:20", "LAKE-8 Retry the ingestion when the source is away"),
        (CHLOE, "Chloe Park", NEW_YORK, 1, "11:50", "LAKE-8 Log how many rows each run ingested"),
        (CHLOE, "Chloe Park", NEW_YORK, 7, "13:15", "LAKE-9 Backfill the orders feed for February"),
        (ADA, "Ada Lindqvist", BERLIN, 4, "12:10", "LAKE-9 Answer review comments on the pipeline"),
    ],
}


def _instant(offset: int, clock: str, zone: str) -> datetime:
    hour, minute = clock.split(":")
    day = _day(offset)
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=ZoneInfo(zone))


def history_stream(repository: str) -> str:
    """The repository as ``git fast-import`` reads it."""
    lines = ["reset refs/heads/main"]
    ordered = sorted(COMMITS[repository], key=lambda row: _instant(row[3], row[4], row[2]))
    for mark, (mail, name, zone, offset, clock, subject) in enumerate(ordered, start=1):
        at = _instant(offset, clock, zone)
        who = f"{name} <{mail}> {int(at.timestamp())} {at:%z}"
        text = f"{mark}: {subject}\n"
        lines += [
            "commit refs/heads/main",
            f"mark :{mark}",
            f"author {who}",
            f"committer {who}",
            f"data {len(subject.encode())}",
            subject,
        ]
        lines += ([f"from :{mark - 1}"] if mark > 1 else []) + [
            "M 100644 inline NOTES.md",
            f"data {len(text.encode())}",
            text,
        ]
    return "\n".join(lines) + "\n"


def tickets() -> str:
    """Ben's tickets as a Jira search answers them: transitions, comments, one work log."""
    ben = {"emailAddress": BEN, "displayName": "Ben Okafor"}

    def at(offset: int, clock: str) -> str:
        return _instant(offset, clock, LONDON).strftime("%Y-%m-%dT%H:%M:%S.000%z")

    def issue(
        number: int, key: str, summary: str, comments: list[tuple[int, str, str]], log: tuple[int, str, int] | None
    ) -> dict[str, object]:
        worklogs = (
            [
                {
                    "id": f"{number}9",
                    "author": ben,
                    "started": at(log[0], log[1]),
                    "timeSpentSeconds": log[2] * 60,
                    "comment": "",
                }
            ]
            if log
            else []
        )
        first = comments[0]
        return {
            "id": str(number), "key": key,
            "fields": {
                "summary": summary, "project": {"key": key.partition("-")[0]}, "created": at(first[0], "08:30"), "updated": at(first[0], first[1]),
                "creator": {"emailAddress": "desk@globex.example", "displayName": "Globex desk"},
                "comment": {"comments": [
                    {"id": f"{number}{place}", "author": ben, "created": at(offset, clock), "updated": at(offset, clock), "body": body}
                    for place, (offset, clock, body) in enumerate(comments)
                ]},
                "worklog": {"worklogs": worklogs},
            },
            "changelog": {"histories": [
                {"id": f"{number}5", "author": ben, "created": at(first[0], first[1]), "items": [{"field": "status", "fromString": "Open", "toString": "In Progress"}]}
            ]},
        }  # fmt: skip

    issues = [
        issue(501, "SUP-88", "Mail queue stuck after the update", [(1, "14:05", "Restarted the relay, watching."), (1, "14:50", "Hotfix is out.")], None),
        issue(502, "SUP-91", "Single sign-on fails for new starters", [(3, "10:10", "Reproduced with a new account.")], (3, "10:15", 75)),
        issue(503, "MIG-12", "Dry run of the archive cut-over", [(3, "15:20", "Dry run started."), (3, "16:35", "Finished, two orders missing.")], None),
        issue(504, "SUP-95", "Backup report is empty", [(8, "11:00", "Wrong credentials in the job."), (8, "11:40", "Fixed and verified.")], None),
    ]  # fmt: skip
    return json.dumps({"startAt": 0, "maxResults": 50, "total": len(issues), "issues": issues}, indent=1) + "\n"


def tables() -> dict[str, list[Row]]:
    """The CSV files of the data contracts, rows as they are written."""
    people = [
        {
            "person": mail,
            "name": name,
            "zone": zone,
            "grade": grade,
            "manager": manager,
            "weekly_hours": hours,
            "workdays": "1-5",
        }
        for mail, name, zone, grade, manager, hours in PEOPLE
    ]
    names = (
        "client",
        "project",
        "task",
        "name",
        "keywords",
        "billable",
        "contract",
        "domains",
        "ticket_prefixes",
        "containers",
    )
    tasks = [{**dict(zip(names, row, strict=True)), "status": "open", "opens_on": "2026-01-01"} for row in TASKS]
    tasks.append(
        dict(zip(names, ("acme", "portal", "DESIGN", "Customer portal: design phase", "wireframes", "true", "C-100", "acme.example", "", ""), strict=True))
        | {"status": "closed", "opens_on": "2025-09-01", "closes_on": "2026-01-31"}
    )  # fmt: skip
    fields = (
        "contract",
        "client",
        "kind",
        "currency",
        "rounding_minutes",
        "rounding_rule",
        "included_hours",
        "cap_hours",
    )
    contracts = [{**dict(zip(fields, row, strict=True)), "starts_on": "2026-01-01"} for row in CONTRACTS]
    assignments = [
        {"person": person, "client": client, "project": project, "from": "2026-01-01", "planned_hours_per_week": hours}
        for person, rows in ASSIGNED.items()
        for client, project, hours in rows
    ]
    rates = [
        {"contract": contract, "grade": grade, "hourly_rate": rate, "currency": currency, "valid_from": "2026-01-01"}
        for contract, currency, prices in (("C-100", "EUR", "110 150 190"), ("C-101", "EUR", "105 145 185"), ("C-201", "GBP", "95 130 170"))
        for grade, rate in zip(("consultant", "senior", "principal"), prices.split(), strict=True)
    ]  # fmt: skip
    return {
        "people": people,
        "tasks": tasks,
        "assignments": assignments,
        "contracts": contracts,
        "rate-cards": rates,
        "timesheets": timesheets(),
    }


def timesheets() -> list[Row]:
    """What the people booked in the two weeks before: the history that suggestions lean on."""
    zones = {row[0]: row[2] for row in PEOPLE}
    rows: list[Row] = []
    for person, days, hour, minutes, (client, project, task), narrative in HISTORY:
        for offset in days:
            day = HISTORY_DAY + timedelta(days=offset)
            start = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zones[person]))
            entered = datetime(day.year, day.month, day.day, 17, tzinfo=ZoneInfo(zones[person])).astimezone(UTC)
            rows.append(
                {
                    "person": person, "date": day.isoformat(), "minutes": str(minutes), "client": client, "project": project, "task": task,
                    "start": start.isoformat(), "end": (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(ZoneInfo(zones[person])).isoformat(),
                    "billable": "true" if client in BILLED else "false", "narrative": narrative, "status": "approved",
                    "created_at": entered.isoformat().replace("+00:00", "Z"), "source": "timesheet",
                }
            )  # fmt: skip
    rows.sort(key=lambda row: (row["date"], row["person"], row["start"]))
    return [{"id": f"T-{number:04d}", **row} for number, row in enumerate(rows, start=1)]


def write(folder: Path) -> list[Path]:
    """Every file of the sample firm below ``folder``; returns their paths."""
    written: list[Path] = []

    def put(name: str, text: str) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        written.append(path)

    for name, rows in tables().items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        written.append(path)
    for name, text in calendars().items():
        put(f"calendars/{name}.ics", text)
    for repository in COMMITS:
        put(f"repositories/{repository}.fast-import", history_stream(repository))
    put("tickets/jira.json", tickets())
    return written


if __name__ == "__main__":
    for path in write(Path(sys.argv[1] if len(sys.argv) > 1 else "data/sample")):
        print(path)
