"""``hourtrail trail``: everything behind one time entry."""

import click

from hourtrail.cli.common import answer, common_options, opened
from hourtrail.flows.trail import trail as read_trail


@click.command()
@click.argument("entry")
@common_options
@click.pass_context
def trail(ctx: click.Context, entry: str, *, as_json: bool) -> None:
    """Show the evidence, model, score, threshold, decision, actor and times behind a time entry."""
    with opened(ctx, reading=True) as (store, tenant):
        found = read_trail(store, tenant, entry)
    if as_json:
        answer(found)
        return
    row, decision, suggestion = found["time_entry"], found["decision"], found["suggestion"]
    click.echo(f"{row['id']}: {row['minutes']} min on {row['date']} for {row['person']}, {row['status']}")
    if decision is None:
        click.echo(f"  imported from {row['source'] or 'a file'}; there is no decision behind it")
        return
    click.echo(f"  {decision['verdict']} by {decision['actor']} at {decision['decided_at']}")
    if suggestion is not None:
        threshold, model = suggestion["threshold"], suggestion["model"]
        click.echo(
            f"  suggested with {suggestion['confidence']:.0%} by {model['name']} {model['version']} ({model['digest'][:12]}); "
            f"{threshold['band']} from {threshold['value']:.0%}: {threshold['basis']}"
        )
    for evidence in found["evidence"]:
        click.echo(f"  evidence: {evidence['activity']}, {evidence['minutes']} min, {evidence['why']}")
    for approval in found["approvals"]:
        click.echo(f"  {approval['from']} -> {approval['to']} by {approval['actor']} at {approval['at']}")
    for finding in found["findings"]:
        click.echo(f"  {finding['check']} ({finding['status']}): {finding['explanation']}")
    for line in found["billing"]["lines"]:
        amount = line["amount"]
        price = f"{amount['amount']} {amount['currency']}" if amount else "no amount"
        click.echo(f"  {line['draft_status']} on draft {line['draft']}, line {line['number']}: {price}, {line['why']}")
