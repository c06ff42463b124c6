"""Retraining on a firm's decision log: by command, every night, or once enough new confirmations are there.

A run registers what it fitted with the gate's verdict. By itself it goes no further than challenger (the gate passed it) or
shadow (the gate refused it): both are scored silently. Only a named person makes a champion.
"""

import json
import logging
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from hourtrail.domain.errors import HourtrailError, InvalidInput, ModelUnavailable
from hourtrail.flows.decision_log import read_log
from hourtrail.store import Store
from hourtrail.wiring import Models, load_models
from hourtrail_models.artefact import Artefact
from hourtrail_models.fitting import Boost
from hourtrail_models.promotion import propose
from hourtrail_models.registry import CHALLENGER, SHADOW, Registry, Version, configured, registered_name
from hourtrail_models.use_cases import require_use_case
from hourtrail_training.dask_boost import boost_at
from hourtrail_training.dataset import load_dataset
from hourtrail_training.from_log import FromLog, train_on_log
from hourtrail_training.model_card import version_name
from hourtrail_training.ranker import write_artefact
from hourtrail_training.run_log import log_and_register

USE_CASE: Final = "ranker"
AUTHOR: Final = "system:refit"
NEW_LABELS: Final = 200
"""New confirmations after which a refit is worth its minutes; fewer move the newest fifth, on which it is judged, too little."""

AFTER: Final = "HOURTRAIL_REFIT_AFTER"
"""The nightly job's own number of new confirmations."""

log = logging.getLogger(__name__)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainer:
    """Where and for whom: the mlflow address, the tenant's store, and who answers for the run."""

    uri: str
    store: Store
    tenant: str
    author: str
    boost: Boost | None = None

    @property
    def registry(self) -> Registry:
        """The tenant's registered model."""
        return Registry(self.uri, registered_name(USE_CASE, self.tenant))


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A fitted, measured and registered model. ``alias`` is empty where nothing was proposed."""

    found: FromLog
    artefact: Artefact
    version: Version
    alias: str = ""


def train_and_register(trainer: Trainer, folder: Path, *, now: datetime, say: Say) -> Registered:
    """Fit on everything confirmed by ``now``, measure, write the artefact to ``folder``, log and register it.

    Raises NotAllowed for a use case that is not listed, NothingRead and InvalidInput for a log that cannot teach,
    ModelUnavailable without the encoder, or when mlflow does not answer (the artefact is whole in ``folder`` then).
    """
    require_use_case(USE_CASE)
    champion = _champion(trainer.tenant)
    say("reading the decision log")
    dataset = load_dataset(trainer.store, trainer.tenant, champion, as_of=now)
    found = train_on_log(dataset, champion, boost=trainer.boost, say=say)
    name = version_name(trainer.tenant, now.date(), dataset.digest)
    artefact = write_artefact(found.trained, folder, name)
    try:
        version = log_and_register(trainer.uri, trainer.registry, found, artefact, author=trainer.author)
    except ModelUnavailable as error:
        raise ModelUnavailable(
            f"the model is whole in {artefact.folder}, but it was not registered: {error}"
        ) from error
    return Registered(found=found, artefact=artefact, version=version)


def new_labels(trainer: Trainer, *, now: datetime) -> tuple[int, int]:
    """Labels that have come since the newest version was trained, and all of them."""
    with trainer.store.tenant(trainer.tenant, read_only=True) as db:
        count = len(read_log(db, as_of=now).labelled)
    versions = trainer.registry.versions()
    trained_on = _labels_of(versions[0]) if versions else 0
    return count - trained_on, count


def refit(trainer: Trainer, *, now: datetime, say: Say, least: int = NEW_LABELS) -> Registered | None:
    """Retrain and propose when at least ``least`` confirmations are new; None when it is too early. Safe to run twice."""
    require_use_case(USE_CASE)
    fresh, count = new_labels(trainer, now=now)
    if fresh < least:
        say(f"{fresh} new confirmations since the last training ({count} in all); a refit waits for {least}")
        return None
    with tempfile.TemporaryDirectory(prefix="hourtrail-refit-") as scratch:
        made = train_and_register(trainer, Path(scratch) / "model", now=now, say=say)
        alias = CHALLENGER if made.version.passed else SHADOW
        propose(trainer.registry, trainer.store, trainer.tenant, made.version, alias, now=now)
        return Registered(found=made.found, artefact=made.artefact, version=made.version, alias=alias)


def nightly_refit(store: Store, tenant: str, now: datetime) -> Mapping[str, int]:
    """The job ``nightly_refit``: what was registered and passed, by count. Idempotent: without new confirmations nothing happens.

    It does nothing where no registry is configured. A log that cannot teach yet is no failure of the night.
    """
    none = {"registered": 0, "passed": 0}
    uri = configured()
    if not uri:
        log.info("no model registry is configured; nothing is refitted")
        return none
    try:
        trainer = Trainer(uri=uri, store=store, tenant=tenant, author=AUTHOR, boost=boost_at(""))
        made = refit(trainer, now=now, say=log.info, least=_stated_least())
    except HourtrailError as error:
        log.warning("nothing was refitted, the model in use goes on serving: %s", error)
        return none
    return none if made is None else {"registered": 1, "passed": int(made.version.passed)}


def _stated_least() -> int:
    """Raises InvalidInput when the setting is no number."""
    stated = os.environ.get(AFTER, "").strip()
    if not stated:
        return NEW_LABELS
    if not stated.isdigit():
        raise InvalidInput(f"{AFTER} is {stated!r}, not a number of new confirmations such as {NEW_LABELS}")
    return int(stated)


def _champion(tenant: str) -> Models:
    models = load_models(tenant=tenant)
    if models.encoder is None:
        raise ModelUnavailable(f"the encoder is needed for training: {models.degraded}")
    return models


def _labels_of(version: Version) -> int:
    try:
        return int(json.loads(version.data)["labels"])
    except (ValueError, KeyError, TypeError):
        return 0
