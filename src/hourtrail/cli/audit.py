"""``hourtrail audit verify``: does the chain of the audit trail hold?"""

import click

from hourtrail.cli.common import answer, common_options, opened
from hourtrail.cli.settings import OK

BROKEN = 1


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@common_options
@click.pass_context
def verify(ctx: click.Context, *, as_json: bool) -> int:
    """Check every link of the hash chain and name each row that was changed or removed. Exit code 1 when it does not hold."""
    with opened(ctx) as (store, tenant), store.tenant(tenant) as db:
        count, breaks = db.verify_audit()
    if as_json:
        rows = [{"row": row.sequence, "reason": row.reason} for row in breaks]
        answer({"tenant": tenant, "events": count, "intact": not breaks, "breaks": rows})
    else:
        click.echo(
            f"{count:,} audit events of tenant {tenant}: {'the chain holds' if not breaks else 'THE CHAIN IS BROKEN'}"
        )
        for row in breaks:
            click.echo(f"  {row.reason}")
    return BROKEN if breaks else OK
