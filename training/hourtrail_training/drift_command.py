"""``hourtrail drift``: have the inputs moved, and what do people make of the answers, week by week?"""

from datetime import date

import click

from hourtrail.cli.common import Day, answer, common_options, opened, say
from hourtrail.cli.settings import OK, REFUSED
from hourtrail.wiring import load_models
from hourtrail_training.drift import Drift
from hourtrail_training.drift import drift as find_drift

SHOWN = 8


@click.command()
@click.option("--to", "last", type=Day(), default="today", show_default=True, metavar="D", help="Last work date.")
@click.option("--weeks", type=click.IntRange(1, 104), default=4, show_default=True, help="Weeks that are judged.")
@click.option("--reference", type=click.IntRange(1, 104), default=8, show_default=True, help="Weeks before them.")
@common_options
@click.pass_context
def drift(ctx: click.Context, last: date, weeks: int, reference: int, *, as_json: bool) -> int:
    """Compare the newest weeks with those before: inputs by feature, acceptance, overrides, calibration, accuracy.

    Accuracy stands twice: plain, on what people answered, and weighted by how likely each was to be answered (SNIPS).
    """
    with opened(ctx, reading=True) as (store, tenant):
        found = find_drift(store, tenant, load_models(tenant=tenant), last=last, weeks=weeks, reference=reference)
    if as_json:
        answer(found.as_json())
    else:
        _print(found)
    for problem in found.unreadable[:20]:
        say(f"left out: {problem}")
    return REFUSED if found.unreadable else OK


def _print(found: Drift) -> None:
    if found.simulated:
        click.echo("SIMULATED people: these numbers say nothing about the field")
    click.echo(f"inputs, {found.middle} to {found.last} against {found.first} to {found.middle}:")
    for row in found.inputs[:SHOWN]:
        mark = "  ALERT" if row.alert else "  grows with time" if row.ages else ""
        click.echo(
            f"  {row.feature:24} PSI {row.psi:6.3f} (bound {row.bound:.2f})  KS {row.ks:.3f}  unknown {row.unknown_before:.0%} "
            f"-> {row.unknown_now:.0%}{mark}"
        )
    click.echo(
        f"{'week of':12}{'shown':>7}{'answered':>10}{'accepted':>10}{'overridden':>12}{'stated':>8}{'right':>7}{'ECE':>7}"
    )
    for week in found.weeks:
        shares = (week.acceptance, week.override, week.confidence, week.right)
        accepted, override, stated, right = ("-" if share is None else f"{share:.0%}" for share in shares)
        error = "-" if week.ece is None else f"{week.ece:.2f}"
        click.echo(
            f"{week.monday!s:12}{week.suggestions:7}{week.answered:10}{accepted:>10}{override:>12}{stated:>8}{right:>7}{error:>7}"
        )
    if found.off_policy is not None:
        estimates = found.off_policy
        sides = [("on what was answered", estimates.naive), ("weighted (SNIPS)", estimates.snips)]
        sides += [("blindly audited", estimates.audited)] if estimates.audited else []
        for name, share in sides:
            click.echo(
                f"right, {name}: {share.value:.3f} ({share.low:.3f} to {share.high:.3f}), "
                f"{share.rows:,} rows worth {share.effective:,.0f}"
            )
    for alert in found.alerts:
        click.echo(f"ALERT {alert}")
