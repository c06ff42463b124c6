"""``hourtrail privacy``: the keys under which activities are sealed."""

import click

from hourtrail.cli.common import answer, common_options, counted, opened
from hourtrail.cli.settings import OK
from hourtrail.flows.privacy import renew_key, seal_activities


@click.group()
def privacy() -> None:
    """Who can read what a source saw: keys, and how they are renewed."""


@privacy.command()
@common_options
@click.pass_context
def seal(ctx: click.Context, *, as_json: bool) -> int:
    """Seal the activities that a version before sealing stored in clear."""
    with opened(ctx) as (store, tenant):
        count = seal_activities(store, tenant)
    return _told(tenant, count, as_json=as_json)


@privacy.command(name="renew-key")
@click.option("--as", "actor", required=True, metavar="PERSON", help="Who renews it; the audit trail says so.")
@common_options
@click.pass_context
def renew(ctx: click.Context, actor: str, *, as_json: bool) -> int:
    """Give the tenant a new key, seal every activity with it, and destroy the old one. Other keys and tenants stay."""
    with opened(ctx) as (store, tenant):
        count = renew_key(store, tenant, actor)
    return _told(tenant, count, as_json=as_json)


def _told(tenant: str, count: int, *, as_json: bool) -> int:
    if as_json:
        answer({"tenant": tenant, "sealed": count})
    else:
        click.echo(f"{counted(count, 'activity', 'activities')} of tenant {tenant} sealed")
    return OK
