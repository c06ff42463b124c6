"""``hourtrail review``: what needs a person, why, and what they said of it."""

from datetime import UTC, date, datetime
from inspect import cleandoc
from pathlib import Path

import click
from rich.table import Table

from hourtrail.cli.common import Day, answer, common_options, console, counted, opened, say
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.queue import Item
from hourtrail.domain.review import RESOLUTIONS, VERDICTS, ReviewKind
from hourtrail.domain.review_wire import clearing_to_json, item_to_json, review_to_json
from hourtrail.domain.wire import entry_to_json, finding_to_json
from hourtrail.flows.clearing import ClearRequest, clear_rest
from hourtrail.flows.precision import ReviewReport, review_report
from hourtrail.flows.queue import Filter, behind, queue_of, review_queue
from hourtrail.flows.review import Reviewed, ReviewRequest, unmute
from hourtrail.flows.review import review as run_review
from hourtrail.flows.review_settings import review_policy_of, set_review_policy
from hourtrail.flows.stored_checks import check_stored
from hourtrail.policy.review import ROUTES, to_mapping
from hourtrail.policy.review import load as load_policy

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
ACTOR = click.option("--as", "actor", required=True, metavar="PERSON", help="Who says so; always a named person.")
NOTE = click.option("--note", default="", metavar="TEXT", help="Logged with it.")


def _today() -> date:
    return datetime.now(UTC).date()


@click.group()
def review() -> None:
    """The reviewers' queue: what needs a person, why, and what they said.

    \b
    hourtrail review run                          check what is stored
    hourtrail review list                         most expected money first
    hourtrail review verdict FINDING true_issue --as kim --reason to_correct
    hourtrail review clear --from 2026-03-02 --to 2026-03-08 --as kim
    """


@review.command()
@click.option("--from", "first", type=Day(), metavar="D", help="Reconcile only findings from this work date on.")
@click.option("--to", "last", type=Day(), metavar="D", help="And up to this one.")
@click.option("--as-of", "today", type=Day(), metavar="D", help="Today, for the checks.  [default: today]")
@common_options
@click.pass_context
def run(ctx: click.Context, first: date | None, last: date | None, today: date | None, *, as_json: bool) -> None:
    """Run every check over the stored entries: the nightly pass.

    New findings are raised, those whose fact is gone are resolved; what a person decided is never touched.
    """
    if first is not None and last is not None and last < first:
        raise InvalidInput(f"--to {last} lies before --from {first}")
    with opened(ctx) as (store, tenant):
        ran = check_stored(store, tenant, today=today or _today(), first=first, last=last)
    changes = ran.changes
    if as_json:
        counts = {name: getattr(changes, name) for name in ("created", "updated", "unchanged", "resolved", "reopened")}
        answer({"entries": ran.entries, **counts, "findings": [finding_to_json(row) for row in ran.findings]})
    else:
        click.echo(
            f"{counted(ran.entries, 'entry', 'entries')} checked: {changes.created} new findings, {changes.updated} changed,"
            f" {changes.resolved} resolved, {changes.reopened} open again, {changes.unchanged} as before"
        )


@review.command("list")
@click.option("--queue", default="", metavar="NAME", help="Only this queue.")
@click.option("--owner", default="", metavar="PERSON", help="Only what this person or role owns.")
@click.option("--check", "check_name", default="", metavar="CHECK", help="Only findings of this check.")
@click.option(
    "--route",
    type=click.Choice(list(ROUTES)),
    help="Only disputes, missing approvals, or noncompliant billing.",
)
@click.option("--audit", is_flag=True, help="The cleared entries that were drawn for a second look.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Most lines to show.")
@common_options
@click.pass_context
def list_(
    ctx: click.Context,
    queue: str,
    owner: str,
    check_name: str,
    route: str | None,
    limit: int,
    *,
    audit: bool,
    as_json: bool,
) -> None:
    """List what waits: probability x money at risk x age, largest first, each line with its reason."""
    with opened(ctx, reading=True) as (store, tenant):
        wanted = Filter(queue=queue, owner=owner, check=check_name, route=route or "")
        found = review_queue(store, tenant, _today(), wanted)
    items = found.audits if audit else found.items
    if as_json:
        answer(
            {
                "items": [item_to_json(item, rank) for rank, item in enumerate(items[:limit], start=1)],
                "total": len(items),
                "audits": len(found.audits),
                "behind": found.behind,
                "muted": [{"check": row.check, "reason": row.reason, "hidden": row.hidden} for row in found.muted],
            }
        )
        return
    _print_items(items[:limit])
    click.echo(f"{counted(len(items), 'line waits', 'lines wait')}; {len(found.audits)} drawn for a second look")
    if found.behind:
        click.echo(
            f"{counted(found.behind, 'more open finding weighs', 'more open findings weigh')} less; they move up as these are answered"
        )
    for row in found.muted:
        say(f"muted: {row.check}: {row.reason}; {counted(row.hidden, 'finding')} kept aside")


