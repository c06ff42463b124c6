"""``hourtrail policies``: what is in force, by version and digest."""

import json

import click

from hourtrail.cli.common import answer, common_options, opened
from hourtrail.cli.identity_options import show, table
from hourtrail.flows.policies import policies as policies_of
from hourtrail.flows.policies import policy_named


@click.command()
@click.argument("name", required=False)
@common_options
@click.pass_context
def policies(ctx: click.Context, name: str | None, *, as_json: bool) -> None:
    """The policies in force: version, digest, since when, and who decided them.

    With NAME the whole policy is printed, as JSON: data_access, approval_routing, exception_handling, audit_logging, checks, billing
    or confidence. A version that ends in +changed is a shipped policy whose content is not what was reviewed.
    """
    with opened(ctx, reading=True) as (store, tenant), store.tenant(tenant, read_only=True) as db:
        found = [policy_named(db, name)] if name else policies_of(db)
    if name and as_json:
        answer(found[0].to_json(body=True))
    elif name:
        row = found[0]
        click.echo(f"{row.name} {row.version} ({row.digest[:12]}): {row.about}")
        click.echo(json.dumps(row.body, indent=2, ensure_ascii=False))
    elif as_json:
        answer({"policies": [row.to_json() for row in found]})
    else:
        made = table("policy", "version", "digest", "since", "by", "what it says")
        for row in found:
            made.add_row(row.name, row.version, row.digest[:12], row.since[:10], row.decided_by or "shipped", row.about)
        show(made, "")
