"""``hourtrail confidence``: what may be shown as sure, why, what that costs, and whether it is proven."""

from datetime import UTC, datetime

import click
from rich.console import Console

from hourtrail.cli.common import answer, common_options, console, counted, opened, say
from hourtrail.domain.confidence import Mode
from hourtrail.domain.confidence_wire import event_to_json
from hourtrail.flows.confidence import SETTINGS, renew_controls
from hourtrail.flows.confidence_report import BandReport, ConfidenceReport, confidence_report
from hourtrail.flows.modes import ModeNotProven, set_mode
from hourtrail.policy.confidence.gate import posterior
from hourtrail.wiring import load_models


@click.group(invoke_without_command=True)
@common_options
@click.pass_context
def confidence(ctx: click.Context, *, as_json: bool) -> None:
    """Thresholds in force and why, what they cost, the blind audit's proof, limited people, circuit breaker, drift.

    \b
    hourtrail confidence                       the report
    hourtrail confidence renew                 take in what was decided since the last night
    hourtrail confidence mode prefill --as kim     refused until the blind audit proves it
    """
    if ctx.invoked_subcommand is not None:
        return
    with opened(ctx, reading=True) as (store, tenant):
        report = confidence_report(store, tenant, load_models(tenant=tenant), now=datetime.now(UTC))
    if as_json:
        answer(report.to_json())
    else:
        _print(console(), report)


@confidence.command()
@common_options
@click.pass_context
def renew(ctx: click.Context, *, as_json: bool) -> None:
    """Take in the decisions since the last run and put what follows in force: the nightly job ``confidence``.

    Thresholds are computed once a week, gates and breaker each time. Running it again changes nothing.
    """
    with opened(ctx) as (store, tenant):
        ran = renew_controls(store, tenant, load_models(tenant=tenant), now=datetime.now(UTC))
    if as_json:
        answer(
            {
                "outcomes": ran.fresh,
                "events": [event_to_json(row) for row in ran.events],
                "unreadable": list(ran.unreadable),
            }
        )
        return
    click.echo(f"{counted(ran.fresh, 'outcome')} taken in, {counted(len(ran.events), 'change')}")
    for event in ran.events:
        click.echo(f"  {event.kind}{f' {event.subject}' if event.subject else ''}: {event.why}")
    _say_unreadable(ran.unreadable)


@confidence.command()
@click.argument("mode", metavar="MODE", type=click.Choice([mode.value for mode in Mode]))
@click.option(
    "--as",
    "actor",
    required=True,
    metavar="PERSON",
    help="Who says so: a named person, an administrator if there are roles.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why, for the log.")
@common_options
@click.pass_context
def mode(ctx: click.Context, mode: str, actor: str, reason: str, *, as_json: bool) -> None:
    """Put shadow, suggest or prefill in force. Down at any time, up only on what blind answers prove; logged either way.

    What is open is shown as the new mode shows it from the same moment on. A refusal lists what is missing, in numbers.
    """
    with opened(ctx) as (store, tenant):
        try:
            set_mode(store, tenant, Mode(mode), actor, load_models(tenant=tenant), now=datetime.now(UTC), reason=reason)
        except ModeNotProven as error:
            raise error.telling("see hourtrail confidence") from error
    if as_json:
        answer({"mode": mode})
    else:
        click.echo(f"the mode is {mode}")


def _print(screen: Console, report: ConfidenceReport) -> None:
    if report.degraded:
        say(f"the rules answer instead of the model: {report.degraded}")
    screen.print(f"mode {report.controls.mode}, model {report.model}, policy {report.policy.version}")
    breaker = report.controls.breaker
    if breaker.tripped:
        screen.print(
            f"CIRCUIT BREAKER OFF since {breaker.since:%Y-%m-%d %H:%M}: {breaker.why}; everything is a question"
        )
    else:
        screen.print(f"circuit breaker on{f' ({breaker.why})' if breaker.why else ''}")
    for row in report.bands:
        screen.print(_band_line(row))
    screen.print(f"blind audit: {report.proof.words}", soft_wrap=True)
    _print_people(screen, report)
    asked = report.asked
    if asked["answers"]:
        screen.print(
            f"unsure answers: {asked['mean_size']} alternatives on average, {asked['over_most']:.0%} would need more than"
            f" {asked['most']}"
        )
    if report.events:
        screen.print("latest changes:")
        for event in report.events[:10]:
            subject = f" {event.subject}" if event.subject else ""
            screen.print(f"  {event.at:%Y-%m-%d} {event.kind}{subject}: {event.why}", markup=False, soft_wrap=True)
    _say_unreadable(report.unreadable)


def _print_people(screen: Console, report: ConfidenceReport) -> None:
    for person, gate in report.limited:
        precision = posterior(gate, SETTINGS.gate)
        screen.print(f"suggestions only: {person}, about {precision:.0%} of sure answers right", markup=False)
    for drift in report.drift:
        if drift.alarm:
            screen.print(f"DRIFT: {drift.alarm}")
    if not any(drift.alarm for drift in report.drift):
        screen.print(
            f"no drift alarm; {counted(report.outcomes, 'answer')} with a known truth, {report.proving:,} of them unseen"
        )


def _band_line(row: BandReport) -> str:
    said = row.to_json()
    value = "off" if said["value"] is None else f"from {said['value']:.1%}"
    cost = said["coverage_cost"]
    shown = "" if said["coverage"] is None else f"; shows {said['coverage']:.0%} of answers"
    costs = "" if not cost else f", {abs(cost):.0%} {'fewer' if cost > 0 else 'more'} than the shipped threshold"
    return f"  {row.band.value:<8} {value:<11} {said['basis']}{shown}{costs}"


def _say_unreadable(rows: tuple[str, ...]) -> None:
    if rows:
        say(f"{counted(len(rows), 'logged row')} left out:")
        for row in rows[:10]:
            say(f"  {row}")
