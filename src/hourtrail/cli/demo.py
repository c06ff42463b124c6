"""``hourtrail demo``: the straight line on the sample firm, in one command."""

from dataclasses import replace
from pathlib import Path

import click

from hourtrail.cli.common import console, hours, say
from hourtrail.cli.suggest import print_result
from hourtrail.domain.errors import InvalidInput
from hourtrail.exporters.tables import write_csv
from hourtrail.flows.demo import FIRST, LAST, TENANT, Demo, lay_out, run_demo
from hourtrail.flows.export import COLUMNS, rows
from hourtrail.store import open_store
from hourtrail.wiring import load_models, sources

SHOWN_DAYS = 2
SHOWN_PEOPLE = 2
DATABASE = "hourtrail-demo.sqlite"


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Where the sample firm and its database go.",
)
@click.option("--rules-only", is_flag=True, help="Leave the model out; the rules answer and are labelled as such.")
def demo(folder: Path, *, rules_only: bool) -> None:
    """Run a small sample firm through ingest, suggest, decide and export, and say what to do next.

    The folder's earlier demonstration is replaced; a folder that holds anything else is left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / DATABASE).exists():
        raise InvalidInput(f"{folder} holds something else; name a new folder with --folder")
    for old in folder.glob(f"{DATABASE}*"):
        old.unlink()
    url = f"sqlite:///{folder / DATABASE}"
    models = load_models(rules_only=rules_only)
    store = open_store(url)
    try:
        shown = run_demo(store, lay_out(folder), models=models, sources=sources(), progress=say)
        out = folder / "time-entries.csv"
        with store.tenant(TENANT) as db, out.open("w", encoding="utf-8", newline="") as stream:
            count = write_csv(rows(db, "time-entries", FIRST, LAST), COLUMNS["time-entries"], stream)
    finally:
        store.close()
    _print(shown, url, out, count)


def _print(shown: Demo, url: str, out: Path, count: int) -> None:
    screen = console()
    read = sum(report.read for _, report in shown.ingested)
    refused = sum(report.refused_count for _, report in shown.ingested)
    screen.print(f"read {read:,} records of a simulated firm from {len(shown.ingested)} inputs, {refused} refused\n")
    days = sorted({row.date for row in shown.result.suggestions})[:SHOWN_DAYS]
    people = _shown_people(shown)
    few = replace(
        shown.result,
        suggestions=[row for row in shown.result.suggestions if row.date in days and row.person in people],
        withheld=[
            row for row in shown.result.withheld if row.date in days and row.person in people and not row.suggestion
        ],
        totals=[row for row in shown.result.totals if row.person in people],
    )
    print_result(few)
    model = shown.result.suggestions[0].model if shown.result.suggestions else None
    assigned = sum(1 for row in shown.result.suggestions if row.item is not None)
    everybody = len({row.person for row in shown.result.suggestions})
    screen.print(
        f"\n{len(shown.result.suggestions)} suggestions for {everybody} people in two weeks, {assigned} with a work item, "
        f"by {model.name} {model.version}; two people's first days are shown" if model else "\nno suggestions"
    )  # fmt: skip
    for decided in shown.decided:
        for entry in decided.entries:
            screen.print(f"{entry.person} accepted: {entry.date} {hours(entry.minutes)} {entry.item} {entry.narrative}")
    screen.print(f"{count} time entries written to {out}\n")
    other = next((person for person in reversed(people) if not shown.decided or person != people[0]), "PERSON")
    screen.print("What next:")
    for line in (
        f"hourtrail suggest --store {url} --tenant {TENANT} --person {other} --from {FIRST} --to {LAST}",
        f"hourtrail decide --store {url} --tenant {TENANT} SUGGESTION accept --as {other}",
        f"hourtrail serve --no-login --store {url} --tenant {TENANT}",
        f"hourtrail audit verify --store {url} --tenant {TENANT}",
        "docs/tutorial/first-week.md takes your own calendar, repository and tickets the same way",
    ):
        screen.print(f"  {line}", soft_wrap=True)


def _shown_people(shown: Demo) -> list[str]:
    """Who decided, and somebody else."""
    deciding = [row.decision.actor for row in shown.decided]
    people = sorted({row.person for row in shown.result.suggestions})
    return list(dict.fromkeys([*deciding[:1], *people]))[:SHOWN_PEOPLE]
