"""The model that serves a tenant: its signed-off champion, verified byte by byte, or the last one that was good.

Nothing that the registry stores is executed: the files are data, read by our own loader against the digest that the
approver signed for. A registry that is down, a file that is missing or altered, features of another version: each is said
in words while the model that served before goes on serving from the disk.
"""

import json
import logging
import os
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from hourtrail.domain.errors import HourtrailError, ModelUnavailable
from hourtrail.domain.suggestion import ModelRef
from hourtrail.features import SPEC
from hourtrail_models.artefact import Artefact, load
from hourtrail_models.encoder import bundled_encoder
from hourtrail_models.promotion import champions
from hourtrail_models.ranker import RankerScorer, from_artefact
from hourtrail_models.registry import CHAMPION, Registry, Version, configured, registered_name
from hourtrail_models.shipped import bundled_scorer
from hourtrail_models.use_cases import require_use_case

USE_CASE: Final = "ranker"
CACHE: Final = "HOURTRAIL_MODEL_CACHE"
LAST_GOOD: Final = "last_good.json"

log = logging.getLogger(__name__)


def registered_scorer(tenant: str) -> tuple[RankerScorer | None, str]:
    """What serves this tenant, and why it is not the registry's champion (empty when it is).

    In this order: the signed-off champion; the last good one from the disk; the fallback that the allow-list names, where
    None means the rules. Raises NotAllowed when the use case is not on the allow-list.
    """
    allowed = require_use_case(USE_CASE)
    registry = Registry(configured(), registered_name(USE_CASE, tenant))
    folder = cache_folder() / registry.name
    try:
        version = signed_champion(registry)
        if version is not None:
            scorer = fetched(registry, version, folder)
            _remember(folder, version)
            return scorer, ""
        _remember(folder, None)
        problem = f"{registry.name} has no champion"
    except ModelUnavailable as error:
        problem = str(error)
        before = _last_good(folder)
        if before is not None:
            notice = f"{problem}; {before.ref.name} {before.ref.version} goes on serving"
            log.warning(notice)
            return before, notice
        log.warning("%s; the fallback serves: %s", problem, allowed.fallback)
    if allowed.fallback == "bundled":
        return bundled_scorer(), f"{problem}; the bundled model serves"
    return None, f"{problem}; the allow-list names the rules as fallback"


def signed_champion(registry: Registry) -> Version | None:
    """The champion whose digest its approver signed for. Raises ModelUnavailable for an alias that nobody signed for."""
    version = registry.at(CHAMPION)
    stack = champions(registry.sign_offs())
    if version is None:
        if stack:
            raise ModelUnavailable(
                f"{registry.name}: version {stack[-1].version} is signed off as champion, but the alias is gone; "
                "promote it again, or roll back"
            )
        return None
    if not stack or (stack[-1].version, stack[-1].digest) != (version.version, version.digest):
        raise ModelUnavailable(
            f"{registry.name}: the alias champion points to version {version.version} ({version.digest[:12]}), which nobody "
            "signed off; use hourtrail models promote"
        )
    return version


def fetched(registry: Registry, version: Version, folder: Path) -> RankerScorer:
    """The scorer of a version, from the disk where it is there already. Raises ModelUnavailable."""
    if not version.digest:
        raise ModelUnavailable(f"{registry.name} {version.version} was registered without a digest; register it again")
    kept = folder / version.digest
    if not kept.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".fetch.", dir=folder))
        try:
            found = registry.download(version, work)
            scorer = _checked(found, version.digest)
            if not kept.exists():
                found.rename(kept)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    else:
        scorer = _checked(kept, version.digest)
    return _named(scorer, registry.name, version.version)


def _checked(folder: Path, digest: str) -> RankerScorer:
    artefact: Artefact = load(folder, expected=digest)
    artefact.require(spec=SPEC, encoder=bundled_encoder().fingerprint)
    return from_artefact(artefact)


def _named(scorer: RankerScorer, name: str, version: str) -> RankerScorer:
    """With the registry's own name and number, as they stand in every answer."""
    return replace(scorer, ref=ModelRef(name=name, version=version, digest=scorer.ref.digest))


def cache_folder() -> Path:
    """HOURTRAIL_MODEL_CACHE, else the user's cache folder."""
    stated = os.environ.get(CACHE, "").strip()
    if stated:
        return Path(stated)
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "hourtrail" / "models"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "hourtrail" / "models"
    given = Path(os.environ.get("XDG_CACHE_HOME") or "")
    return (given if given.is_absolute() else home / ".cache") / "hourtrail" / "models"


def _remember(folder: Path, version: Version | None) -> None:
    """Note what served last; a champion that was taken back must not come back when the registry is down."""
    note = folder / LAST_GOOD
    if version is None:
        note.unlink(missing_ok=True)
        return
    text = json.dumps({"version": version.version, "digest": version.digest})
    if note.is_file() and note.read_text(encoding="utf-8") == text:
        return
    fresh = note.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(note)


def _last_good(folder: Path) -> RankerScorer | None:
    try:
        note = json.loads((folder / LAST_GOOD).read_text(encoding="utf-8"))
        digest = str(note["digest"])
        return _named(_checked(folder / digest, digest), folder.name, str(note["version"]))
    except (OSError, ValueError, KeyError, TypeError, HourtrailError):
        return None
