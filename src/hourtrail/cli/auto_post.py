"""``hourtrail auto-post``: the standing order for automatic submission, and its kill switch."""

from datetime import UTC, date, datetime
from typing import Any

import click

from hourtrail.cli.common import Day, answer, common_options, counted, opened
from hourtrail.domain.autopost import MOST_MINUTES, AutoPost, OrderTerms, StandingOrder
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.money import Money, parse_decimal
from hourtrail.flows.autopost import (
    auto_post_to_json,
    enable_order,
    order_to_json,
    propose_order,
    run_auto_post,
    stop_auto_post,
)

_REASON = click.option("--reason", required=True, metavar="TEXT", help="Why; it stands in the audit trail.")
_AS = click.option(
    "--as",
    "actor",
    required=True,
    metavar="PERSON",
    help="Who says so: a named person, whose role is asked where there are any.",
)


class Amount(click.ParamType[Money]):
    """An amount with its currency, ``500:EUR``."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Money:
        """The money; wrong usage is explained with an example."""
        if isinstance(value, Money):
            return value
        amount, _, currency = str(value).partition(":")
        try:
            return Money(parse_decimal(amount, "amount"), currency)
        except InvalidInput as error:
            self.fail(f"{error}; write it like 500:EUR", param, ctx)


@click.group(name="auto-post", invoke_without_command=True)
@common_options
@click.pass_context
def auto_post(ctx: click.Context, *, as_json: bool) -> None:
    """Submit what was confirmed and prefilled on a standing order of two administrators; and stop it.

    \b
    hourtrail auto-post                                            what holds, and its log
    hourtrail auto-post propose --most 500:EUR --until 2026-12-31 --as kim --reason "…"
    hourtrail auto-post enable apo_… --as dana --reason "…"             by somebody else
    hourtrail auto-post stop --as rev --reason "…"                     at once, in every process

    Off by default. It submits; it never books, approves or posts anything.
    """
    if ctx.invoked_subcommand is not None:
        return
    now = datetime.now(UTC)
    with opened(ctx, reading=True) as (store, tenant), store.tenant(tenant, read_only=True) as db:
        said = db.auto_post()
    if as_json:
        answer(auto_post_to_json(said, now))
    else:
        _print(said, now)


@auto_post.command()
@click.option("--most", type=Amount(), required=True, help="Largest worth of an entry, like 500:EUR.")
@click.option(
    "--most-minutes", type=click.IntRange(1, MOST_MINUTES), default=480, show_default=True, help="Longest entry."
)
@click.option(
    "--until", "last_day", type=Day(), required=True, metavar="D", help="Last day, in UTC; at most 180 days from now."
)
@_AS
@_REASON
@common_options
@click.pass_context
def propose(
    ctx: click.Context, most: Money, most_minutes: int, last_day: date, actor: str, reason: str, *, as_json: bool
) -> None:
    """Propose an order. Nothing is submitted by it until somebody else enables it."""
    terms = OrderTerms(most=most, most_minutes=most_minutes, last_day=last_day)
    with opened(ctx) as (store, tenant):
        order = propose_order(store, tenant, terms, actor, reason)
    _told(
        order,
        f"{order.id} is proposed; somebody else enables it: hourtrail auto-post enable {order.id}",
        as_json=as_json,
    )


@auto_post.command()
@click.argument("order")
@_AS
@_REASON
@common_options
@click.pass_context
def enable(ctx: click.Context, order: str, actor: str, reason: str, *, as_json: bool) -> None:
    """Put a proposed ORDER in force. Refused to whoever proposed it."""
    with opened(ctx) as (store, tenant):
        made = enable_order(store, tenant, order, actor, reason)
    _told(made, f"{made.id} is in force until {made.terms.last_day}; hourtrail auto-post stop ends it", as_json=as_json)


@auto_post.command()
@_AS
@_REASON
@common_options
@click.pass_context
def stop(ctx: click.Context, actor: str, reason: str, *, as_json: bool) -> None:
    """The kill switch: nothing more is submitted, in any process, from this moment on. Ends every order and every proposal."""
    now = datetime.now(UTC)
    with opened(ctx, suspended=True) as (store, tenant):
        said = stop_auto_post(store, tenant, actor, reason, now=now)
    if as_json:
        answer(auto_post_to_json(said, now))
    else:
        click.echo("stopped; to go on, an order is proposed and enabled anew")


@auto_post.command()
@common_options
@click.pass_context
def run(ctx: click.Context, *, as_json: bool) -> None:
    """Do now what the nightly job auto_post does: submit what the order in force lets through, and say what was left and why."""
    with opened(ctx) as (store, tenant):
        ran = run_auto_post(store, tenant)
    if as_json:
        answer(ran.to_json())
        return
    if not ran.order:
        click.echo(f"nothing is submitted by itself: {ran.why_off}")
        return
    click.echo(
        f"{counted(len(ran.submitted), 'entry', 'entries')} of {ran.looked:,} submitted on the order {ran.order}"
    )
    for reason, count in sorted(ran.left.items()):
        click.echo(f"  {count:,} left: {reason.replace('_', ' ')}")
    if ran.why_off:
        click.echo(f"ended before it was done: {ran.why_off}")


def _told(order: StandingOrder, words: str, *, as_json: bool) -> None:
    if as_json:
        answer(order_to_json(order))
    else:
        click.echo(words)


def _print(said: AutoPost, now: datetime) -> None:
    order = said.in_force(now)
    if order is None:
        click.echo(f"nothing is submitted by itself: {said.why_off(now)}")
    else:
        click.echo(
            f"{order.id} in force until {order.terms.last_day}: entries of at most {order.terms.most} and"
            f" {order.terms.most_minutes} min; proposed by {order.proposed_by}, enabled by {order.enabled_by}: {order.reason}"
        )
    for row in said.proposals(now):
        click.echo(f"{row.id} waits for a second person: proposed by {row.proposed_by}: {row.reason}")
    for event in reversed(said.log[-20:]):
        click.echo(
            f"  {event.at:%Y-%m-%d %H:%M} {event.word} {event.order} by {event.actor}: {event.reason}".replace(
                "  by", " by"
            )
        )