def _print_items(items: tuple[Item, ...]) -> None:
    for rank, item in enumerate(items, start=1):
        name = item.id if len(item.members) > 1 else item.finding.id
        risk = ", ".join(map(str, item.at_risk)) or "no amount"
        due = f", due {item.due}" if item.due else ""
        escalated = ", escalated" if item.escalated else ""
        click.echo(
            f"{rank:>3}  {name}  {item.finding.check}  {risk}  {item.place.owner} ({item.place.queue}){due}{escalated}"
        )
        click.echo(f"     {item.finding.explanation}")
        click.echo(f"     {item.reason}")


@review.command()
@click.argument("finding")
@common_options
@click.pass_context
def show(ctx: click.Context, finding: str, *, as_json: bool) -> None:
    """Show one line of the queue: expected against measured, comparable entries, and what was said before."""
    with opened(ctx, reading=True) as (store, tenant), store.tenant(tenant, read_only=True) as db:
        seen = behind(db, queue_of(db, _today()).item(finding))
    if as_json:
        answer(
            {
                **item_to_json(seen.item),
                "time_entry": entry_to_json(seen.entry) if seen.entry else None,
                "comparable_entries": [entry_to_json(row) for row in seen.comparables],
                "reviews": [review_to_json(row) for row in seen.reviews],
            }
        )
        return
    item = seen.item
    click.echo(item.finding.explanation)
    click.echo(f"  measured    {item.finding.measured}")
    click.echo(f"  expected    {item.finding.expected}")
    click.echo(f"  found by    {item.finding.producer or 'not kept then'}")
    click.echo(f"  why here    {item.reason}")
    click.echo(f"  goes to     {item.place.owner} ({item.place.queue}), due {item.due or 'any day'}")
    for row in seen.comparables:
        click.echo(f"  comparable  {row.id}  {row.date}  {row.minutes} min  {row.item}  {row.narrative}")
    for said in seen.reviews:
        click.echo(
            f"  said        {said.kind} by {said.actor}: {said.reason_code} {said.assignee} {said.note}".rstrip()
        )


@review.command()
@click.argument("finding")
@click.argument("verdict", metavar="VERDICT", type=click.Choice(sorted(kind.value for kind in VERDICTS)))
@click.option("--reason", required=True, metavar="CODE", help="Resolution code; one of those that the verdict knows.")
@ACTOR
@NOTE
@common_options
@click.pass_context
def verdict(
    ctx: click.Context, finding: str, verdict: str, reason: str, actor: str, note: str, *, as_json: bool
) -> None:
    """Close a finding, or all findings of one cause, as true_issue, acceptable or false_alarm.

    The checks learn from it: it moves their place in the queue, and a check that is nearly always wrong goes silent.
    """
    kind = ReviewKind(verdict)
    _review(ctx, ReviewRequest(target=finding, kind=kind, actor=actor, reason_code=reason, note=note), as_json=as_json)


verdict.help = f"{cleandoc(verdict.help or '')}\n\n\b\nResolution codes:\n" + "\n".join(
    f"  {kind.value}: {', '.join(codes)}" for kind, codes in RESOLUTIONS.items()
)


@review.command()
@click.argument("finding")
@ACTOR
@NOTE
@common_options
@click.pass_context
def undo(ctx: click.Context, finding: str, actor: str, note: str, *, as_json: bool) -> None:
    """Take the last verdict back: of a finding and everything closed with it, or of an act (act_…)."""
    _review(ctx, ReviewRequest(target=finding, kind=ReviewKind.UNDO, actor=actor, note=note), as_json=as_json)


@review.command()
@click.argument("finding")
@click.argument("to")
@ACTOR
@NOTE
@common_options
@click.pass_context
def assign(ctx: click.Context, finding: str, to: str, actor: str, note: str, *, as_json: bool) -> None:
    """Hand a finding to a person, or to a role of the review policy."""
    request = ReviewRequest(target=finding, kind=ReviewKind.ASSIGN, actor=actor, assignee=to, note=note)
    _review(ctx, request, as_json=as_json)


@review.command()
@click.argument("finding")
@click.option("--to", default="", metavar="PERSON", help="To whom.  [default: the owner's manager]")
@ACTOR
@NOTE
@common_options
@click.pass_context
def escalate(ctx: click.Context, finding: str, to: str, actor: str, note: str, *, as_json: bool) -> None:
    """Hand a finding up."""
    request = ReviewRequest(target=finding, kind=ReviewKind.ESCALATE, actor=actor, assignee=to, note=note)
    _review(ctx, request, as_json=as_json)


@review.command()
@click.argument("finding")
@click.argument("text")
@ACTOR
@common_options
@click.pass_context
def note(ctx: click.Context, finding: str, text: str, actor: str, *, as_json: bool) -> None:
    """Write something down beside a finding; it stays open."""
    _review(ctx, ReviewRequest(target=finding, kind=ReviewKind.NOTE, actor=actor, note=text), as_json=as_json)


