"""Retention: what a source saw goes when its time is over (GOV-02); the decision's digest of it stays."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any, Final

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.retention import kept_from
from hourtrail.domain.settings import LONGEST_KEPT, Retention
from hourtrail.store import Store, TenantStore

AT_ONCE: Final = 2_000
"""Rows in one transaction: nobody who books time waits long for it."""

ACTOR: Final = "system:retention"
COUNTED: Final = ("activities", "suggestions_withdrawn", "suggestion_texts", "sessions", "answers", "sign_in_failures")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained:
    """What one run removed, or would: activities, suggestions nobody decided on, texts of decided ones, sessions that ended,
    answers kept for a retry, failed sign-ins.

    ``kept_from`` and ``texts_from`` are the first work days that are still kept, None where nothing is removed by time.
    """

    activities: int = 0
    suggestions_withdrawn: int = 0
    suggestion_texts: int = 0
    sessions: int = 0
    answers: int = 0
    sign_in_failures: int = 0
    kept_from: date | None = None
    texts_from: date | None = None
    legal_hold: bool = False
    held_people: int = 0


def retain(
    store: Store, tenant: str, *, now: datetime | None = None, days: int | None = None, dry_run: bool = False
) -> Retained:
    """Remove what is older than the tenant's settings allow (``days`` in place of ``raw_activity_days``).

    In transactions of ``AT_ONCE`` rows, each with its audit event, so that an interrupted run is simply run again; a run
    that finds nothing changes nothing. A legal hold beats every bound. Raises InvalidInput for a number of days that is none.
    """
    at = now or datetime.now(UTC)
    if days is not None and not 0 <= days <= LONGEST_KEPT:
        raise InvalidInput(f"days: must be a whole number from 0 (keep for ever) to {LONGEST_KEPT:,}")
    with store.tenant(tenant, read_only=True) as db:
        settings = db.settings().retention
    raw = kept_from(settings.raw_activity_days if days is None else days, at.date())
    texts = kept_from(settings.suggestion_text_days, at.date())
    told = Retained(
        kept_from=raw, texts_from=texts, legal_hold=settings.legal_hold, held_people=len(settings.held_people)
    )
    if settings.legal_hold:
        return told
    if dry_run:
        return _counted(store, tenant, settings, told, at)
    held = frozenset(settings.held_people)
    removed = {"activities": 0, "suggestions_withdrawn": 0, "suggestion_texts": 0}

    def until_none_is_left(what: str, step: Callable[[TenantStore], int], first_kept: date) -> None:
        count = AT_ONCE
        while count == AT_ONCE:
            with store.tenant(tenant) as db:
                count = step(db)
                if count:
                    payload = {what: count, "before": first_kept.isoformat()}
                    db.record(actor=ACTOR, action="system:retention:applied", object_id=tenant, payload=payload, at=at)
            removed[what] += count

    if raw is not None:
        before = _midnight(raw)
        until_none_is_left("suggestions_withdrawn", lambda db: db.withdraw_undecided(raw, held, AT_ONCE), raw)
        until_none_is_left("activities", lambda db: db.remove_old_activities(before, held, AT_ONCE), raw)
    if texts is not None:
        until_none_is_left("suggestion_texts", lambda db: db.empty_old_texts(texts, held, AT_ONCE), texts)
    traces = _remove_traces(store, tenant, held, at, orphans=any(removed.values()))
    return _with(told, {**removed, **_traces(traces)})


def retention(store: Store, tenant: str, now: datetime) -> Mapping[str, int]:
    """The job ``retention``: what was removed, in numbers. Safe to run twice."""
    done = asdict(retain(store, tenant, now=now))
    return {name: done[name] for name in COUNTED}


def _remove_traces(store: Store, tenant: str, held: frozenset[str], at: datetime, *, orphans: bool) -> dict[str, int]:
    """What no setting names, and with ``orphans`` the vectors that nothing stored has a text for any more."""
    with store.tenant(tenant) as db:
        traces = db.remove_traces(at, held)
        if any(traces.values()):
            db.record(actor=ACTOR, action="system:retention:applied", object_id=tenant, payload=traces, at=at)
        if orphans:
            db.forget_orphaned_vectors()
    return traces


def _with(told: Retained, counts: Mapping[str, Any]) -> Retained:
    return replace(told, **counts)


def _traces(removed: Mapping[str, int]) -> dict[str, int]:
    return {
        "sessions": removed["session"],
        "answers": removed["kept_answer"],
        "sign_in_failures": removed["sign_in_failure"],
    }


def _counted(store: Store, tenant: str, settings: Retention, told: Retained, at: datetime) -> Retained:
    held = frozenset(settings.held_people)
    with store.tenant(tenant, read_only=True) as db:
        activities, waiting = (
            db.count_old(_midnight(told.kept_from), told.kept_from, held) if told.kept_from else (0, 0)
        )
        traces = db.count_traces(at, held)
        texts = db.count_old_texts(told.texts_from, held, told.kept_from) if told.texts_from else 0
    counts = {"activities": activities, "suggestions_withdrawn": waiting, "suggestion_texts": texts}
    return _with(told, {**counts, **_traces(traces)})


def _midnight(day: date) -> datetime:
    """Midnight of the day in UTC: retention counts days, and a day more or less of one zone is no matter."""
    return datetime.combine(day, time(), UTC)
