"""Timesheets: somebody's week as one, from draft to approval."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query
from pydantic import Field
from starlette.responses import JSONResponse, Response

from hourtrail.domain.access import Permission, Principal, Reach
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.timesheet import Timesheet, TimesheetAct, TimesheetStatus
from hourtrail.flows.timesheets import SheetRequest, blocking, move_timesheet, timesheet, timesheets, timesheets_of
from hourtrail.flows.timesheets_wire import sheet_to_json, summary_to_json
from hourtrail.store import TenantStore
from hourtrail_serving.cursors import Cursor, Limit, WeekCursor
from hourtrail_serving.etags import Conditions, Given, tagged
from hourtrail_serving.fields import Day, FromQuery, IdPath, OptionalCode, PersonQuery, Strict, Text, ToQuery, bounded
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.idempotency import IdempotencyKey
from hourtrail_serving.openapi import answers, one, writes
from hourtrail_serving.served import Context, Served
from hourtrail_serving.sight import Sight, actor_of, is_team, own_or_named, require_sight, sight

router = APIRouter(prefix="/v1", tags=["timesheets"], route_class=Guarded)

Week = Annotated[Day, Path(description="Any day of the week")]


class ActBody(Strict):
    """Who does it, and why."""

    actor: Annotated[
        OptionalCode,
        Field(
            description="the person who says so: left out by whoever is signed in, named by a program that carries it"
        ),
    ] = ""
    note: Annotated[Text, Field(description="logged with it; a rejection needs one")] = ""


@router.get("/timesheets", responses=answers("Timesheets", "Weeks that hold an entry, by week and person"))
def list_timesheets(
    served: Context,
    who: Who,
    *,
    person: PersonQuery = None,
    first: FromQuery = None,
    last: ToQuery = None,
    status: Annotated[TimesheetStatus | None, Query(description="Only these; all when it is left out")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> JSONResponse:
    """Whole weeks from that of `from` to that of `to`, as far as they are yours to see. Give a person, or at most 35 days.

    A week stands where that entry of it stands which is furthest from being billed: rejected, draft, submitted, approved,
    invoiced. Of other people's weeks approvers see what was submitted.
    """
    person = own_or_named(who, Permission.ENTRIES_READ, person)
    bounded(person, first, last)
    place = WeekCursor.parse(cursor) if cursor else None
    with served.store.tenant(served.tenant, read_only=True) as db:
        within = sight(db, who, Permission.ENTRIES_READ)
        if person is not None:
            within.require(person)
        found = _found(db, within, person, first=first, last=last, place=place)
        team = is_team(who, Permission.ENTRIES_READ)
        rows = list(islice(_wanted((_seen(row, within, team=team) for row in found), status), limit + 1))
    page = rows[:limit]
    return JSONResponse(
        {
            "timesheets": [summary_to_json(row) for row in page],
            "next_cursor": str(WeekCursor(page[-1].week, page[-1].person)) if len(rows) > limit else None,
        }
    )


def _found(
    db: TenantStore,
    within: Sight,
    person: str | None,
    *,
    first: date | None,
    last: date | None,
    place: WeekCursor | None,
) -> Iterator[Timesheet]:
    """One person's from the place on, or those of everybody in sight, for which both days are given (``bounded``)."""
    if person is None:
        assert first is not None
        assert last is not None
        after = (place.week, place.person) if place else None
        return timesheets(db, first, last, people=within.people, after=after)
    begin = max(filter(None, (first, place.week if place else None)), default=None)
    return (row for row in timesheets_of(db, person, first=begin, last=last) if place is None or place.precedes(row))


def _wanted(found: Iterator[Timesheet], status: TimesheetStatus | None) -> Iterator[Timesheet]:
    return (row for row in found if row.entries and (status is None or row.status is status))


def _seen(row: Timesheet, within: Sight, *, team: bool) -> Timesheet:
    """The timesheet with those entries that one may see."""
    mine = tuple(entry for entry in row.entries if within.sees_entry(entry, team=team))
    return Timesheet(person=row.person, week=row.week, entries=mine)


@router.get("/timesheets/{person}/{week}", responses=one("Timesheet", "The week, its entries and what blocks them"))
def get_timesheet(served: Context, who: Who, person: IdPath, week: Week, given: Given) -> Response:
    """One week of one person: its entries, minutes by day, and the findings that keep it from being submitted or approved."""
    with served.store.tenant(served.tenant, read_only=True) as db:
        sight(db, who, Permission.ENTRIES_READ).require(person)
        return given.answer(_told(db, who, timesheet(db, person, week)))


