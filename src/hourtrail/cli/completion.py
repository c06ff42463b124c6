"""``hourtrail completion``: the script that completes commands and options in a shell."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash:  eval "$(hourtrail completion bash)"      (in ~/.bashrc)
    zsh:   eval "$(hourtrail completion zsh)"       (in ~/.zshrc)
    fish:  hourtrail completion fish > ~/.config/fish/completions/hourtrail.fish
    """
    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(ctx.find_root().command, {}, "hourtrail", "_HOURTRAIL_COMPLETE").source())
