"""``hourtrail audit``: seal the trail, take it away, and check it, here or without the database."""

import json
from pathlib import Path
from typing import Any, Final

import click

from hourtrail.cli.common import answer, common_options, counted, opened
from hourtrail.cli.settings import OK
from hourtrail.domain.audit import ChainBreak
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import format_instant
from hourtrail.exporters.audit_trail import head_to_json
from hourtrail.flows.audit import Verified, check_proof, export_trail, prove, seal_trail, verify_file

BROKEN: Final = 1
MOST_TOLD: Final = 100
"""Breaks printed for a person; ``--json`` has them all."""
LARGEST_PROOF: Final = 32 << 20

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@click.argument("file", required=False, type=_file)
@click.option("--against", type=_file, help="An earlier export: FILE must go on from it.")
@click.option("--expect", "noted", default="", metavar="HEAD", help="A head noted earlier, as this command prints it.")
@common_options
@click.pass_context
def verify(ctx: click.Context, file: Path | None, against: Path | None, noted: str, *, as_json: bool) -> int:
    """Check every link, payload and seal of the trail, and name each row that was changed or removed.

    Without FILE the trail in the database is checked, and with it the decisions, approvals and reviews that it tells of. With FILE, an
    export, nothing else is needed. Rows cut off from the end leave a chain that holds: note the head that is printed
    somewhere else and give it with --expect the next time, or give an earlier export with --against. Exit code 1 when
    the trail does not hold.
    """
    if file is not None:
        return _told_of_file(verify_file(file, against=against, expected=noted), as_json=as_json)
    if against is not None:
        raise click.UsageError("--against compares two exports; name the newer one as FILE")
    with opened(ctx, reading=True) as (store, tenant), store.tenant(tenant, read_only=True) as db:
        found = db.examine_audit()
        count, breaks = found.count, found.breaks
        head, roots = db.audit_head(), db.audit_roots()
        if noted and not db.audit_holds(noted):
            sequence = int(noted.partition(":")[0])
            breaks.append(ChainBreak(sequence, f"row {sequence} is not the one noted earlier, or was removed"))
    seal = head_to_json(roots[-1]) if roots else None
    return _told(tenant, count, head, breaks, {"seal": seal, "erased": found.erased}, as_json=as_json)


@audit.command()
@common_options
@click.pass_context
def seal(ctx: click.Context, *, as_json: bool) -> int:
    """Seal the trail: one hash (a Merkle root) that stands for every row so far.

    The job daily_seal does it each night, where `hourtrail jobs` runs.

    Note what is printed where nobody who can write to the database can: it proves later that no row was replaced.
    """
    with opened(ctx) as (store, tenant):
        head = seal_trail(store, tenant)
    if as_json:
        answer({"tenant": tenant, "seal": head_to_json(head) if head else None})
    elif head is None:
        click.echo("nothing has been recorded yet")
    else:
        click.echo(f"{counted(head.size, 'row')} sealed at {format_instant(head.at)}: {head.root}")
    return OK


@audit.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "actor", required=True, metavar="PERSON", help="Who takes the trail away.")
@common_options
@click.pass_context
def export(ctx: click.Context, out: Path, actor: str, *, as_json: bool) -> int:
    """Write the whole trail to OUT (JSON Lines, gzip where the name ends in .gz), for `audit verify OUT`.

    The trail says who took it away.
    """
    with opened(ctx, suspended=True) as (store, tenant):
        count = export_trail(store, tenant, out, actor=actor)
    if as_json:
        answer({"tenant": tenant, "file": str(out), "events": count})
    else:
        click.echo(
            f"{out}: {counted(count, 'audit event')} of tenant {tenant}; check it with `hourtrail audit verify {out}`"
        )
    return OK


@audit.command(name="prove")
@click.argument("row", type=click.IntRange(1))
@common_options
@click.pass_context
def prove_row(ctx: click.Context, row: int, *, as_json: bool) -> int:
    """Print a proof that ROW of the trail stands under a seal: JSON that `audit check-proof` checks without the database."""
    del as_json  # a proof is JSON either way
    with opened(ctx, reading=True) as (store, tenant):
        answer(prove(store, tenant, row))
    return OK


@audit.command(name="check-proof")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else there.")
def check_one(file: Any, *, as_json: bool) -> int:
    """Check the proof in FILE (- for standard input), and print the seal that it leads to.

    Compare that seal with the one that you noted: a proof is as good as the seal is known.
    """
    data = file.read(LARGEST_PROOF + 1)
    try:
        document = json.loads(data[: LARGEST_PROOF + 1])
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"this is no proof of an audit event: it is not JSON ({error})") from error
    head = check_proof(document)
    if as_json:
        answer({"holds": True, "row": document["event"]["sequence"], "seal": head_to_json(head)})
    else:
        click.echo(
            f"row {document['event']['sequence']} is among the {counted(head.size, 'row')} sealed at "
            f"{format_instant(head.at)}: {head.root}"
        )
    return OK


def _told_of_file(found: Verified, *, as_json: bool) -> int:
    extra = {"root": found.root, "seal": head_to_json(found.seal) if found.seal else None, "erased": found.erased}
    return _told(found.tenant, found.events, found.head, list(found.breaks), extra, as_json=as_json)


def _told(tenant: str, count: int, head: str, breaks: list[ChainBreak], extra: dict[str, Any], *, as_json: bool) -> int:
    if as_json:
        rows = [{"row": row.sequence, "reason": row.reason} for row in breaks]
        answer({"tenant": tenant, "events": count, "head": head, "intact": not breaks, "breaks": rows, **extra})
        return BROKEN if breaks else OK
    click.echo(
        f"{count:,} audit events of tenant {tenant}: {'the chain holds' if not breaks else 'THE CHAIN IS BROKEN'}"
    )
    for row in breaks[:MOST_TOLD]:
        click.echo(f"  {row.reason}")
    if len(breaks) > MOST_TOLD:
        click.echo(f"  … and {len(breaks) - MOST_TOLD:,} more; --json lists all")
    if extra.get("erased"):
        click.echo(
            f"  {counted(extra['erased'], 'row or payload', 'rows and payloads')} erased since; their digests stay"
        )
    click.echo(f"head {head}" if head else "nothing has been recorded yet")
    if extra["seal"]:
        click.echo(f"sealed up to row {extra['seal']['size']:,} at {extra['seal']['at']}: {extra['seal']['root']}")
    return BROKEN if breaks else OK
