"""Print the numbers of docs/reference/evaluation.md about mapping as Markdown tables, or everything as JSON."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from hourtrail.domain.errors import HourtrailError
from hourtrail_training.mapping_report.parts import Line
from hourtrail_training.mapping_report.steps import NAMES, Run, Told, run
from hourtrail_training.mapping_report.tables import rendered, written


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".mapping-report"),
    show_default=True,
    help="Folder that keeps text vectors and finished steps; a second run goes on from there.",
)
@click.option(
    "--simulated",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Rows of simulated firms (hourtrail_training.simulated_mix) for the models of the zero-shot part.",
)
@click.option("--only", "names", type=click.Choice(NAMES), multiple=True, help="Only this step; may be repeated.")
@click.option("--jobs", type=click.IntRange(1, 16), default=2, show_default=True, help="Processes, up to 4 GB each.")
@click.option(
    "--write",
    "document",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Put the tables into this Markdown file, between its marks.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def main(
    data: Path,
    work: Path,
    *,
    simulated: Path | None,
    names: Sequence[str],
    jobs: int,
    document: Path | None,
    as_json: bool,
) -> None:
    """Measure the bundled ranker on openstack-switch, nifi-modules and hadoop-commits in DATA.

    Labels are known one day late; nothing is measured on rows that a model learned from. A step that fails is told at the
    end, and the others are reported all the same.
    """
    try:
        told, failed = run(
            Run(data, work, simulated), names or NAMES, jobs=jobs, say=lambda words: click.echo(words, err=True)
        )
        found = _by_part(told)
        tables = rendered(found)
        if document is not None:
            document.write_text(written(document.read_text(encoding="utf-8"), tables), encoding="utf-8")
    except HourtrailError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps({**found, "failed": failed}, indent=1))
    else:
        click.echo("\n".join(f"{name}\n\n{table}" for name, table in tables.items()), nl=False)
    if failed:
        click.echo(f"not measured: {', '.join(failed)}; the reasons stand above", err=True)
        sys.exit(1)


def _by_part(told: Mapping[str, Told]) -> dict[str, list[Line]]:
    """The lines of all steps by the part that they belong to, and what each step cost."""
    parts: dict[str, list[Line]] = {}
    for name in NAMES:
        for line in told.get(name, {}).get("lines", ()):
            parts.setdefault(line["part"], []).append({key: value for key, value in line.items() if key != "part"})
        if name in told:
            parts.setdefault("steps", []).append({"step": name, **_cost(told[name])})
    return parts


def _cost(told: Told) -> dict[str, Any]:
    return {name: told[name] for name in ("seconds", "processor_seconds", "peak_mb")}


if __name__ == "__main__":
    main()
