"""``hourtrail decide``: accept, edit, reject, split, undo."""

import click

from hourtrail.cli.common import answer, common_options, hours, opened
from hourtrail.domain.decision import Verdict
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.wire import decision_to_json, entry_to_json
from hourtrail.flows.decide import Decided, Request
from hourtrail.flows.decide import decide as run_decide
from hourtrail.flows.resolve import Part


@click.command()
@click.argument("suggestion")
@click.argument("verdict", metavar="VERDICT", type=click.Choice([verdict.value for verdict in Verdict]))
@click.option("--as", "actor", required=True, metavar="PERSON", help="Who decides; always a named person.")
@click.option("--client", default="", metavar="C", help="Client of the work.")
@click.option("--project", default="", metavar="P", help="Project of the work.")
@click.option("--task", default="", metavar="T", help="Task of the work.")
@click.option("--minutes", type=click.IntRange(1, 1440), metavar="N", help="Minutes to book.")
@click.option(
    "--part",
    "parts",
    multiple=True,
    metavar="MINUTES:PROJECT[:TASK]",
    help="One part of a split; give it twice or more.",
)
@click.option("--billable/--not-billable", default=None, help="Whether it is billed, where that is not as suggested.")
@click.option("--narrative", default="", metavar="TEXT", help="What the entry says was done.")
@click.option("--reason", default="", metavar="CODE", help="Reason code, logged with the decision.")
@click.option("--note", default="", metavar="TEXT", help="Note, logged with the decision.")
@common_options
@click.pass_context
def decide(
    ctx: click.Context,
    suggestion: str,
    verdict: str,
    actor: str,
    client: str,
    project: str,
    task: str,
    minutes: int | None,
    parts: tuple[str, ...],
    narrative: str,
    reason: str,
    note: str,
    *,
    billable: bool | None,
    as_json: bool,
) -> None:
    """Decide on a suggestion. The decision is logged for ever; a later one, or undo, supersedes it.

    VERDICT is accept, edit, reject, defer, split, not_work, added_by_hand or undo.

    \b
    hourtrail decide sug_… accept --as ada
    hourtrail decide sug_… edit --as ada --project portal --minutes 45
    hourtrail decide sug_… split --as ada --part 30:portal:DEV --part 30:audit
    hourtrail decide sug_… undo --as ada
    hourtrail decide 2026-03-02 added_by_hand --as ada --project portal --minutes 30 --narrative "Call with Kim"
    hourtrail decide dec_… undo --as ada          (what was added by hand)
    """
    request = Request(
        suggestion=suggestion,
        verdict=Verdict(verdict),
        actor=actor,
        parts=_parts(parts, Part(minutes=minutes, client=client, project=project, task=task)),
        reason_code=reason,
        note=note,
        narrative=narrative,
        billable=billable,
    )
    with opened(ctx) as (store, tenant):
        decided = run_decide(store, tenant, request)
    if as_json:
        answer(
            {
                "decision": decision_to_json(decided.decision),
                "time_entries": [entry_to_json(row) for row in decided.entries],
            }
        )
    else:
        _print(decided)


def _parts(texts: tuple[str, ...], single: Part) -> tuple[Part, ...]:
    if texts and single != Part():
        raise InvalidInput("give either --part (for a split) or --client, --project, --task and --minutes, not both")
    if texts:
        return tuple(_part(text) for text in texts)
    return () if single == Part() else (single,)


def _part(text: str) -> Part:
    fields = text.split(":")
    if len(fields) not in {2, 3} or not fields[0].isdigit() or not 1 <= int(fields[0]) <= 1440 or not fields[1]:
        raise InvalidInput(f"--part {text!r} is not MINUTES:PROJECT[:TASK], like 30:portal:DEV")
    return Part(minutes=int(fields[0]), project=fields[1], task=fields[2] if len(fields) == 3 else "")


def _print(decided: Decided) -> None:
    click.echo(f"{decided.decision.verdict} logged as {decided.decision.id} by {decided.decision.actor}")
    for row in decided.entries:
        billed = f"{hours(row.billable_minutes or 0)} billed" if row.billable else "not billed"
        click.echo(f"  {row.id}  {row.date}  {hours(row.minutes)}  {row.item}  ({billed})  {row.narrative}")
