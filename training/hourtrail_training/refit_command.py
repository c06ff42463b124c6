"""``hourtrail refit``: what the nightly job does, by hand or from any scheduler."""

import getpass
from datetime import UTC, datetime

import click

from hourtrail.cli.common import answer, common_options, opened, say
from hourtrail.cli.settings import OK, REFUSED
from hourtrail_models.registry import address
from hourtrail_training.command import print_registered
from hourtrail_training.dask_boost import boost_at
from hourtrail_training.refit import NEW_LABELS, Trainer, new_labels
from hourtrail_training.refit import refit as run_refit


@click.command()
@click.option(
    "--new",
    "least",
    type=click.IntRange(0, 1_000_000),
    default=NEW_LABELS,
    show_default=True,
    help="New confirmations from which on it is worth it.",
)
@click.option(
    "--registry",
    default="",
    metavar="URL",
    help="mlflow server or database; also HOURTRAIL_REGISTRY, MLFLOW_TRACKING_URI.  [default: sqlite:///mlflow.db]",
)
@click.option(
    "--dask",
    default="",
    metavar="ADDRESS",
    help="Grow the trees on a Dask cluster; also HOURTRAIL_DASK.  [default: this process]",
)
@click.option(
    "--as", "author", metavar="PERSON", default=getpass.getuser, show_default="you", help="Who answers for the model."
)
@common_options
@click.pass_context
def refit(ctx: click.Context, least: int, registry: str, dask: str, author: str, *, as_json: bool) -> int:
    """Retrain on the decision log once enough confirmations are new; register, and propose as challenger or shadow.

    It never makes a champion: a named person does, with `hourtrail models promote`. The background job nightly_refit does the
    same.
    """
    now = datetime.now(UTC)
    with opened(ctx) as (store, tenant):
        trainer = Trainer(uri=address(registry), store=store, tenant=tenant, author=author, boost=boost_at(dask))
        made = run_refit(trainer, now=now, say=say, least=least)
        fresh = new_labels(trainer, now=now)[0] if made is None else 0
    if made is not None:
        print_registered(made, as_json=as_json)
        return REFUSED if made.found.dataset.unreadable else OK
    if as_json:
        answer({"registered": None, "new_labels": fresh, "waits_for": least})
    return OK
