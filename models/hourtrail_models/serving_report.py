"""What serves a tenant now, use case by use case: which model, since when, what it learned from, and what stands behind it."""

import logging
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from hourtrail.domain.errors import HourtrailError, ModelUnavailable, NotFound
from hourtrail.domain.folders import without_folders
from hourtrail.domain.instants import format_instant
from hourtrail.domain.wire import model_to_json
from hourtrail.store import TenantStore
from hourtrail.wiring import Models
from hourtrail_models.artefact import BUNDLED, Artefact, load, pinned_digests
from hourtrail_models.cards import WEIGHTLESS, WORDS, card, weightless
from hourtrail_models.registered import registered_rows
from hourtrail_models.registry import configured, registered_name, without_password
from hourtrail_models.serving_model import cache_folder
from hourtrail_models.use_cases import UseCase, use_cases

log = logging.getLogger(__name__)

RANKER: Final = "ranker"
CARDS: Final = frozenset({*WORDS, *WEIGHTLESS})


def serving_report(db: TenantStore, models: Models, *, today: date) -> dict[str, Any]:
    """Every listed use case with what answers it, and what the registry holds for this tenant.

    A registry that does not answer is said in ``problem``: what serves goes on serving and is told all the same.
    """
    registered: list[dict[str, Any]] = []
    problem = ""
    if configured():
        try:
            registered = registered_rows(db.tenant, today=today)
        except (ModelUnavailable, OSError) as error:
            problem = str(error)
    return {
        "models": [_row(db, models, row, registered) for row in use_cases().values()],
        "degraded": models.degraded or None,
        "notice": models.notice or None,
        "registry": without_password(configured()) or None,
        "problem": problem or None,
        "registered": registered,
    }


def serving_card(models: Models, tenant: str, name: str) -> str:
    """The model card of what serves this use case, Markdown. Raises NotFound where there is none."""
    if name in WEIGHTLESS:
        return weightless(name)
    artefact = _serving_artefact(models, tenant, name) if name in WORDS else None
    if artefact is None:
        raise NotFound(f"there is no model card of {name[:60]!r}; there are {', '.join(sorted(CARDS))}")
    return card(name, artefact)


def _row(db: TenantStore, models: Models, allowed: UseCase, registered: list[dict[str, Any]]) -> dict[str, Any]:
    name = allowed.name
    row: dict[str, Any] = {
        "use_case": name,
        "purpose": allowed.purpose,
        "owner": allowed.owner,
        "fallback": allowed.fallback,
        "card": f"/v1/models/{name}/card" if name in CARDS else None,
        "silent": [_silent(version) for version in registered if _is_silent(version, db.tenant, name)],
    }
    return {**row, **_serving(db, models, name, registered)}


def _serving(db: TenantStore, models: Models, name: str, registered: list[dict[str, Any]]) -> dict[str, Any]:
    """Which weights answer: registered, bundled, or none (``rules``), with their digest and what they learned from."""
    try:
        artefact = _serving_artefact(models, db.tenant, name)
    except HourtrailError as error:
        # What was loaded goes on answering from memory; that its files are no more what they were has to be seen.
        log.warning("the files of %s are not what was pinned or signed for: %s", name, error)
        return {**_without(models, name, without_folders(str(error))), "source": "unverified"}
    if artefact is None:
        return _without(models, name, models.degraded if name == RANKER else "")
    manifest = artefact.manifest
    ref = models.scorer.ref if name == RANKER else None
    champion = next(
        (row for row in registered if row["digest"] == artefact.digest and "champion" in row["aliases"]), None
    )
    signed = [row for row in champion["sign_offs"] if row["alias"] == "champion"] if champion else []
    served_since = db.first_answer(ref.name, ref.version) if ref else None
    return {
        "source": "registered" if champion else "bundled",
        "model": model_to_json(ref)
        if ref
        else {"name": manifest.name, "version": manifest.version, "digest": artefact.digest},
        "since": signed[-1]["at"] if signed else format_instant(served_since) if served_since else None,
        "made": format_instant(manifest.created),
        "training_data": [
            {"name": data.name, "digest": data.digest, "ends": data.ends.isoformat(), "rows": data.rows}
            for data in manifest.training_data
        ],
        "trained_until": max((data.ends.isoformat() for data in manifest.training_data), default=None),
        "why": None,
    }


def _without(models: Models, name: str, why: str) -> dict[str, Any]:
    return {
        "source": "rules" if name != "anomaly" else "fitted to the firm's own entries at each run",
        "model": model_to_json(models.scorer.ref) if name == RANKER else None,
        "since": None, "made": None, "training_data": [], "trained_until": None, "why": why or None,
    }  # fmt: skip


def _serving_artefact(models: Models, tenant: str, name: str) -> Artefact | None:
    """The files that answer this use case, checked byte by byte against the digest that was pinned or signed for."""
    pinned: Mapping[str, str] = pinned_digests()
    if name == RANKER:
        digest = models.scorer.ref.digest
        if digest != pinned.get(RANKER):
            kept = cache_folder() / registered_name(RANKER, tenant) / digest
            return load(kept, expected=digest) if digest and kept.is_dir() else None
    present = {"encoder": models.encoder, "presence": models.presence, "minutes": models.minutes, RANKER: models.scorer}
    if name not in pinned or present.get(name) is None:
        return None
    return load(BUNDLED / name, expected=pinned[name])


def _is_silent(version: Mapping[str, Any], tenant: str, name: str) -> bool:
    return version["name"] == registered_name(name, tenant) and bool({"challenger", "shadow"} & set(version["aliases"]))


def _silent(version: Mapping[str, Any]) -> dict[str, Any]:
    """A version that answers without being seen: the challenger or the shadow."""
    return {
        "aliases": version["aliases"],
        "version": version["version"],
        "digest": version["digest"],
        "created": version["created"],
    }
