"""Writes docs/reference/commands.md from the commands themselves: ``python -m hourtrail.cli.reference FILE``."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from hourtrail.cli import hourtrail

WIDTH = 100


def reference() -> str:
    """The help text of every command, as Markdown."""
    parts = ["# Commands", "", "Written by `make contracts` from the commands themselves.", ""]
    for name, text in _pages(hourtrail, "hourtrail"):
        parts += [f"## {name}", "", "```", text.rstrip(), "```", ""]
    return "\n".join(parts)


def _pages(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    context = click.Context(command, info_name=name.rpartition(" ")[2], parent=parent, terminal_width=WIDTH)
    yield name, command.get_help(context)
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from _pages(found, f"{name} {child}", context)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference(), encoding="utf-8")
