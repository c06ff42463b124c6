"""``hourtrail timesheets``: somebody's week as one, from draft to approval."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import click

from hourtrail.cli.common import Day, answer, common_options, counted, hours, opened
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.timesheet import Timesheet, TimesheetAct, TimesheetStatus
from hourtrail.flows.timesheets import SheetRequest, blocking, move_timesheet, timesheet, timesheets_of
from hourtrail.flows.timesheets import timesheets as of_everybody
from hourtrail.flows.timesheets_wire import sheet_to_json, summary_to_json
from hourtrail.store import TenantStore

MOST: int = 10_000
"""Weeks in one answer."""


@click.group()
def timesheets() -> None:
    """Weeks of time entries: list, show, submit, recall, approve, reject.

    \b
    hourtrail timesheets list --from 2026-03-02 --to 2026-03-15 --status submitted
    hourtrail timesheets show ada 2026-03-02
    hourtrail timesheets submit ada 2026-03-02 --as ada
    hourtrail timesheets reject ada 2026-03-02 --as dana --note "Monday was for the other project"
    """


@timesheets.command("list")
@click.option("--person", metavar="P", help="Only this person's.")
@click.option("--from", "first", type=Day(), metavar="D", help="The first week is that of this day.")
@click.option("--to", "last", type=Day(), metavar="D", help="The last week is that of this day.")
@click.option("--status", type=click.Choice([status.value for status in TimesheetStatus]), help="Only these.")
@common_options
@click.pass_context
def list_them(
    ctx: click.Context, person: str | None, first: date | None, last: date | None, status: str | None, *, as_json: bool
) -> None:
    """The weeks that hold an entry, and where each stands."""
    with opened(ctx, reading=True) as (store, tenant), store.tenant(tenant, read_only=True) as db:
        found = [row for row in _stored(db, person, first, last) if status in {None, row.status}]
    if len(found) > MOST:
        raise InvalidInput(f"{len(found)} weeks are too many for one answer; narrow them with --from, --to or --person")
    if as_json:
        answer({"timesheets": [summary_to_json(row) for row in found]})
        return
    for row in found:
        click.echo(_line(row))
    if not found:
        click.echo("No week holds an entry there.")


def _stored(db: TenantStore, person: str | None, first: date | None, last: date | None) -> Iterator[Timesheet]:
    """One person's weeks, or everybody's; without a bound from the first booked day to the last."""
    if person is not None:
        return timesheets_of(db, person, first=first, last=last)
    booked = db.booked_days()
    return iter(()) if booked is None else of_everybody(db, first or booked[0], last or booked[1])


@timesheets.command()
@click.argument("person")
@click.argument("week", type=Day(), metavar="DAY")
@common_options
@click.pass_context
def show(ctx: click.Context, person: str, week: date, *, as_json: bool) -> None:
    """One week: its entries, and what keeps it from being submitted or approved. DAY is any day of it."""
    with opened(ctx, reading=True) as (store, tenant), store.tenant(tenant, read_only=True) as db:
        row = timesheet(db, person, week)
        body = sheet_to_json(row, blocking(db, _waiting(row)))
    if as_json:
        answer(body)
        return
    click.echo(_line(row))
    for entry in row.entries:
        click.echo(
            f"  {entry.id}  {entry.date}  {hours(entry.minutes)}  {entry.item}  {entry.status}  {entry.narrative}"
        )
    for finding in body["blocking"]:
        click.echo(f"  blocked: {finding['explanation']}")


def _waiting(row: Timesheet) -> list[Any]:
    return [entry for entry in row.entries if entry.status in {EntryStatus.DRAFT, EntryStatus.SUBMITTED}]


def _line(row: Timesheet) -> str:
    by_status = ", ".join(
        f"{count} {status}" for status in EntryStatus if (count := sum(one.status is status for one in row.entries))
    )
    return f"{row.week}  {row.person}  {row.status}  {hours(row.minutes)}  ({by_status or 'no entries'})"


def _acts(act: TimesheetAct, about: str) -> Callable[..., None]:
    """The command of one act on a week."""

    @timesheets.command(act.value, help=about)
    @click.argument("person")
    @click.argument("week", type=Day(), metavar="DAY")
    @click.option("--as", "actor", required=True, metavar="PERSON", help="Who says so; always a named person.")
    @click.option("--note", default="", metavar="TEXT", help="Logged with it; a rejection needs one.")
    @common_options
    @click.pass_context
    def command(ctx: click.Context, person: str, week: date, actor: str, note: str, *, as_json: bool) -> None:
        with opened(ctx) as (store, tenant):
            request = SheetRequest(person=person, day=week, act=act, actor=actor, note=note)
            moved = move_timesheet(store, tenant, request)
        if as_json:
            answer(sheet_to_json(moved, []))
        else:
            click.echo(f"{counted(len(moved.entries), 'entry', 'entries')}: {_line(moved)}")

    return command


submit = _acts(
    TimesheetAct.SUBMIT, "Submit every draft of a week. What blocks is named and stops it. DAY is any day of it."
)
recall = _acts(
    TimesheetAct.RECALL, "Take what was submitted, approved or rejected back to draft. DAY is any day of the week."
)
approve = _acts(TimesheetAct.APPROVE, "Approve what was submitted of somebody else's week. DAY is any day of it.")
reject = _acts(TimesheetAct.REJECT, "Send what was submitted of somebody else's week back. DAY is any day of it.")
