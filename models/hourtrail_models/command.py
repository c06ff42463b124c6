"""``hourtrail models``: which weights are here and registered, who let them serve, and the acts on them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import click

from hourtrail.cli.common import answer, common_options, opened, say
from hourtrail.cli.settings import OK, UNUSABLE, Settings
from hourtrail.domain.errors import HourtrailError, ModelUnavailable, NotFound
from hourtrail_models.artefact import BUNDLED, load, pinned_digests
from hourtrail_models.registered import registered_rows
from hourtrail_models.registry import existing, without_password
from hourtrail_models.registry_command import (
    REGISTRY,
    cards,
    compare,
    promote,
    review,
    rollback,
    shadow,
    use_cases_command,
)
from hourtrail_models.reviews import first_due, newest


@click.group(invoke_without_command=True)
@REGISTRY
@common_options
@click.pass_context
def models(ctx: click.Context, registry: str, *, as_json: bool) -> int:
    """List the bundled and the registered models: digests checked, aliases, who signed off, which reviews are overdue.

    Exit code 2 when a bundled model is not whole, or the database or the registry does not answer.
    """
    if ctx.invoked_subcommand is not None:
        return OK
    today = datetime.now(UTC).date()
    reviews, problems = _reviews(ctx)
    rows = [_row(name, pinned, reviews, today) for name, pinned in sorted(pinned_digests().items())]
    registered: list[dict[str, Any]] = []
    uri = existing(registry)
    if uri:
        try:
            registered = registered_rows(ctx.ensure_object(Settings).tenant_name, today=today, stated=uri)
        except ModelUnavailable as error:
            problems.append(str(error))
    if as_json:
        answer(
            {
                "models": rows,
                "registry": without_password(uri) or None,
                "registered": registered,
                "problem": "; ".join(problems) or None,
            }
        )
    else:
        for row in rows:
            _print(row)
        for row in registered:
            _print_registered(row)
        for problem in problems:
            say(problem)
    return OK if all(row["whole"] for row in rows) and not problems else UNUSABLE


models.add_command(cards)
models.add_command(compare)
models.add_command(promote)
models.add_command(review)
models.add_command(rollback)
models.add_command(shadow)
models.add_command(use_cases_command)


def _reviews(ctx: click.Context) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The tenant's newest review of each digest, and why they cannot be told; a database that is not there yet has none."""
    try:
        with opened(ctx, reading=True) as (store, tenant), store.tenant(tenant, read_only=True) as db:
            return newest(db), []
    except NotFound as error:
        return {}, [f"reviews cannot be told: {error}"] if ctx.ensure_object(Settings).store_url else []
    except HourtrailError as error:
        return {}, [f"reviews cannot be told: {error}"]


def _row(name: str, pinned: str, reviews: Mapping[str, dict[str, Any]], today: date) -> dict[str, Any]:
    try:
        manifest = load(BUNDLED / name, expected=pinned).manifest
    except ModelUnavailable as error:
        return {"name": name, "digest": pinned, "whole": False, "problem": str(error)}
    signed = reviews.get(pinned)
    due = first_due(manifest.created.date()).isoformat() if signed is None else str(signed["review_by"])
    return {
        "use_case": name,
        "name": manifest.name,
        "version": manifest.version,
        "review_by": due,
        "overdue": due < today.isoformat(),
        "reviewed": signed,
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
    used_for = "" if row["use_case"] == row["name"] else f" ({row['use_case']})"
    click.echo(
        f"{row['name']} {row['version']}{used_for}, {row['created'][:10]}, digest {row['digest'][:12]}, every byte as reviewed"
    )
    signed = row["reviewed"]
    by = (
        f"reviewed by {signed['reviewer']} on {signed['at'][:10]} ({signed['evidence']})"
        if signed
        else "nobody signed yet"
    )
    click.echo(f"  {by}; review due {row['review_by']}{' OVERDUE' if row['overdue'] else ''}")
    for data in row["training_data"]:
        click.echo(f"  learned from {data['rows']:,} rows of {data['name']} until {data['ends']}")
    for name, value in row["metrics"].items():
        click.echo(f"  {name} {value:.4f}")


def _print_registered(row: dict[str, Any]) -> None:
    aliases = ", ".join(row["aliases"]) or "no alias"
    passed = "passed the gate" if row["gate"].get("passed") else "refused by the gate"
    click.echo(
        f"{row['name']} {row['version']} [{aliases}], {row['created'][:10]}, by {row['author']}, digest {row['digest'][:12]}, {passed}"
    )
    for signed in row["sign_offs"]:
        who = signed["approver"] or "a run"
        due = f"; review due {signed['review_by']}" if signed["review_by"] else ""
        late = " OVERDUE" if signed["overdue"] else ""
        click.echo(
            f"  {signed['alias']}: {signed['act']} by {who} on {signed['at'][:10]} ({signed['evidence']}){due}{late}"
        )