def _review(ctx: click.Context, request: ReviewRequest, *, as_json: bool) -> None:
    with opened(ctx) as (store, tenant):
        done: Reviewed = run_review(store, tenant, request)
    if as_json:
        answer({"act": done.act, "reviews": [review_to_json(row) for row in done.rows], "muting": list(done.muting)})
        return
    click.echo(f"{request.kind} by {request.actor} on {counted(len(done.rows), 'finding')}, logged as {done.act}")
    for line in done.muting:
        click.echo(f"  {line}")


@review.command()
@click.option("--from", "first", type=Day(), required=True, metavar="D", help="First work date.")
@click.option("--to", "last", type=Day(), required=True, metavar="D", help="Last work date, included.")
@click.option("--person", metavar="P", help="Only this person's entries.")
@ACTOR
@common_options
@click.pass_context
def clear(ctx: click.Context, first: date, last: date, person: str | None, actor: str, *, as_json: bool) -> None:
    """Approve every submitted entry that nothing speaks against, in one act.

    A random part stays open for a second look by somebody else (review list --audit). Your own time is left out.
    """
    with opened(ctx) as (store, tenant):
        done = clear_rest(store, tenant, ClearRequest(actor=actor, first=first, last=last, person=person))
    if as_json:
        answer(clearing_to_json(done))
        return
    click.echo(
        f"{counted(done.cleared, 'entry', 'entries')} approved in one act ({done.id}); {done.flagged} flagged and"
        f" {done.own} of your own left; {done.sampled} drawn for a second look"
    )


@review.command()
@common_options
@click.pass_context
def precision(ctx: click.Context, *, as_json: bool) -> None:
    """How often each check is right, which are muted, what the audit of cleared entries found, and the effort an hour."""
    with opened(ctx, reading=True) as (store, tenant):
        report = review_report(store, tenant)
    if as_json:
        answer(report.to_json())
    else:
        _print_report(report)


def _print_report(report: ReviewReport) -> None:
    table = Table(box=None, pad_edge=False)
    for name, justify in (
        ("check", "left"),
        ("right", "right"),
        ("probability", "right"),
        ("open", "right"),
        ("", "left"),
    ):
        table.add_column(name, justify="left" if justify == "left" else "right", no_wrap=bool(name))
    for row in report.checks:
        muted = f"muted: {row.why}" if row.muted else ""
        table.add_row(row.check, str(row.tally), f"{row.probability:.0%}", str(row.open), muted)
    if report.checks:
        console().print(table, markup=False)
    cleared = report.cleared
    click.echo(
        f"{counted(cleared.entries, 'entry', 'entries')} cleared, {cleared.drawn} drawn, {cleared.audited} audited,"
        f" {cleared.wrong} wrong" + (f" (at most {cleared.upper:.0%})" if cleared.audited else "")
    )
    effort = report.seconds_per_confirmed_hour
    if effort is None:
        click.echo("no confirmed hours yet")
    else:
        deciding = report.decision_seconds_per_confirmed_hour or 0.0
        click.echo(
            f"{effort:.1f} seconds of review for a confirmed hour, {deciding:.1f} seconds of deciding on suggestions"
        )


@review.command("unmute")
@click.argument("check_name", metavar="CHECK")
@ACTOR
@NOTE
@common_options
@click.pass_context
def unmute_(ctx: click.Context, check_name: str, actor: str, note: str, *, as_json: bool) -> None:
    """Let a muted check speak again; only verdicts from now on count for it."""
    with opened(ctx) as (store, tenant):
        unmute(store, tenant, check_name, actor, note=note)
    if as_json:
        answer({"check": check_name, "muted": False})
    else:
        click.echo(f"{check_name} is heard again")


@review.command()
@click.argument("file", type=READABLE, required=False)
@click.option("--as", "actor", default="", metavar="PERSON", help="Who puts the policy in force.")
@common_options
@click.pass_context
def policy(ctx: click.Context, file: Path | None, actor: str, *, as_json: bool) -> None:
    """Show the review policy in force, or put the one in FILE (TOML) in its place.

    It says which queue and owner take what, by when, when a check goes silent, and how much of what is cleared is audited.
    """
    with opened(ctx, reading=file is None) as (store, tenant):
        if file is not None:
            try:
                set_review_policy(store, tenant, load_policy(file.read_text(encoding="utf-8"), str(file)), actor)
            except UnicodeDecodeError as error:
                raise InvalidInput(f"{file} is not UTF-8 text, so it is no policy in TOML") from error
        with store.tenant(tenant, read_only=True) as db:
            body = to_mapping(review_policy_of(db))
    if as_json:
        answer(body)
        return
    click.echo(f"version {body['version']}")
    for kind in ("routes", "checks"):
        for name, place in body[kind].items():
            click.echo(f"  {name}: {place['queue']}, {place['owner']}")
    click.echo("  " + ", ".join(f"{name} {days} days" for name, days in body["due_days"].items()))
    for name in ("mute_below", "confidence", "audit_share", "audit_least", "approval_days"):
        click.echo(f"  {name} {body[name]}")
