"""Writes what the code says of itself below a checkout: ``python -m hourtrail.cli.reference FOLDER`` (``make contracts``)."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from hourtrail.checks.policy import schema as policy_schema
from hourtrail.cli import hourtrail
from hourtrail.features import reference as features

WIDTH = 100


def reference() -> str:
    """The help text of every command, as Markdown."""
    parts = ["# Commands", "", "Written by `make contracts` from the commands themselves.", ""]
    for name, text in _pages(hourtrail, "hourtrail"):
        parts += [f"## {name}", "", "```", text.rstrip(), "```", ""]
    return "\n".join(parts)


def _pages(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    # The settings that calling the command would use: click keeps the help option that the first context asked for.
    settings: dict[str, Any] = {**command.context_settings, "terminal_width": WIDTH}
    context = click.Context(command, info_name=name.rpartition(" ")[2], parent=parent, **settings)
    yield name, command.get_help(context)
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from _pages(found, f"{name} {child}", context)


def write(folder: Path) -> None:
    """The pages of commands and features, and the schema of the check policy."""
    pages = {
        "docs/reference/commands.md": reference(),
        "docs/reference/features.md": features(),
        "data/contracts/policy.schema.json": json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n",
    }
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
