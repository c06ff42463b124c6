"""``hourtrail models``: which weights are here, whether they are the reviewed ones, and what they can do."""

from typing import Any

import click

from hourtrail.cli.common import answer
from hourtrail.cli.settings import OK, UNUSABLE
from hourtrail.domain.errors import ModelUnavailable
from hourtrail_models.artefact import load_bundled, pinned_digests


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else there.")
def models(*, as_json: bool) -> int:
    """List the bundled models and check every byte against the reviewed digests. Exit code 2 when one is not whole."""
    rows = [_row(name, pinned) for name, pinned in sorted(pinned_digests().items())]
    if as_json:
        answer({"models": rows})
    else:
        for row in rows:
            _print(row)
    return OK if all(row["whole"] for row in rows) else UNUSABLE


def _row(name: str, pinned: str) -> dict[str, Any]:
    try:
        manifest = load_bundled(name).manifest
    except ModelUnavailable as error:
        return {"name": name, "digest": pinned, "whole": False, "problem": str(error)}
    return {
        "name": manifest.name,
        "version": manifest.version,
        "digest": pinned,
        "whole": True,
        "created": manifest.created.isoformat(),
        "features": manifest.spec.version if manifest.spec else None,
        "encoder": manifest.encoder or None,
        "training_data": [
            {"name": data.name, "digest": data.digest, "ends": data.ends.isoformat(), "rows": data.rows}
            for data in manifest.training_data
        ],
        "metrics": dict(manifest.metrics),
    }


def _print(row: dict[str, Any]) -> None:
    if not row["whole"]:
        click.echo(f"{row['name']}: {row['problem']}")
        return
    click.echo(
        f"{row['name']} {row['version']}, {row['created'][:10]}, digest {row['digest'][:12]}, every byte as reviewed"
    )
    for data in row["training_data"]:
        click.echo(f"  learned from {data['rows']:,} rows of {data['name']} until {data['ends']}")
    for name, value in row["metrics"].items():
        click.echo(f"  {name} {value:.4f}")
