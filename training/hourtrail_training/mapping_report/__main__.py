"""Print the numbers of docs/reference/evaluation.md about mapping, one table a part, or everything as JSON."""

import json
import resource
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from hourtrail_training.mapping_report.parts import PARTS, Report


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--part", "parts", type=click.Choice(list(PARTS)), multiple=True, help="Only this part; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def main(data: Path, parts: Sequence[str], *, as_json: bool) -> None:
    """Measure the bundled ranker on openstack-switch, nifi-modules and hadoop-commits in DATA.

    Labels are known one day late; nothing is measured on rows that a model learned from.
    """
    report = Report.of(data, lambda words: click.echo(words, err=True))
    found: dict[str, list[dict[str, Any]]] = {}
    for part in parts or PARTS:
        lines = []
        for line in PARTS[part](report):
            lines.append(line)
            if not as_json:
                click.echo(f"{part}: " + ", ".join(f"{name} {_told(value)}" for name, value in line.items()))
        found[part] = lines
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    if as_json:
        click.echo(json.dumps({**found, "peak_mb": peak}, indent=1))
    else:
        click.echo(f"peak memory {peak} MB")


def _told(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, list):
        return " to ".join(_told(one) for one in value)
    return str(value)


if __name__ == "__main__":
    main()
