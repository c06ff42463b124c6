"""A small firm in real files, driven through the real flows: what the tests of flows and of the command line walk through."""

import csv
import json
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.decision import Verdict
from hourtrail.domain.suggestion import SuggestionStatus
from hourtrail.flows.decide import Request, decide
from hourtrail.flows.export import rows
from hourtrail.flows.ingest import ingest
from hourtrail.flows.resolve import Part
from hourtrail.flows.suggest import suggest
from hourtrail.wiring import load_models, sources

MONDAY, TUESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)
EVENING = datetime(2026, 3, 6, 18, tzinfo=UTC)
RULES = load_models(rules_only=True)

TABLES = {
    "people": """person,name,zone
ada@firm.example,Ada,Europe/Berlin
ben@firm.example,Ben,Europe/London
dana@firm.example,Dana,Europe/Berlin
""",
    "contracts": """contract,client,kind,currency,rounding_minutes,rounding_rule
C-TM,acme,time_and_materials,EUR,15,up
C-RET,globex,retainer,GBP,30,nearest
C-MS,initech,milestone,EUR,,none
C-INT,firm,internal,EUR,,none
""",
    "tasks": """client,project,task,name,keywords,billable,contract,domains,ticket_prefixes,status,closes_on
acme,portal,DEV,Customer portal: development,login;checkout,true,C-TM,acme.example,PORTAL,open,
acme,portal,DESIGN,Customer portal: design,wireframes,true,C-TM,,,closed,2026-01-31
globex,support,,Support agreement,incident;hotfix,depends,C-RET,globex.example,SUP,open,
initech,lakehouse,M1,Lakehouse milestone: ingestion,parquet;pipeline,true,C-MS,initech.example,LAKE,open,
firm,internal,ADMIN,Administration,stand-up;timesheet,true,C-INT,,,open,
""",
    "assignments": """person,client,project,from,planned_hours_per_week
ada@firm.example,acme,portal,2026-01-01,20
ada@firm.example,globex,support,2026-01-01,8
ada@firm.example,firm,internal,2026-01-01,4
ben@firm.example,acme,portal,2026-01-01,20
ben@firm.example,initech,lakehouse,2026-01-01,10
""",
}


def vevent(uid, start, end, title, *more, sequence=0):
    """One event; times like 20260302T090000Z."""
    lines = [f"UID:{uid}", f"DTSTART:{start}", f"DTEND:{end}", f"SUMMARY:{title}", f"SEQUENCE:{sequence}", *more]
    return "\r\n".join(["BEGIN:VEVENT", "DTSTAMP:20260301T000000Z", *lines, "END:VEVENT"])


def vcalendar(*events):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test", *events, "END:VCALENDAR", ""])


def attendee(person, response, *, organiser="kim@acme.example"):
    return f"ORGANIZER:mailto:{organiser}\r\nATTENDEE;PARTSTAT={response}:mailto:{person}"


def activity(key, kind, start, *, person="ada@firm.example", end=None, source="test", **more):
    """A line of the activity contract."""
    return {"source": source, "external_id": key, "kind": kind, "person": person, "start": start, "end": end, **more}


def write_tables(folder, *names):
    for name in names or TABLES:
        (folder / f"{name}.csv").write_text(TABLES[name], encoding="utf-8")
    return folder


def git_repository(folder, commits, *, remote="https://git.example/firm/portal.git"):
    """A repository with (ISO time, e-mail, subject) as its history."""
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True, capture_output=True)
    subprocess.run(["git", "-C", folder, "remote", "add", "origin", remote], check=True, capture_output=True)
    add_commits(folder, commits)
    return folder


def add_commits(folder, commits):
    for at, email, subject in commits:
        who = {"NAME": email.partition("@")[0], "EMAIL": email, "DATE": at}
        environment = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
        command = ["git", "-C", str(folder), "commit", "-q", "--allow-empty", "-m", subject]
        subprocess.run(
            command, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin", "HOME": "/", **environment}
        )


class Firm:
    """One tenant of one store, and a folder for its files."""

    def __init__(self, store, folder, tenant="firm"):
        self.store, self.folder, self.tenant = store, folder, tenant

    def ingest(self, *paths, **options):
        read = ReadOptions(today=FRIDAY, **options)
        return ingest(self.store, self.tenant, list(paths), read, sources=sources())

    def tables(self, *names):
        return self.ingest(write_tables(self.folder, *names))

    def calendar(self, *events, person="ada@firm.example", name="work.ics"):
        path = self.folder / person.partition("@")[0] / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(vcalendar(*events), encoding="utf-8", newline="")
        return self.ingest(path, person=person, zone="Europe/Berlin")

    def activities(self, *lines, name="activities.jsonl"):
        path = self.folder / name
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        return self.ingest(path)

    def suggest(self, *, person=None, first=MONDAY, last=FRIDAY, models=RULES, now=EVENING):
        return suggest(self.store, self.tenant, first=first, last=last, models=models, person=person, now=now)

    def decide(self, suggestion, verdict, actor="ada@firm.example", *, now=EVENING, **more):
        parts = tuple(Part(**part) for part in more.pop("parts", ()))
        request = Request(
            suggestion=getattr(suggestion, "id", suggestion), verdict=Verdict(verdict), actor=actor, parts=parts, **more
        )
        return decide(self.store, self.tenant, request, now=now)

    def export(self, what):
        with self.store.tenant(self.tenant, read_only=True) as db:
            return list(rows(db, what))

    def open(self):
        with self.store.tenant(self.tenant, read_only=True) as db:
            return db.suggestions(status=SuggestionStatus.OPEN)

    def suggestion(self, name):
        with self.store.tenant(self.tenant, read_only=True) as db:
            return db.suggestion(name)

    def audit(self):
        with self.store.tenant(self.tenant, read_only=True) as db:
            return db.verify_audit()

    def state(self):
        """Everything that a replay must leave as it was."""
        kinds = ("activities", "suggestions", "decisions", "time-entries", "training-set")
        return {kind: self.export(kind) for kind in kinds} | {"audit": self.audit()}


def table(path: Path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
