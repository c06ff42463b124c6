"""Challenger and shadow: they answer every suggestion that the champion answered, silently, and what they say is logged.

A silent answer is an event of the tenant's audit trail. It is made as of the instant at which the suggestion was made, so it
is what the model would have shown then. Nobody sees it, and nothing is booked from it.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hourtrail.domain.errors import HourtrailError
from hourtrail.domain.ports import Scorer
from hourtrail.domain.wire import item_from_json, item_to_json
from hourtrail.flows.decision_log import Example, read_log
from hourtrail.flows.relive import relive
from hourtrail.store import Store, TenantStore
from hourtrail.wiring import Models, load_models
from hourtrail_models.compare import answers_of, by_instant, first_unseen, policy_for
from hourtrail_models.registered import registry_of
from hourtrail_models.registry import CHALLENGER, SHADOW, configured
from hourtrail_models.serving_model import cache_folder, fetched

SILENT: Final = "system:model:answered"
"""The audit event that holds what a silent model would have shown."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentReport:
    """A silent model so far: ``answered`` suggestions, of which ``labelled`` have a known truth; how many of these it and
    the model that people saw got right. A suggestion for which nothing would have been shown counts as not right.
    """

    alias: str
    model: str
    fresh: int
    answered: int
    labelled: int
    right: int
    seen_right: int


def shadow_run(store: Store, tenant: str, now: datetime, *, registry: str = "") -> list[SilentReport]:
    """Let the tenant's challenger and shadow answer what they have not answered yet. Idempotent.

    ``registry`` names one in place of the usual (``registry.address``).
    """
    models = load_models(tenant=tenant)
    registered = registry_of(tenant, stated=registry)
    reports = []
    for alias in (CHALLENGER, SHADOW):
        version = registered.at(alias)
        if version is None:
            continue
        silent = fetched(registered, version, cache_folder() / registered.name)
        with store.tenant(tenant) as db:
            fresh = answer_silently(db, models, silent, alias=alias, now=now)
            reports.append(_report(db, silent, alias, fresh))
    return reports


def nightly_shadow(store: Store, tenant: str, now: datetime) -> Mapping[str, int]:
    """The job ``nightly_shadow``: suggestions answered silently, by alias. It does nothing where no registry is configured."""
    if not configured():
        return {}
    try:
        return {row.alias: row.fresh for row in shadow_run(store, tenant, now)}
    except HourtrailError as error:
        log.warning("no silent answers tonight: %s", error)
        return {}


def answer_silently(db: TenantStore, models: Models, silent: Scorer, *, alias: str, now: datetime) -> int:
    """Score what ``silent`` has not answered yet, and log what it would have shown. Returns how many that were.

    Suggestions that it learned from, or older ones, are left out: its answers to them would prove nothing.
    """
    answered = _answers(db, silent)
    rows = sorted(_newest(db, now).values(), key=by_instant)
    fresh = rows[first_unseen(rows, [silent]) :]
    asked = [row for row in fresh if row.suggestion is not None and row.suggestion.id not in answered]
    relived = relive(db, asked, models)
    policy = policy_for(db, models, silent)
    said = {
        row.suggestion: {"item": item_to_json(row.item), "confidence": round(row.confidence, 4), "band": row.band.value}
        for row in answers_of(relived, silent, policy)
    }
    if said:
        db.record(
            actor=f"model:{silent.ref.name}@{silent.ref.version}",
            action=SILENT,
            object_id=f"{silent.ref.name}@{silent.ref.version}",
            payload={"alias": alias, "digest": silent.ref.digest, "answers": said},
            at=now,
        )
    return len(said)


def _answers(db: TenantStore, silent: Scorer) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _, payload in db.audit_payloads(SILENT):
        if payload.get("digest") == silent.ref.digest:
            found |= payload.get("answers", {})
    return found


def _newest(db: TenantStore, now: datetime | None = None) -> dict[str, Example]:
    """Each suggestion with what is known of it."""
    rows = read_log(db, as_of=now).examples
    return {row.suggestion.id: row for row in rows if row.suggestion is not None and row.superseded_by is None}


def _report(db: TenantStore, silent: Scorer, alias: str, fresh: int) -> SilentReport:
    answers, rows = _answers(db, silent), _newest(db)
    labelled = [(rows[name], body) for name, body in answers.items() if name in rows and rows[name].truth is not None]
    return SilentReport(
        alias=alias,
        model=f"{silent.ref.name} {silent.ref.version}",
        fresh=fresh,
        answered=len(answers),
        labelled=len(labelled),
        right=sum(item_from_json(body["item"]) == row.truth for row, body in labelled),
        seen_right=sum(row.was_right is True for row, _ in labelled),
    )
