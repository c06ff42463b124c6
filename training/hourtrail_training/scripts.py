"""The commands ``python -m hourtrail_training.…``: one way to read words, to give help, and to say what is wrong."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click

from hourtrail.domain.errors import HourtrailError

CUT: Final = "\N{BROKEN BAR}"
"""Stands for ``--`` between groups of folders; click takes the first one away."""

FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)


class NewFolder(click.Path):
    """A folder that may be made, inside one that is there: a mistyped word makes no folders."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. Refused are a file and a place that is not there."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not path.absolute().parent.is_dir():
            self.fail(f"there is no folder {path.absolute().parent} to make {path.name} in", param, ctx)
        return path


NEW_FOLDER: Final = NewFolder(file_okay=False)


class Script(click.Command):
    """A command whose refusals are sentences: exit code 1 for what a run refused, 2 for wrong usage."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """With every ``--`` kept."""
        return super().parse_args(ctx, [CUT if word == "--" else word for word in args])

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        try:
            return super().invoke(ctx)
        except HourtrailError as error:
            raise click.ClickException(str(error)) from error
        except json.JSONDecodeError as error:
            raise click.ClickException(f"a file of these folders is not JSON: {error}") from error
        except OSError as error:
            raise click.ClickException(f"{error.filename or 'the system'}: {error.strerror or error}") from error


def script(about: str | None) -> Callable[[Callable[..., Any]], Script]:
    """Make a function a command; ``about``, the module's docstring, is its help."""
    settings = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
    return click.command(cls=Script, help=(about or "").replace("``", "`"), context_settings=settings)


def folders_in_groups(words: Sequence[str], groups: Sequence[str]) -> list[list[Path]]:
    """Folders between ``--``, one list for each of ``groups``, none empty. Raises click.UsageError."""
    found: list[list[Path]] = [[]]
    for word in words:
        if word == CUT:
            found.append([])
        else:
            found[-1].append(FOLDER.convert(word, None, None))
    if len(found) != len(groups) or not all(found):
        raise click.UsageError(f"name folders to {', then -- and those to '.join(groups)}")
    return found


def say(line: str) -> None:
    """A line of the answer, at once."""
    click.echo(line)
