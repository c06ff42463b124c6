"""``hourtrail billing rate-change``: one person proposes a rate, another approves it."""

from datetime import UTC, date, datetime

import click

from hourtrail.cli.common import Day, answer, common_options, counted, opened
from hourtrail.domain.billing import RateChange, Word
from hourtrail.domain.billing.wire import rate_change_to_json, word_to_json
from hourtrail.domain.identity import stable_id
from hourtrail.domain.instants import format_instant
from hourtrail.domain.money import Money, parse_decimal
from hourtrail.flows.billing.rate_changes import decide, propose, rate_changes

ACTOR = click.option("--as", "actor", required=True, metavar="PERSON", help="Who says so; always a named person.")
NOTE = click.option("--note", default="", metavar="TEXT", help="Logged with it.")


@click.group("rate-change")
def rate_change() -> None:
    """Change a rate under dual control, from a day that lies ahead; time before it keeps its rate."""


@rate_change.command("propose")
@click.argument("contract")
@click.option("--rate", required=True, metavar="AMOUNT", help="For an hour, like 162.50.")
@click.option("--currency", required=True, metavar="CODE", help="ISO 4217, like EUR.")
@click.option("--from", "valid_from", type=Day(), required=True, metavar="D", help="First work date; after today.")
@click.option("--to", "valid_to", type=Day(), metavar="D", help="Last work date.  [default: until the next rate]")
@click.option("--grade", default="", metavar="G", help="Only for this grade.")
@click.option("--task", default="", metavar="T", help="Only for this task.")
@click.option("--person", default="", metavar="P", help="Only for this person.")
@click.option("--reason", required=True, metavar="TEXT", help="What it rests on.")
@ACTOR
@common_options
@click.pass_context
def propose_(
    ctx: click.Context,
    contract: str,
    rate: str,
    currency: str,
    valid_from: date,
    valid_to: date | None,
    grade: str,
    task: str,
    person: str,
    reason: str,
    actor: str,
    *,
    as_json: bool,
) -> None:
    """Propose a rate; nothing is priced with it before another person approves."""
    now = datetime.now(UTC)
    change = RateChange(
        id=stable_id("change", (contract, grade, task, str(valid_from), format_instant(now))),
        contract=contract, hourly_rate=Money(parse_decimal(rate, "rate"), currency), valid_from=valid_from,
        valid_to=valid_to, grade=grade, task=task, person=person, reason=reason, actor=actor, at=now,
    )  # fmt: skip
    with opened(ctx) as (store, tenant):
        propose(store, tenant, change, now=now)
    if as_json:
        answer(rate_change_to_json(change, None))
    else:
        click.echo(
            f"{change.hourly_rate} an hour from {valid_from} proposed as {change.id}; another person approves it"
        )


def _decision(name: str, word: Word, told: str) -> None:
    """A command that says the last word on a proposed rate."""

    @rate_change.command(name, help=told)
    @click.argument("change")
    @ACTOR
    @NOTE
    @common_options
    @click.pass_context
    def command(ctx: click.Context, change: str, actor: str, note: str, *, as_json: bool) -> None:
        with opened(ctx) as (store, tenant):
            said = decide(store, tenant, change, word, actor, note=note)
        if as_json:
            answer(word_to_json(said))
        else:
            click.echo(f"{change} {word} by {actor}")


_decision("approve", Word.APPROVED, "Approve a rate that somebody else proposed; it enters the rate card.")
_decision("reject", Word.REJECTED, "Reject a proposed rate.")
_decision("withdraw", Word.WITHDRAWN, "Withdraw a rate that you proposed.")


@rate_change.command("list")
@common_options
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """List proposed rates and what became of them."""
    with opened(ctx, reading=True) as (store, tenant):
        rows = rate_changes(store, tenant)
    if as_json:
        answer({"rate_changes": [rate_change_to_json(row.change, row.word) for row in rows]})
        return
    for row in rows:
        one = row.change
        about = " ".join(part for part in (one.grade, one.task, one.person) if part) or "everybody"
        state = f"{row.word.word} by {row.word.actor}" if row.word else "proposed"
        click.echo(
            f"{one.id}  {one.contract}  {about}  {one.hourly_rate} from {one.valid_from}  {state}, by {one.actor}"
        )
    click.echo(counted(len(rows), "rate change"))
