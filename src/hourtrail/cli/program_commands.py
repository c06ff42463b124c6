"""The four commands that API keys and OAuth 2 clients share, made once for each."""

from datetime import UTC, datetime, timedelta

import click

from hourtrail.cli.common import answer, common_options, opened
from hourtrail.cli.identity_options import by_option, show, table, tell_secret
from hourtrail.domain.accounts import SecretKind
from hourtrail.flows.identity.programs import (
    LONGEST_LIFE,
    LONGEST_OVERLAP,
    Made,
    NewSecret,
    create_secret,
    secret_to_json,
    secrets_of,
)
from hourtrail.flows.identity.programs import revoke as run_revoke
from hourtrail.flows.identity.programs import rotate as run_rotate
from hourtrail.policy.roles import SCOPES, scopes_named

DAYS = 90


def add_commands(group: click.Group, kind: SecretKind, *, create: str, noun: str, created: str) -> None:
    """``create``, ``list``, ``rotate`` and ``revoke`` for one kind of secret."""

    @click.argument("program")
    @click.option(
        "--scope", "scopes", multiple=True, metavar="SCOPE", help="What it may; repeatable.", required=True,
        type=click.Choice([scope.value for scope in SCOPES]),
    )  # fmt: skip
    @click.option(
        "--days", type=click.IntRange(1, LONGEST_LIFE.days), default=DAYS, show_default=True, help="How long it works."
    )
    @by_option
    @common_options
    @click.pass_context
    def create_(
        ctx: click.Context, program: str, scopes: tuple[str, ...], days: int, actor: str, *, as_json: bool
    ) -> None:
        new = NewSecret(kind=kind, program=program, scopes=scopes_named(scopes), life=timedelta(days=days))
        with opened(ctx, create=True) as (store, tenant):
            made = create_secret(store, tenant, new, actor)
        _tell(made, noun, as_json=as_json)

    create_.__doc__ = created
    group.command(create, help=created)(create_)

    @group.command("list", help=f"Every {noun}: its program, scopes, state, when it ends and when it was last used.")
    @common_options
    @click.pass_context
    def list_(ctx: click.Context, *, as_json: bool) -> None:
        now = datetime.now(UTC)
        with opened(ctx, reading=True) as (store, tenant):
            rows = [secret_to_json(row, program, now) for row, program in secrets_of(store, tenant, kind)]
        if as_json:
            answer({"secrets": rows})
            return
        made = table("begins with", "program", "client id", "state", "ends", "last used", "scopes")
        for row in rows:
            used = row["last_used_at"] or "never"
            made.add_row(
                row["visible"], row["program"], row["client_id"], row["state"], str(row["expires_at"])[:10], used[:16],
                " ".join(row["scopes"]),
            )  # fmt: skip
        show(made, f"there is no {noun} yet: hourtrail {group.name} {create} PROGRAM --scope …")

    @group.command(
        "rotate",
        help=f"A new {noun} with the same scopes; the old one works for some days longer, so that nothing stands still.",
    )
    @click.argument("secret", metavar="BEGINNING")
    @click.option(
        "--overlap", type=click.IntRange(0, LONGEST_OVERLAP.days), default=7, show_default=True, metavar="DAYS",
        help="How many days the old one still works.",
    )  # fmt: skip
    @by_option
    @common_options
    @click.pass_context
    def rotate(ctx: click.Context, secret: str, overlap: int, actor: str, *, as_json: bool) -> None:
        with opened(ctx) as (store, tenant):
            made = run_rotate(store, tenant, secret, timedelta(days=overlap), actor)
        _tell(made, noun, as_json=as_json)

    @group.command("revoke", help=f"End a {noun} now. The server notices within five seconds.")
    @click.argument("secret", metavar="BEGINNING")
    @click.option("--reason", default="", metavar="TEXT", help="Why, for the audit trail.")
    @by_option
    @common_options
    @click.pass_context
    def revoke(ctx: click.Context, secret: str, reason: str, actor: str, *, as_json: bool) -> None:
        with opened(ctx) as (store, tenant):
            row = run_revoke(store, tenant, secret, actor, reason=reason)
        if as_json:
            answer({"visible": row.visible, "state": "revoked"})
        else:
            click.echo(f"{row.visible}… is revoked")


def _tell(made: Made, noun: str, *, as_json: bool) -> None:
    if as_json:
        answer(made.to_json())
        return
    ends = made.kept.expires_at
    until = f", until {ends.date()}" if ends else ""
    tell_secret(f"{noun} of {made.program.name} (client id {made.program.id}){until}:", made.secret)
