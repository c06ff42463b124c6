"""``hourtrail clients``: OAuth 2 clients, programs that fetch short-lived tokens."""

import click

from hourtrail.cli.program_commands import add_commands
from hourtrail.domain.accounts import SecretKind


@click.group()
def clients() -> None:
    """OAuth 2 clients: programs that fetch a token of half an hour with a secret of their own."""


add_commands(
    clients, SecretKind.CLIENT_SECRET, create="add", noun="client secret",
    created=(
        "Make a client secret for a program; client id and secret fetch tokens at /v1/oauth/token."
        "\n\n\b\nhourtrail clients add psa --scope suggestions:score"
    ),
)  # fmt: skip
