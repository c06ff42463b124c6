"""``hourtrail models promote``, ``rollback``, ``compare``, ``shadow`` and ``use-cases``."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import click

from hourtrail.cli.common import Day, answer, common_options, counted, hours, opened, say
from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.ports import Scorer
from hourtrail.features import RulesScorer
from hourtrail.flows.backtest.benchmark import read_benchmark
from hourtrail.wiring import load_models
from hourtrail_models.artefact import load
from hourtrail_models.cards import write_cards
from hourtrail_models.compare import Comparison, Side
from hourtrail_models.compare import compare as compare_models
from hourtrail_models.promotion import Promotion, roll_back
from hourtrail_models.promotion import promote as promote_version
from hourtrail_models.ranker import from_artefact
from hourtrail_models.registered import registry_of
from hourtrail_models.registry import (
    ALIASES,
    CHALLENGER,
    CHAMPION,
    DEFAULT,
    DEFAULT_FILE,
    SignOff,
    address,
    configured,
    without_password,
)
from hourtrail_models.reviews import sign as sign_review
from hourtrail_models.serving_model import cache_folder, fetched
from hourtrail_models.shadow import shadow_run
from hourtrail_models.shipped import bundled_scorer
from hourtrail_models.use_cases import use_cases

STATED: Final = "hourtrail.registry"


def _registry(ctx: click.Context, _param: click.Parameter, value: str) -> str:
    """What is given behind the command wins over what is given before it."""
    if value:
        ctx.meta[STATED] = value
    return str(ctx.meta.get(STATED, ""))


REGISTRY = click.option(
    "--registry",
    default="",
    metavar="URL",
    callback=_registry,
    help=f"mlflow server or database; also HOURTRAIL_REGISTRY, MLFLOW_TRACKING_URI.  [default: {DEFAULT}]",
)
PERSON = click.option("--as", "actor", required=True, metavar="PERSON", help="Who says so.")


@click.command()
@click.argument("version")
@click.option("--alias", type=click.Choice(ALIASES), default=CHAMPION, show_default=True, help="What it shall do.")
@PERSON
@click.option("--evidence", required=True, metavar="TEXT", help="What you looked at: a report, a run, a ticket.")
@click.option("--review-by", type=Day(), metavar="D", help="When it must be reviewed again.  [default: in 180 days]")
@click.option("--use-case", default="ranker", show_default=True, help="An entry of the allow-list.")
@REGISTRY
@common_options
@click.pass_context
def promote(
    ctx: click.Context,
    version: str,
    alias: str,
    actor: str,
    evidence: str,
    review_by: date | None,
    use_case: str,
    registry: str,
    *,
    as_json: bool,
) -> None:
    """Sign off VERSION (its number, or the alias that it has) for the tenant and let it serve.

    Refused: a version that the gate refused as champion, its author as approver, a use case that is not on the allow-list.
    """
    asked = Promotion(
        use_case=use_case, version=version, alias=alias, approver=actor, evidence=evidence, review_by=review_by
    )
    with opened(ctx) as (store, tenant):
        row = promote_version(registry_of(tenant, use_case, stated=registry), store, tenant, asked)
    _print_signed(row, as_json=as_json)
    if alias == CHAMPION and configured() != address(registry):
        say(f"suggest and serve answer with it where HOURTRAIL_REGISTRY={_anywhere(address(registry))} is set")


@click.command()
@PERSON
@click.option("--reason", default="", metavar="TEXT", help="Why.")
@click.option("--use-case", default="ranker", show_default=True, help="An entry of the allow-list.")
@REGISTRY
@common_options
@click.pass_context
def rollback(ctx: click.Context, actor: str, reason: str, use_case: str, registry: str, *, as_json: bool) -> None:
    """Back to the champion before this one, in one act; where there was none, to the fallback of the allow-list."""
    with opened(ctx) as (store, tenant):
        row = roll_back(registry_of(tenant, use_case, stated=registry), store, tenant, actor, reason)
    _print_signed(row, as_json=as_json)


@click.command()
@click.option("--from", "first", type=Day(), required=True, metavar="D", help="First work date.")
@click.option("--to", "last", type=Day(), required=True, metavar="D", help="Last work date, included.")
@click.option(
    "--model",
    "other",
    default=CHALLENGER,
    show_default=True,
    metavar="B",
    help="A version or alias of the registry, the folder of an artefact, `bundled`, or `rules`.",
)
@click.option(
    "--truth",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Activities with their known answer, in place of what people said.",
)
@REGISTRY
@common_options
@click.pass_context
def compare(
    ctx: click.Context, first: date, last: date, other: str, truth: Path | None, registry: str, *, as_json: bool
) -> None:
    """Replay stored suggestions under model B beside the model in use: what would have been different, and who was right.

    Every question is asked as of the instant at which it was asked then. Nothing is changed.
    """
    if last < first:
        raise InvalidInput(f"--from {first} lies behind --to {last}")
    with opened(ctx) as (store, tenant):
        models = load_models(tenant=tenant)
        name, scorer = _scorer(other, tenant, registry)
        found = compare_models(store, tenant, first, last, a=models, b=scorer, name=name, truth=_answers(truth))
    if as_json:
        answer(found.as_json())
    else:
        _print_comparison(found)


@click.command()
@REGISTRY
@common_options
@click.pass_context
def shadow(ctx: click.Context, registry: str, *, as_json: bool) -> None:
    """Let the challenger and the shadow answer the newest suggestions silently, and log what they would have shown.

    The background job nightly_shadow does the same. Nobody sees these answers; `hourtrail models compare` tells how good they are.
    """
    with opened(ctx) as (store, tenant):
        reports = shadow_run(store, tenant, datetime.now(UTC), registry=registry)
    if as_json:
        answer({"silent": [asdict(row) for row in reports]})
        return
    for row in reports:
        click.echo(
            f"{row.alias} {row.model}: {counted(row.fresh, 'suggestion')} answered silently, {row.answered:,} in all; of "
            f"{row.labelled:,} with a known truth it had {row.right:,} right, what people saw {row.seen_right:,}"
        )
    if not reports:
        say("there is neither a challenger nor a shadow; train one with hourtrail train or hourtrail refit")


@click.command()
@click.argument("model")
@PERSON
@click.option("--evidence", required=True, metavar="TEXT", help="What you looked at: a card, a report, a ticket.")
@click.option("--review-by", type=Day(), metavar="D", help="When it must be reviewed again.  [default: in 180 days]")
@common_options
@click.pass_context
def review(ctx: click.Context, model: str, actor: str, evidence: str, review_by: date | None, *, as_json: bool) -> None:
    """Sign that you have reviewed MODEL, one that comes with the installation, and until when that holds."""
    with opened(ctx) as (store, tenant):
        row = sign_review(store, tenant, model, reviewer=actor, evidence=evidence, review_by=review_by)
    if as_json:
        answer(row.as_json())
        return
    click.echo(f"{row.model} {row.version} ({row.digest[:12]}) was reviewed by {row.reviewer}; next by {row.review_by}")


@click.command("use-cases")
@common_options
def use_cases_command(*, as_json: bool) -> None:
    """List what models may be used for here, who answers for it, and what serves when no model may.

    The list is the installation's: it is the same for every tenant and database.
    """
    rows = list(use_cases().values())
    if as_json:
        answer({"use_cases": [asdict(row) for row in rows]})
        return
    for row in rows:
        click.echo(f"{row.name}: {row.purpose} (owner {row.owner}; fallback {row.fallback})")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def cards(folder: Path) -> None:
    """Write the model cards of the bundled models into FOLDER."""
    for path in write_cards(folder):
        click.echo(path)


def _anywhere(uri: str) -> str:
    """The address as it holds in any folder, without its password."""
    return f"sqlite:///{Path(DEFAULT_FILE).absolute()}" if uri == DEFAULT else without_password(uri)


def _answers(path: Path | None) -> dict[str, WorkItem] | None:
    """What each activity of a labelled file was, by its key."""
    if path is None:
        return None
    rows, _ = read_benchmark(path, ReadOptions(today=datetime.now(UTC).date()), delay_days=0)
    return dict(zip(rows.keys, rows.items, strict=True))


def _scorer(other: str, tenant: str, stated: str) -> tuple[str, Scorer]:
    if other == "bundled":
        return "", bundled_scorer()
    if other == "rules":
        return "", RulesScorer()
    if Path(other).is_dir():
        return f"the model in {other}", from_artefact(load(Path(other)))
    registry = registry_of(tenant, stated=stated)
    return "", fetched(registry, registry.version(other), cache_folder() / registry.name)


def _print_signed(row: SignOff, *, as_json: bool) -> None:
    if as_json:
        answer(row.as_json())
        return
    if not row.version:
        click.echo("there is no champion any more; the fallback of the allow-list serves")
        return
    due = f"; its review is due on {row.review_by}" if row.review_by else ""
    click.echo(f"version {row.version} ({row.digest[:12]}) is the {row.alias}: {row.act} by {row.approver}{due}")


def _print_comparison(found: Comparison) -> None:
    if found.simulated:
        click.echo("SIMULATED people: these numbers say nothing about the field")
    if found.seen:
        click.echo(
            f"{counted(found.seen, 'suggestion')} left out: one of the models learned from them, or came before such ones"
        )
    for letter, side in zip("AB", found.sides, strict=True):
        click.echo(f"{letter} {side.name}: {_told(side)}")
    click.echo(
        f"{counted(found.different, 'suggestion')} would have been different; where the truth is known, "
        f"B alone was right in {found.won:,}, A alone in {found.lost:,}"
    )
    for row in found.listed[:10]:
        one, other = row["a"], row["b"]
        truth = f" (it was {row['truth']})" if row["truth"] else ""
        click.echo(
            f"  {row['date']} {row['person']} {row['title'][:40]!r}: A {one['band']} {one['item'] or '-'}, "
            f"B {other['band']} {other['item'] or '-'}{truth}"
        )


def _told(side: Side) -> str:
    if side.precision is None or side.coverage is None:
        return f"{side.questions:,} suggestions, no label to measure on"
    return (
        f"{side.questions:,} suggestions, {side.labelled:,} with a label; {side.coverage:.1%} of those shown, "
        f"{side.precision:.1%} of these right; {hours(side.right_minutes)} h right of {hours(side.shown_minutes)} h shown"
    )
