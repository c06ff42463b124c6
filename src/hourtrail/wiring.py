"""Finds implementations by name, through entry points: the one place where concrete things meet the core."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Final, TypeAlias, cast

from hourtrail.domain.errors import HourtrailError, ModelUnavailable
from hourtrail.domain.folders import without_folders
from hourtrail.domain.ports import (
    AnomalyBlender,
    AnomalyFitter,
    Encoder,
    MinutesModel,
    PresenceModel,
    Refitter,
    Scorer,
    Source,
    TextModel,
    ThresholdSelector,
)
from hourtrail.features import SPEC, RulesScorer
from hourtrail.policy.bands import BandPolicy, policy_from

SOURCES: Final = "hourtrail.sources"
PLUGINS: Final = "hourtrail.plugins"

REGISTRY: Final = "HOURTRAIL_REGISTRY"

RegisteredScorer: TypeAlias = Callable[[str], tuple[Scorer | None, str]]
"""Tenant -> its registered scorer (None: the rules), and why it is not the champion."""

log = logging.getLogger(__name__)


@cache
def sources() -> tuple[Source, ...]:
    """Every registered source, by name."""
    return tuple(point.load()() for point in sorted(entry_points(group=SOURCES), key=lambda point: point.name))


def plugin(name: str) -> Any:
    """The registered plug-in of that name. Raises ModelUnavailable when it is missing or cannot be loaded."""
    for point in entry_points(group=PLUGINS, name=name):
        try:
            return point.load()
        except (ImportError, OSError) as error:
            # OSError: a system library, such as LightGBM's libgomp, is not installed.
            raise ModelUnavailable(f"plug-in {name!r} ({point.value}) cannot be loaded: {error}") from error
    raise ModelUnavailable(f"no plug-in {name!r} is registered; reinstall hourtrail")


def threshold_selector() -> ThresholdSelector:
    """The rule that turns a target precision into a threshold."""
    return cast("ThresholdSelector", plugin("threshold_selector"))


def refitter() -> Refitter:
    """The fit that backtests and training share."""
    return cast("Refitter", plugin("refitter"))


def anomaly_fitter() -> AnomalyFitter | None:
    """What fits the anomaly model to a firm's entries; None, with a line in the log, when the heads must answer alone."""
    try:
        return cast("AnomalyFitter", plugin("anomaly_fitter"))
    except ModelUnavailable as error:
        log.warning("the heads answer instead of the anomaly model: %s", error)
        return None


def anomaly_blender() -> AnomalyBlender | None:
    """What lets reviewers' verdicts correct the anomaly model; None, with a line in the log, when nothing can."""
    try:
        return cast("AnomalyBlender", plugin("anomaly_blender"))
    except ModelUnavailable as error:
        log.warning("reviewers' verdicts do not correct the anomaly scores: %s", error)
        return None


def text_model() -> TextModel:
    """The frozen text model that backtests print beside the ranker."""
    return cast("TextModel", plugin("text_model"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """What answers: an encoder (None: word overlap only), a scorer, and the policy that its thresholds make.

    ``degraded`` says in words why rules answer instead of the model; it is empty when the model does. ``notice`` says why
    another model answers than the one that the registry names. ``presence`` judges which minutes were worked; None: stated
    leads and tails. ``minutes`` tells within which minutes a block is booked; None: nothing is said of that.
    """

    encoder: Encoder | None
    scorer: Scorer
    policy: BandPolicy
    degraded: str = ""
    notice: str = ""
    presence: PresenceModel | None = None
    minutes: MinutesModel | None = None


def presence_model() -> PresenceModel | None:
    """What judges which minutes around traces were worked; None, with a line in the log, when stated leads must do."""
    try:
        return cast("PresenceModel", plugin("presence")())
    except ModelUnavailable as error:
        log.warning("stated leads and tails stand in for the model of presence: %s", error)
        return None


def minutes_model() -> MinutesModel | None:
    """What tells within which minutes a block is booked; None, with a line in the log, when nothing is said of that."""
    try:
        return cast("MinutesModel", plugin("minutes")())
    except ModelUnavailable as error:
        log.warning("no interval is told of the minutes: %s", error)
        return None


def load_models(*, rules_only: bool = False, tenant: str | None = None) -> Models:
    """The encoder and the ranker; where one is missing, altered or made for other features, the rules answer and say so.

    The ranker is the bundled one. Where a model registry is configured (HOURTRAIL_REGISTRY) and a ``tenant`` is named, it is
    that tenant's signed-off champion, or what the allow-list of use cases names in its place.
    """
    if rules_only:
        return _with_rules(None, "rules were asked for")
    encoder: Encoder | None = None
    notice = ""
    try:
        encoder = cast("Encoder", plugin("encoder")())
        scorer: Scorer | None
        if tenant is not None and os.environ.get(REGISTRY, "").strip():
            scorer, notice = cast("RegisteredScorer", plugin("registered_scorer"))(tenant)
        else:
            scorer = cast("Scorer", plugin("scorer")())
        if scorer is None:
            return with_time_models(_with_rules(encoder, notice))
        if scorer.spec != SPEC:
            raise ModelUnavailable(f"model {scorer.ref.name} {scorer.ref.version} was made for other features")
    except HourtrailError as error:
        log.warning("the rules answer instead of the model: %s", error)
        return with_time_models(_with_rules(encoder, without_folders(str(error))))
    return with_time_models(Models(encoder=encoder, scorer=scorer, policy=_policy(scorer), notice=notice))


def _with_rules(encoder: Encoder | None, why: str) -> Models:
    rules = RulesScorer()
    return Models(encoder=encoder, scorer=rules, policy=_policy(rules), degraded=why)


def with_time_models(models: Models) -> Models:
    """The same models, and those that tell when and how long: they answer whichever scorer names the work."""
    return replace(models, presence=presence_model(), minutes=minutes_model())


def _policy(scorer: Scorer) -> BandPolicy:
    return policy_from(scorer.thresholds, source=f"{scorer.ref.name}-{scorer.ref.version}")
