"""``hourtrail sources``: what can be read."""

import click

from hourtrail.cli.common import answer
from hourtrail.wiring import sources as registered


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else there.")
def sources(*, as_json: bool) -> None:
    """List the registered sources and what each reads."""
    rows = [
        {"name": source.name, "reads": (type(source).__doc__ or "").strip().splitlines()[0]} for source in registered()
    ]
    if as_json:
        answer({"sources": rows})
        return
    for row in rows:
        click.echo(f"{row['name']:<16}{row['reads']}")
