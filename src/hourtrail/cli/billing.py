"""``hourtrail billing``: drafts of what was approved, disputes about it, and the rates that price it."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

from hourtrail.cli.common import Day, answer, common_options, counted, opened, say
from hourtrail.cli.rate_change import rate_change
from hourtrail.cli.settings import OK, REFUSED
from hourtrail.domain.billing import ClaimedLine, DisputeReason, Word
from hourtrail.domain.billing.wire import dispute_to_json, word_to_json
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import BillingPeriod, add_up, gross_totals, percent, period_of, tax_totals
from hourtrail.flows.billing import closing
from hourtrail.flows.billing import disputes as disputing
from hourtrail.flows.billing.draft import Drafted, DraftRequest, repriced
from hourtrail.flows.billing.draft import draft as run_draft
from hourtrail.flows.billing.settings import billing_policy_of, set_billing_policy
from hourtrail.flows.billing.watch import watch as run_watch
from hourtrail.flows.billing.wire import disputes_to_json, drafted_to_json, shown_to_json
from hourtrail.policy.billing import load as load_policy
from hourtrail.policy.billing import to_mapping

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
ACTOR = click.option("--as", "actor", required=True, metavar="PERSON", help="Who says so; always a named person.")
NOTE = click.option("--note", default="", metavar="TEXT", help="Logged with it.")
_MONTH = re.compile(r"\d{4}-\d{2}")


def _today() -> date:
    return datetime.now(UTC).date()


class Month(click.ParamType[BillingPeriod]):
    """A calendar month, ``2026-03``."""

    name = "month"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> BillingPeriod:
        """The month; wrong usage is explained with an example."""
        if isinstance(value, BillingPeriod):
            return value
        text = str(value)
        if not _MONTH.fullmatch(text) or not 1 <= int(text[5:]) <= 12 or text.startswith("0000"):
            self.fail(f"month {str(value)[:40]!r} is not written like 2026-03", param, ctx)
        return period_of(date.fromisoformat(f"{text}-01"), "month")


@click.group()
def billing() -> None:
    """Draft what was approved, post it, log disputes, change rates.

    \b
    hourtrail billing draft --contract C-7 --month 2026-03 --as fin
    hourtrail billing lines --contract C-7
    hourtrail billing post DRAFT --as flo
    hourtrail billing dispute LINE wrong_hours --by "Lee of acme" --as fin
    hourtrail billing rate-change approve CHANGE --as flo
    """


billing.add_command(rate_change)


@billing.command()
@click.option("--contract", default="", metavar="C", help="Draft this contract.")
@click.option("--project", default="", metavar="P", help="Or only this project of its contract.")
@click.option("--month", type=Month(), metavar="YYYY-MM", help="The billing period.")
@click.option("--from", "first", type=Day(), metavar="D", help="Or its first day.")
@click.option("--to", "last", type=Day(), metavar="D", help="And its last day, included.")
@click.option(
    "--on", "posting_date", type=Day(), metavar="D", help="Accounting day.  [default: the last day of the period]"
)
@ACTOR
@common_options
@click.pass_context
def draft(
    ctx: click.Context,
    contract: str,
    project: str,
    month: BillingPeriod | None,
    first: date | None,
    last: date | None,
    posting_date: date | None,
    actor: str,
    *,
    as_json: bool,
) -> int:
    """Draft the approved time, fees and milestones of a period; whatever is held says why, by which rule, and whose it is.

    Exit codes: 0 everything is on the draft, 3 something is held or has another price today, 2 refused: a closed accounting
    period, an incomplete client's record, or all of it on another draft. Amounts are net, with the tax beside them where tax
    rates are stored.
    """
    request = DraftRequest(
        actor=actor, period=_period(month, first, last), contract=contract, project=project, posting_date=posting_date
    )
    with opened(ctx) as (store, tenant):
        made = run_draft(store, tenant, request)
    if as_json:
        answer(drafted_to_json(made))
    else:
        _print(made)
    return REFUSED if made.held or any(repriced(made.elsewhere)) else OK


def _period(month: BillingPeriod | None, first: date | None, last: date | None) -> BillingPeriod:
    if month is not None and first is None and last is None:
        return month
    if month is None and first is not None and last is not None:
        return BillingPeriod(first, last)
    raise InvalidInput("say which period: --month 2026-03, or --from and --to")


def _money(amount: Money | None) -> str:
    return "" if amount is None else str(amount)


def _totals(lines: Sequence[ClaimedLine]) -> str:
    """``100.00 EUR + 19.00 EUR tax (de-19 19 %) = 119.00 EUR``; the net alone where no tax is worked out."""
    net = " and ".join(map(str, add_up(line.amount for line in lines))) or "nothing"
    taxes = tax_totals(lines)
    if not taxes:
        return net
    told = " and ".join(
        f"{row.tax} tax ({row.code} {percent(row.rate)}{f', {row.note}' if row.note else ''})" for row in taxes
    )
    return f"{net} + {told} = {' and '.join(map(str, gross_totals(lines)))}"


def _print(made: Drafted) -> None:
    for line in made.shown:
        click.echo(f"  {line.hours:>8} h  {_money(line.amount):>16}  {line.description or line.kind}")
    totals = _totals(made.lines)
    name = f"{made.draft.id}, {made.draft.client}" if made.draft else "no draft"
    click.echo(f"{name}: {counted(len(made.lines), 'line')}, {totals}")
    for row in made.held:
        say(f"held: {row.claim} of {row.date}{f', {row.worth}' if row.worth else ''}")
        for one in row.objections:
            clause = f" ({one.clause})" if one.clause else ""
            say(f"  {one.policy}: {one.rule}{clause}: {one.why}; {one.place.owner} ({one.place.queue})")
    for one in made.told:
        say(f"told: {one.rule}: {one.why}")
    for moved in repriced(made.elsewhere):
        then, now = (" and ".join(map(str, totals)) or "nothing" for totals in (moved.then, moved.now))
        say(f"{moved.claim} stands on {moved.draft} at {then} and would be {now} today")


@billing.command()
@click.argument("draft_id", metavar="[DRAFT]", default="")
@click.option("--contract", default="", metavar="C", help="Only drafts of this contract.")
@click.option("--client", default="", metavar="C", help="Only drafts of this client.")
@click.option("--posted", is_flag=True, help="Only what was posted: what an exporter may take.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Most drafts, the newest.")
@common_options
@click.pass_context
def lines(
    ctx: click.Context, draft_id: str, contract: str, client: str, limit: int, *, posted: bool, as_json: bool
) -> None:
    """List the drafts with their lines, as they are priced and as the client reads them."""
    wanted = closing.Wanted(draft=draft_id, contract=contract, client=client, posted=posted)
    with opened(ctx, reading=True) as (store, tenant):
        rows = closing.drafts(store, tenant, wanted, limit=limit)
    if as_json:
        answer({"drafts": [shown_to_json(row) for row in rows]})
        return
    for row in rows:
        one, word = row.kept.draft, row.kept.word
        totals = _totals(row.lines)
        said = f"{word.word} by {word.actor}" if word else f"open, drafted by {one.actor}"
        click.echo(f"{one.id}  {one.contract}  {one.first} to {one.last}  {totals}  {said}")
        for line in row.lines:
            click.echo(
                f"  {line.id}  {line.date}  {line.minutes:>5} min  {_money(line.amount):>16}  {line.claim}: {line.why}"
            )
    click.echo(counted(len(rows), "draft"))


@billing.command()
@click.argument("draft_id", metavar="DRAFT")
@click.option("--on", type=Day(), metavar="D", help="Accounting day.  [default: the draft's own]")
@ACTOR
@NOTE
@common_options
@click.pass_context
def post(ctx: click.Context, draft_id: str, on: date | None, actor: str, note: str, *, as_json: bool) -> None:
    """Hand a draft to the books: everything is checked once more, then its entries are invoiced. This cannot be undone."""
    with opened(ctx) as (store, tenant):
        word = closing.post(store, tenant, draft_id, actor, on=on, note=note)
    if as_json:
        answer(word_to_json(word))
    else:
        click.echo(f"{draft_id} posted on {word.effective_on} by {actor}")


@billing.command()
@click.argument("draft_id", metavar="DRAFT")
@ACTOR
@NOTE
@common_options
@click.pass_context
def withdraw(ctx: click.Context, draft_id: str, actor: str, note: str, *, as_json: bool) -> None:
    """Take a draft back that is not posted; what it claimed may be drafted again."""
    with opened(ctx) as (store, tenant):
        word = closing.withdraw(store, tenant, draft_id, actor, note=note)
    if as_json:
        answer(word_to_json(word))
    else:
        click.echo(f"{draft_id} withdrawn by {actor}")


@billing.command()
@click.argument("target", metavar="LINE|ENTRY")
@click.argument("reason", metavar="REASON", type=click.Choice([reason.value for reason in DisputeReason]))
@click.option(
    "--by", "raised_by", required=True, metavar="NAME", help="Who disputes: the client's contact, an approver."
)
@ACTOR
@NOTE
@common_options
@click.pass_context
def dispute(
    ctx: click.Context, target: str, reason: str, raised_by: str, actor: str, note: str, *, as_json: bool
) -> None:
    """Log a dispute about a draft line or a time entry. It stops posting and drafting until somebody answers.

    REASON is wrong_hours, wrong_project, duplicate, unclear_narrative (the entry's), wrong_rate, wrong_client_record (master
    data's), not_ordered, not_delivered or over_budget (the contract's); it decides who has to answer.
    """
    request = disputing.DisputeRequest(
        target=target, reason=DisputeReason(reason), raised_by=raised_by, actor=actor, note=note
    )
    with opened(ctx) as (store, tenant):
        row = disputing.dispute(store, tenant, request)
    if as_json:
        answer(dispute_to_json(row, None))
    else:
        click.echo(f"{row.reason} on {target}, {row.amount or 'no amount'}, logged as {row.id}")


@billing.command("answer")
@click.argument("dispute_id", metavar="DISPUTE")
@click.argument("word", metavar="ANSWER", type=click.Choice(["upheld", "dismissed", "withdrawn"]))
@ACTOR
@NOTE
@common_options
@click.pass_context
def answer_(ctx: click.Context, dispute_id: str, word: str, actor: str, note: str, *, as_json: bool) -> None:
    """Answer a dispute: upheld, dismissed or withdrawn. An upheld one keeps its entry off drafts until it is corrected."""
    with opened(ctx) as (store, tenant):
        said = disputing.answer(store, tenant, dispute_id, Word(word), actor, note=note)
    if as_json:
        answer(word_to_json(said))
    else:
        click.echo(f"{dispute_id} {word} by {actor}")


@billing.command()
@click.option("--client", default="", metavar="C", help="Only this client's.")
@click.option("--open", "only_open", is_flag=True, help="Only those that wait for an answer.")
@common_options
@click.pass_context
def disputes(ctx: click.Context, client: str, *, only_open: bool, as_json: bool) -> None:
    """List disputes with their owners, and the clients that dispute often, with their reasons."""
    with opened(ctx, reading=True) as (store, tenant):
        found = disputing.disputes(store, tenant, client=client, only_open=only_open, today=_today())
    if as_json:
        answer(disputes_to_json(found))
        return
    for row, place in found.rows:
        one = row.dispute
        state = row.word.word if row.word else f"open, for {place.owner}"
        click.echo(
            f"{one.id}  {one.client}  {one.entry or one.line}  {one.reason}  {one.amount or 'no amount'}  {state}"
        )
    for often in found.clients:
        told = ", ".join(f"{reason} {number}" for reason, number in often.reasons)
        click.echo(f"client {often.client} disputed {len(often.disputes)} times: {told}")
    click.echo(counted(len(found.rows), "dispute"))


@billing.command()
@common_options
@click.pass_context
def watch(ctx: click.Context, *, as_json: bool) -> None:
    """Look for clients that dispute often, incomplete records and series that shift: the nightly pass. See review list."""
    with opened(ctx) as (store, tenant):
        changes = run_watch(store, tenant)
    counts = {name: getattr(changes, name) for name in ("created", "updated", "unchanged", "resolved", "reopened")}
    if as_json:
        answer(counts)
    else:
        click.echo(", ".join(f"{number} {name}" for name, number in counts.items()))


@billing.command()
@click.argument("file", type=READABLE, required=False)
@click.option("--as", "actor", default="", metavar="PERSON", help="Who puts the policy in force.")
@common_options
@click.pass_context
def policy(ctx: click.Context, file: Path | None, actor: str, *, as_json: bool) -> None:
    """Show the billing policy in force, or put the one in FILE (TOML) in its place.

    It says what stops an entry, what happens at a cap, what a client's record must hold, and how each client reads a draft.
    """
    with opened(ctx, reading=file is None) as (store, tenant):
        if file is not None:
            try:
                text = file.read_text(encoding="utf-8")
            except UnicodeDecodeError as error:
                raise InvalidInput(f"{file} is not UTF-8 text, so it is no policy in TOML") from error
            set_billing_policy(store, tenant, load_policy(text, str(file)), actor)
        with store.tenant(tenant, read_only=True) as db:
            body = to_mapping(billing_policy_of(db))
    if as_json:
        answer(body)
        return
    for name, value in body.items():
        click.echo(f"{name}: {value}")
