"""``hourtrail privacy``: keys, what the models are to forget, and what a manager can see of a day; the acts beside it."""

from datetime import date

import click

from hourtrail.cli.common import Day, answer, common_options, counted, hours, opened
from hourtrail.cli.privacy_acts import COMMANDS
from hourtrail.cli.settings import OK
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.forgetting import Forgotten, Trait
from hourtrail.flows.privacy import (
    forget,
    forget_suggested,
    forgotten_of,
    forgotten_to_json,
    managers_view,
    remember_again,
    renew_key,
    seal_activities,
)


@click.group()
def privacy() -> None:
    """Who can see what of a person's day, what is forgotten, removed, erased or handed out, and the keys of activities."""


for command in COMMANDS:
    privacy.add_command(command)


@privacy.command()
@common_options
@click.pass_context
def seal(ctx: click.Context, *, as_json: bool) -> int:
    """Seal the activities that a version before sealing stored in clear."""
    with opened(ctx) as (store, tenant):
        count = seal_activities(store, tenant)
    return _told(tenant, count, as_json=as_json)


@privacy.command(name="renew-key")
@click.option("--as", "actor", required=True, metavar="PERSON", help="Who renews it; the audit trail says so.")
@common_options
@click.pass_context
def renew(ctx: click.Context, actor: str, *, as_json: bool) -> int:
    """Give the tenant a new key, seal every activity with it, and destroy the old one. Other keys and tenants stay."""
    with opened(ctx) as (store, tenant):
        count = renew_key(store, tenant, actor)
    return _told(tenant, count, as_json=as_json)


def _told(tenant: str, count: int, *, as_json: bool) -> int:
    if as_json:
        answer({"tenant": tenant, "sealed": count})
    else:
        click.echo(f"{counted(count, 'activity', 'activities')} of tenant {tenant} sealed")
    return OK


@privacy.command(name="manager-view")
@click.argument("person")
@click.argument("day", type=Day())
@common_options
@click.pass_context
def manager_view(ctx: click.Context, person: str, day: date, *, as_json: bool) -> int:
    """Show what a manager sees of PERSON's DAY, and how much of it they do not."""
    with opened(ctx, reading=True) as (store, tenant):
        seen = managers_view(store, tenant, person, day)
    if as_json:
        answer(seen)
        return OK
    visible, hidden = seen["visible"], seen["hidden"]
    for row in visible["time_entries"]:
        work = "/".join(part for part in (row["client"], row["project"], row["task"]) if part)
        click.echo(f"{hours(row['minutes']):>6}  {work}  {row['narrative']}  ({row['status']})")
    click.echo(
        f"Visible: {hours(visible['booked_minutes'])} h booked, {hours(visible['evidenced_minutes'])} h evidenced."
    )
    kinds = ", ".join(counted(count, kind) for kind, count in hidden["activities"].items()) or "no activity"
    click.echo(f"Not shown to them: {kinds}; {counted(hidden['suggestions'], 'suggestion')}.")
    click.echo("Whoever may open the trail of a booked entry sees the evidence of that one entry.")
    return OK


@privacy.command(name="forget")
@click.argument("suggestion", required=False)
@click.option("--as", "person", required=True, metavar="PERSON", help="Whose memory; nobody forgets for somebody else.")
@click.option("--trait", type=click.Choice([trait.value for trait in Trait]), help="By what it is remembered.")
@click.option("--value", metavar="TEXT", help="The series, reference, calendar or repository, domain or entry.")
@click.option("--client", default="", help="Only where it was booked on this work.")
@click.option("--project", default="")
@click.option("--task", default="")
@common_options
@click.pass_context
def forget_(
    ctx: click.Context,
    suggestion: str | None,
    person: str,
    trait: str | None,
    value: str | None,
    client: str,
    project: str,
    task: str,
    *,
    as_json: bool,
) -> int:
    """Forget an association: why SUGGESTION proposed what it did, or what --trait and --value name. Entries stay."""
    done: list[tuple[Forgotten, int]] = []
    if bool(suggestion) == bool(trait and value) or bool(trait) != bool(value):
        raise click.UsageError("name a SUGGESTION, or an association with --trait and --value")
    with opened(ctx) as (store, tenant):
        if suggestion:
            done = forget_suggested(store, tenant, suggestion, person)
        elif trait and value:
            item = WorkItem(client, project, task) if project else None
            done = [forget(store, tenant, person, Trait(trait), value, item=item)]
    if as_json:
        answer({"forgotten": [{**forgotten_to_json(row), "entries": count} for row, count in done]})
    for row, count in () if as_json else done:
        click.echo(f"{_association(row)}: {counted(count, 'entry', 'entries')} no longer remembered; take it back with")
        click.echo(f"  hourtrail privacy remember {row.id} --as {person}")
    return OK


@privacy.command()
@click.argument("forgotten")
@click.option("--as", "person", required=True, metavar="PERSON", help="Who asked to forget it.")
@common_options
@click.pass_context
def remember(ctx: click.Context, forgotten: str, person: str, *, as_json: bool) -> int:
    """Take back FORGOTTEN, an id that `forget` or `forgotten` printed."""
    with opened(ctx) as (store, tenant):
        back = remember_again(store, tenant, forgotten, person)
    if as_json:
        answer({"remembered": forgotten_to_json(back)})
    else:
        click.echo(f"{_association(back)}: remembered again")
    return OK


@privacy.command(name="forgotten")
@click.argument("person")
@common_options
@click.pass_context
def list_forgotten(ctx: click.Context, person: str, *, as_json: bool) -> int:
    """List what PERSON asked to forget."""
    with opened(ctx, reading=True) as (store, tenant):
        rows = forgotten_of(store, tenant, person)
    if as_json:
        answer({"forgotten": [forgotten_to_json(row) for row in rows]})
        return OK
    for row in rows:
        click.echo(f"{row.id}  {_association(row)}")
    if not rows:
        click.echo(f"{person} asked to forget nothing")
    return OK


def _association(row: Forgotten) -> str:
    where = (
        "/".join(part for part in (row.item.client, row.item.project, row.item.task) if part)
        if row.item
        else "anything"
    )
    return f"{row.trait.value} {row.value!r} means {where}"
