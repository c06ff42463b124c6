"""The control loop on a live tenant: outcomes from the decision log in, thresholds, gates and breaker in force out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from hourtrail.domain.confidence import ControlEvent, Controls, Mode, Outcome
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.settings import Feature
from hourtrail.domain.suggestion import Band, Suggestion
from hourtrail.flows.decision_log import Example, read_log
from hourtrail.flows.decision_log import Outcome as Answer
from hourtrail.policy.audit import SHARE
from hourtrail.policy.bands import BandPolicy
from hourtrail.policy.confidence import Settings, advance, in_force
from hourtrail.policy.confidence.temperature import tempered
from hourtrail.store import Store, TenantStore
from hourtrail.wiring import Models, load_models, threshold_selector

ACTOR: Final = "system:confidence"
SETTINGS: Final = Settings()


@dataclass(slots=True)
class Outcomes:
    """Answers whose truth is known, oldest label first, and the rows that nobody may learn from, each with its reason."""

    rows: list[Outcome] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    @property
    def proving(self) -> list[Outcome]:
        """Those labelled without seeing the answer."""
        return [row for row in self.rows if not row.shown]


def read_outcomes(db: TenantStore, *, model: str) -> Outcomes:
    """The decision log as outcomes of one model (its name; versions of it follow each other).

    Superseded, deferred and unanswered suggestions count nothing, unless time booked elsewhere says what the minutes were. A
    split is right when its largest part is what was answered. A row with an impossible number is named and left out.
    """
    log = read_log(db)
    known = {person.id for person in db.master().people}
    found = Outcomes(unreadable=list(log.unreadable))
    for example in log.examples:
        row = example.suggestion
        if row is None or row.model.name != model or example.superseded_by is not None or row.block.private:
            continue
        if known and row.person not in known:
            found.unreadable.append(f"suggestion {row.id}: {row.person!r} is no person of this firm")
            continue
        try:
            outcome = _outcome(example, row)
        except InvalidInput as error:
            found.unreadable.append(f"suggestion {error}")
            continue
        if outcome is not None:
            found.rows.append(outcome)
    found.rows.sort(key=lambda one: (one.known_at, one.id))
    return found


def _outcome(example: Example, row: Suggestion) -> Outcome | None:
    answer = row.item or (row.unshown.item if row.unshown else None)
    right = _right(example, row, answer)
    if answer is None or right is None or example.known_at is None:
        return None
    seen = row.unshown is not None and row.unshown.seen
    held = row.unshown is not None and row.unshown.band is not Band.WITHHOLD and not seen
    # Rows from before all probabilities were logged: the answer against everything else.
    scores = row.scores or (row.confidence, max(0.0, 1 - row.confidence))
    if not all(map(math.isfinite, scores)):
        raise InvalidInput(f"{row.id}: a confidence lies outside 0..1 or is not a number")
    return Outcome(
        id=row.id,
        person=row.person,
        known_at=example.known_at,
        scores=scores,
        right=right,
        shown=(row.item is not None or seen) and example.outcome is not Answer.NOT_ANSWERED,
        accepted=example.outcome is Answer.ACCEPTED,
        audited=held,
        propensity=row.propensity,
        asked_at=example.asked_at,
    )


def _right(example: Example, row: Suggestion, answer: WorkItem | None) -> bool | None:
    """Whether the answer was the truth; a refusal of what was shown is one too, a refusal of what was not tells nothing."""
    if example.truth is not None:
        return example.truth == answer
    return False if example.outcome is Answer.REJECTED and row.item is not None else None


def seed_of(tenant: str) -> str:
    """What the lots of a tenant's blind audit are drawn with."""
    return f"blind audit of {tenant}"


def policy_of(db: TenantStore, models: Models) -> BandPolicy:
    """What routes this tenant's answers now: one object, named by the place of the controls that made it."""
    controls, place = db.controls()
    version = f"{models.policy.version}+controls-{place}" if place else models.policy.version
    policy = in_force(
        controls_for(controls, models), models.policy, version=version, audit=SHARE, seed=seed_of(db.tenant)
    )
    if policy.mode is Mode.PREFILL and not db.settings().features.has(Feature.PREFILL):
        # Its proof stands, so that it fills in again as soon as the tenant has the feature again.
        return replace(policy, mode=Mode.SUGGEST, version=f"{version}-no-prefill")
    return policy


def with_controls(db: TenantStore, models: Models) -> Models:
    """The models with the tenant's own policy."""
    return replace(models, policy=policy_of(db, models))


def controls_for(controls: Controls, models: Models) -> Controls:
    """Thresholds and temperature belong to the model that they were measured on; another one starts from its shipped ones."""
    if controls.model == models.scorer.ref.name:
        return controls
    return replace(controls, bands={}, temperature=1.0, renewed_at=None, model=models.scorer.ref.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """What one run of the job took in and changed."""

    controls: Controls
    events: tuple[ControlEvent, ...]
    fresh: int
    unreadable: tuple[str, ...]


def renew_controls(store: Store, tenant: str, models: Models, *, now: datetime) -> Renewed:
    """Take in what became known since the last run and put what follows in force. Idempotent: nothing new changes nothing.

    Answers of the rules scorer are not calibrated, so nothing is learned from them.
    """
    with store.tenant(tenant) as db:
        outcomes = read_outcomes(db, model=models.scorer.ref.name)
        known = [row for row in outcomes.rows if row.known_at <= now]
        unreadable = tuple(outcomes.unreadable)
        before, place = db.controls()
        while True:
            found = _advanced(before, known, models, now, unreadable)
            # Computed without the lock, so that whoever moves the mode down does not wait for it; what they put counts.
            held, newest = db.controls(lock=True)
            if newest == place:
                break
            before, place = held, newest
        if found.controls != before and known and not models.degraded:
            db.put_controls(found.controls, found.events, ACTOR, now)
    return found


def _advanced(
    before: Controls, known: list[Outcome], models: Models, now: datetime, unreadable: tuple[str, ...]
) -> Renewed:
    """What the outcomes make of these controls."""
    controls = controls_for(before, models)
    fresh = [row for row in known if controls.folded_to is None or (row.known_at, row.id) > controls.folded_to]
    events: list[ControlEvent] = []
    if not models.degraded and known:
        controls, events = advance(
            controls, fresh, [row for row in known if not row.shown], now,
            shipped=models.policy, selector=threshold_selector(), settings=SETTINGS,
        )  # fmt: skip
    return Renewed(controls=controls, events=tuple(events), fresh=len(fresh), unreadable=unreadable)


def nightly_confidence(store: Store, tenant: str, now: datetime) -> Mapping[str, int]:
    """The job ``confidence``: what was taken in, what changed. Idempotent."""
    ran = renew_controls(store, tenant, load_models(tenant=tenant), now=now)
    return {"outcomes": ran.fresh, "changes": len(ran.events), "unreadable": len(ran.unreadable)}


def audited(rows: list[Outcome], controls: Controls, threshold: float | None) -> list[Outcome]:
    """The blind answers that reach a threshold."""
    if threshold is None:
        return []
    return [row for row in rows if row.audited and tempered(row.scores, controls.temperature) >= threshold]
