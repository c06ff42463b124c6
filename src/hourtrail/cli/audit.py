"""``hourtrail audit verify``: does the chain of the audit trail hold?"""

import click

from hourtrail.cli.common import answer, common_options, opened
from hourtrail.cli.settings import OK
from hourtrail.domain.audit import ChainBreak

BROKEN = 1


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@click.option("--expect", "noted", default="", metavar="HEAD", help="A head noted earlier, as this command prints it.")
@common_options
@click.pass_context
def verify(ctx: click.Context, noted: str, *, as_json: bool) -> int:
    """Check every link and payload of the hash chain and name each row that was changed or removed.

    Rows cut off from the end leave a chain that holds: note the head that is printed somewhere else, and give it with
    --expect the next time. Exit code 1 when the chain does not hold.
    """
    with opened(ctx) as (store, tenant), store.tenant(tenant, read_only=True) as db:
        count, breaks = db.verify_audit()
        head = db.audit_head()
        if noted and not db.audit_holds(noted):
            sequence = int(noted.partition(":")[0])
            breaks.append(ChainBreak(sequence, f"row {sequence} is not the one noted earlier, or was removed"))
    if as_json:
        rows = [{"row": row.sequence, "reason": row.reason} for row in breaks]
        answer({"tenant": tenant, "events": count, "head": head, "intact": not breaks, "breaks": rows})
    else:
        click.echo(
            f"{count:,} audit events of tenant {tenant}: {'the chain holds' if not breaks else 'THE CHAIN IS BROKEN'}"
        )
        for row in breaks:
            click.echo(f"  {row.reason}")
        click.echo(f"head {head}" if head else "nothing has been recorded yet")
    return BROKEN if breaks else OK