def _told(db: TenantStore, who: Principal, row: Timesheet) -> dict[str, Any]:
    within = sight(db, who, Permission.ENTRIES_READ)
    sheet = _seen(row, within, team=is_team(who, Permission.ENTRIES_READ))
    stops = blocking(db, [entry for entry in sheet.entries if entry.status in _BLOCKABLE])
    return sheet_to_json(sheet, stops)


_BLOCKABLE = frozenset({EntryStatus.DRAFT, EntryStatus.SUBMITTED})


_WRITES = writes(
    "Timesheet", "The week as it is now", HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What every act on a week is asked with."""

    served: Served
    who: Principal
    given: Conditions
    said: ActBody
    key: str | None

    def do(self, act: TimesheetAct, person: str, week: date, *permissions: Permission) -> JSONResponse:
        """Carry it out, as far as one of the permissions that are held reaches."""
        # Who may not touch these records is told so before anything else.
        _require_reach(self.served, self.who, permissions, person)
        actor = actor_of(self.who, self.said.actor)
        request = SheetRequest(person=person, day=week, act=act, actor=actor, note=self.said.note)
        asked = f"timesheet {act} {person} {week} {self.said.as_sent()}"
        return tagged(self.served.answers.once(self.who, self.key, asked, lambda: self._done(request)))

    def _done(self, request: SheetRequest) -> dict[str, Any]:
        moved = move_timesheet(
            self.served.store, self.served.tenant, request, expected=_unchanged(self.who, self.given)
        )
        if not _may_read(self.who):
            return {**summary_to_json(moved), "time_entries": [], "blocking": []}
        with self.served.store.tenant(self.served.tenant, read_only=True) as db:
            return _told(db, self.who, moved)


def _asked(
    served: Context,
    who: Who,
    given: Given,
    body: Annotated[ActBody | None, Body()] = None,
    idempotency_key: IdempotencyKey = None,
) -> Asked:
    said = body or ActBody()
    return Asked(served=served, who=who, given=given, said=said, key=idempotency_key)


Request = Annotated[Asked, Depends(_asked)]


def _require_reach(served: Served, who: Principal, permissions: tuple[Permission, ...], person: str) -> None:
    """Refuse when none of the permissions that are held reaches that far. Raises OutOfReach, MissingPermission."""
    held = [permission for permission in permissions if who.may(permission)] or [permissions[0]]
    if not any(who.reach(permission) is Reach.OWN and person == who.person for permission in held):
        require_sight(served, who, held[-1], person)


def _unchanged(who: Principal, given: Conditions) -> Callable[[TenantStore, Timesheet], None]:
    def check(db: TenantStore, row: Timesheet) -> None:
        if given.if_match is not None and _may_read(who):
            given.require(_told(db, who, row))

    return check


def _may_read(who: Principal) -> bool:
    return who.may(Permission.ENTRIES_READ)


@router.post("/timesheets/{person}/{week}:submit", responses=_WRITES)
def submit_timesheet(person: IdPath, week: Week, asked: Request) -> JSONResponse:
    """Submit every draft of the week. Findings that block stop it and are listed in the problem's `errors`."""
    return asked.do(TimesheetAct.SUBMIT, person, week, Permission.ENTRIES_SUBMIT)


@router.post("/timesheets/{person}/{week}:recall", responses=_WRITES)
def recall_timesheet(person: IdPath, week: Week, asked: Request) -> JSONResponse:
    """Take what was submitted, approved or rejected back to draft, to correct it. What is invoiced stays."""
    return asked.do(TimesheetAct.RECALL, person, week, Permission.ENTRIES_SUBMIT, Permission.ENTRIES_APPROVE)


@router.post("/timesheets/{person}/{week}:approve", responses=_WRITES)
def approve_timesheet(person: IdPath, week: Week, asked: Request) -> JSONResponse:
    """Approve what was submitted of somebody else's week; only people do. What blocks, or is to be approved alone, is listed."""
    return asked.do(TimesheetAct.APPROVE, person, week, Permission.ENTRIES_APPROVE)


@router.post("/timesheets/{person}/{week}:reject", responses=_WRITES)
def reject_timesheet(person: IdPath, week: Week, asked: Request) -> JSONResponse:
    """Send what was submitted of somebody else's week back, with a note that says why; only people do."""
    return asked.do(TimesheetAct.REJECT, person, week, Permission.ENTRIES_APPROVE)
