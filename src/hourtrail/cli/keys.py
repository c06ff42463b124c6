"""``hourtrail keys``: API keys of programs."""

import click

from hourtrail.cli.program_commands import add_commands
from hourtrail.domain.accounts import SecretKind


@click.group()
def keys() -> None:
    """API keys: long-lived secrets that programs show as they are."""


add_commands(
    keys, SecretKind.API_KEY, create="create", noun="API key",
    created=(
        "Make an API key for a program; the key is told this once."
        "\n\n\b\nhourtrail keys create psa --scope suggestions:read --scope decisions:write --scope people:on_behalf"
    ),
)  # fmt: skip
