"""``hourtrail models``: which weights are here and registered, who let them serve, and the acts on them."""

from datetime import UTC, datetime
from typing import Any

import click

from hourtrail.cli.common import answer, common_options, say
from hourtrail.cli.settings import OK, UNUSABLE, Settings
from hourtrail.domain.errors import ModelUnavailable
from hourtrail_models.artefact import BUNDLED, load, pinned_digests
from hourtrail_models.registered import registered_rows
from hourtrail_models.registry import configured, without_password
from hourtrail_models.registry_command import cards, compare, promote, rollback, shadow, use_cases_command


@click.group(invoke_without_command=True)
@common_options
@click.pass_context
def models(ctx: click.Context, *, as_json: bool) -> int:
    """List the bundled and the registered models: digests checked, aliases, who signed off, which reviews are overdue.

    Exit code 2 when a bundled model is not whole or the configured registry does not answer.
    """
    if ctx.invoked_subcommand is not None:
        return OK
    rows = [_row(name, pinned) for name, pinned in sorted(pinned_digests().items())]
    registered: list[dict[str, Any]] = []
    problem = ""
    if configured():
        try:
            registered = registered_rows(ctx.ensure_object(Settings).tenant_name, today=datetime.now(UTC).date())
        except ModelUnavailable as error:
            problem = str(error)
    if as_json:
        answer(
            {
                "models": rows,
                "registry": without_password(configured()) or None,
                "registered": registered,
                "problem": problem or None,
            }
        )
    else:
        for row in rows:
            _print(row)
        for row in registered:
            _print_registered(row)
        if problem:
            say(problem)
    return OK if all(row["whole"] for row in rows) and not problem else UNUSABLE


models.add_command(cards)
models.add_command(compare)
models.add_command(promote)
models.add_command(rollback)
models.add_command(shadow)
models.add_command(use_cases_command)


def _row(name: str, pinned: str) -> dict[str, Any]:
    try:
        manifest = load(BUNDLED / name, expected=pinned).manifest
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
