"""A small firm with something to review, on a real server: what the review tests share."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.serving.conftest import TENANT, Site

from hourtrail.domain.access import Role
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import Person, Task, WorkItem
from hourtrail.flows.review_settings import set_review_policy
from hourtrail.flows.stored_checks import check_stored
from hourtrail.policy.review import load
from hourtrail.store import Store

KIM, VERA, IRIS, JON, LEA = (f"{name}@northlight.example" for name in ("kim", "vera", "iris", "jon", "lea"))
PORTAL = WorkItem("acme", "portal", "DEV")
TODAY = date(2026, 4, 30)
QUIET = ("missing_time", "no_evidence", "missing_rate", "late_entry", "not_assigned", "wrong_rate", "budget_forecast")


def entry(name: str, person: str, day: int, **changes: Any) -> TimeEntry:
    values: dict[str, Any] = {
        "id": name, "person": person, "date": date(2026, 4, day), "minutes": 60, "item": PORTAL, "currency": "EUR",
        "narrative": f"Checkout form, part {name}", "hourly_rate": Decimal(120), "billable": True,
        "status": EntryStatus.SUBMITTED, "created_at": datetime(2026, 4, day, 18, tzinfo=UTC),
    }  # fmt: skip
    return TimeEntry(**{**values, **changes})


def fill_review(store: Store) -> None:
    """Twenty clean entries, one of 1,000 minutes, and three on a project that the task list does not hold."""
    people = [
        Person(id=KIM, name="Kim", manager=VERA), Person(id=VERA, name="Vera"),
        *(Person(id=one, name=one.partition("@")[0].title(), manager=KIM) for one in (IRIS, JON, LEA)),
    ]  # fmt: skip
    rows = [entry(f"ok{n:02}", (IRIS, JON, LEA)[n % 3], 13 + n % 4) for n in range(20)]
    rows.append(entry("long", IRIS, 20, minutes=1000, narrative="Everything before the <b>release</b>"))
    rows += [
        entry(f"lost{n}", who, 21, item=WorkItem("acme", "lost"), minutes=45) for n, who in enumerate((IRIS, JON, LEA))
    ]
    with store.tenant(TENANT) as db:
        db.put_master([*people, Task(item=PORTAL)])
        db.put_entries(rows)
    checks = 'version = "quiet"\n' + "".join(f"[checks.{name}]\nenabled = false\n" for name in QUIET)
    text = f'version = "test"\napproval_days = 366\naudit_least = 2\ncheck_policy = """{checks}"""'
    set_review_policy(store, TENANT, load(text), VERA)
    check_stored(store, TENANT, today=TODAY)


def queue(site: Site, **wanted: str) -> list[dict[str, Any]]:
    return list(site.get("/v1/findings", **wanted)["items"])


def line(site: Site, check: str) -> dict[str, Any]:
    found = queue(site, check=check)
    assert len(found) == 1, found
    return found[0]


def say(site: Site, target: str, kind: str, actor: str = KIM, **more: Any) -> Any:
    codes = {"true_issue": "to_correct", "acceptable": "approved_exception", "false_alarm": "nothing_wrong"}
    body = {"kind": kind, "reason_code": codes.get(kind, ""), **more}
    return site.person(actor, Role.REVIEWER).post(f"/v1/findings/{target}/reviews", json=body)
