"""A group whose commands are imported when they are called, so that help and completion answer at once."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import click
from click.shell_completion import CompletionItem

COMMANDS: Final = "hourtrail.commands"
"""Entry points by which other packages add commands."""


@dataclass(frozen=True, slots=True)
class Core:
    """A command of this package: module and function carry its name, with ``_`` for ``-``. ``help`` is the first line of its
    help text.
    """

    name: str
    help: str

    def load(self) -> click.Command:
        """The command itself."""
        name = self.name.replace("-", "_")
        command: click.Command = getattr(import_module(f"hourtrail.cli.{name}"), name)
        return command


class CommandGroup(click.Group):
    """The core's commands by table, those of other packages by entry point."""

    def __init__(
        self, *args: Any, core: Sequence[Core] = (), sections: Mapping[str, Sequence[str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._core = {command.name: command for command in core}
        self._sections = sections or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name."""
        return sorted({*super().list_commands(ctx), *self._core, *_registered()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now. A registered one that cannot be imported is named with the reason."""
        if cmd_name in self._core:
            return self._core[cmd_name].load()
        point = _registered().get(cmd_name)
        if point is None:
            return super().get_command(ctx, cmd_name)
        try:
            command: click.Command = point.load()
        except ImportError as error:
            raise click.ClickException(f"command {cmd_name!r} ({point.value}) cannot be loaded: {error}") from error
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands by who uses them, none of them imported."""
        there = self.list_commands(ctx)
        placed = {name for names in self._sections.values() for name in names}
        sections = {**self._sections, "Commands of other packages": [name for name in there if name not in placed]}
        for title, names in sections.items():
            rows = [(name, self._told(name)) for name in names if name in there]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands and options, none of them imported."""
        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        items = [CompletionItem(name, help=self._told(name)) for name in names]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]

    def _told(self, name: str) -> str:
        if name in self._core:
            return self._core[name].help
        return _docstring(_registered()[name])


def _docstring(point: EntryPoint) -> str:
    """The first sentence of a registered command's docstring, read from its source: importing it may take seconds."""
    try:
        found = find_spec(point.module)
    except ModuleNotFoundError:
        found = None
    if found is None or found.origin is None:
        return f"not available: {point.module} is not installed"
    for node in ast.parse(Path(found.origin).read_bytes()).body:
        if isinstance(node, ast.FunctionDef) and node.name == point.attr:
            return (ast.get_docstring(node) or "").partition("\n\n")[0].replace("\n", " ")
    return ""


def _registered() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=COMMANDS)}
