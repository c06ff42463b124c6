"""What is in force and why: thresholds and what they cost, the blind audit's proof, gates, breaker, drift."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hourtrail.domain.confidence import BandControl, ControlEvent, Controls, Gate, Outcome
from hourtrail.domain.confidence_wire import event_to_json
from hourtrail.domain.instants import format_instant
from hourtrail.domain.suggestion import Band, Threshold
from hourtrail.flows.confidence import SETTINGS, audited, policy_of, read_outcomes
from hourtrail.policy.audit import SHARE
from hourtrail.policy.bands import BandPolicy
from hourtrail.policy.confidence.bounds import lower, still_needed
from hourtrail.policy.confidence.drift import Drift, drifts
from hourtrail.policy.confidence.gate import posterior
from hourtrail.store import Store
from hourtrail.wiring import Models

UNPROVEN: Final = "not yet proven for your firm"
EVENTS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The blind answers from the prefill threshold on, and what they prove: a one-sided 95 % Clopper-Pearson bound."""

    answers: int
    errors: int
    bound: float
    promise: float
    needed: int | None

    @property
    def proven(self) -> bool:
        """Whether the promise is kept."""
        return self.bound >= self.promise

    @property
    def words(self) -> str:
        """The verdict as people read it."""
        said = f"{self.answers - self.errors} of {self.answers} blind answers right, which proves {self.bound:.1%}"
        if self.proven:
            return f"proven for your firm: {said}"
        more = "" if self.needed is None else f"; {self.needed} more without an error would prove {self.promise:.0%}"
        return f"{UNPROVEN}: {said}{more}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BandReport:
    """One band: the threshold in force beside the shipped one. ``control`` is None where the tenant has none of its own."""

    band: Band
    threshold: Threshold | None
    shipped: Threshold | None
    control: BandControl | None

    def to_json(self) -> dict[str, Any]:
        """With ``value`` None where the band is off."""
        own = self.control
        basis = self.threshold.basis if self.threshold else (own.basis if own else "off: the model earned no threshold")
        return {
            "band": self.band.value,
            "value": self.threshold.value if self.threshold else None,
            "shipped": self.shipped.value if self.shipped else None,
            "target_precision": self.threshold.target_precision if self.threshold else (own.aim if own else None),
            "basis": basis,
            "labels": own.labels if own else 0,
            "coverage": round(own.coverage, 4) if own and own.labels else None,
            "coverage_cost": round(own.cost, 4) if own and own.labels else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceReport:
    """The body of ``hourtrail confidence --json`` and of ``GET /v1/confidence``."""

    controls: Controls
    policy: BandPolicy
    model: str
    degraded: str
    bands: tuple[BandReport, ...]
    proof: Proof
    outcomes: int
    proving: int
    asked: dict[str, float | int | None]
    drift: tuple[Drift, ...]
    events: tuple[ControlEvent, ...]
    unreadable: tuple[str, ...]

    @property
    def limited(self) -> list[tuple[str, Gate]]:
        """Who gets suggestions only."""
        return [(person, gate) for person, gate in sorted(self.controls.gates.items()) if gate.limited]

    def to_json(self) -> dict[str, Any]:
        """Shares are 0..1, instants RFC 3339."""
        breaker, proof = self.controls.breaker, self.proof
        return {
            "model": self.model,
            "degraded": self.degraded or None,
            "policy": self.policy.version,
            "mode": self.controls.mode.value,
            "temperature": round(self.policy.temperature, 4),
            "renewed_at": None if self.controls.renewed_at is None else format_instant(self.controls.renewed_at),
            "outcomes": self.outcomes,
            "unseen_outcomes": self.proving,
            "bands": [row.to_json() for row in self.bands],
            "audit": {
                "share": SHARE, "answers": proof.answers, "errors": proof.errors, "lower_bound": round(proof.bound, 4),
                "promise": proof.promise, "proven": proof.proven, "still_needed": proof.needed, "words": proof.words,
            },
            "limited_people": [
                {"person": person, "precision": round(posterior(gate, SETTINGS.gate), 4), "answers": round(gate.shown, 1)}
                for person, gate in self.limited
            ],
            "breaker": {
                "tripped": breaker.tripped,
                "since": None if breaker.since is None else format_instant(breaker.since),
                "why": breaker.why,
                "recent": len(breaker.recent),
                "recent_right": sum(breaker.recent),
            },
            "ask": self.asked,
            "drift": [
                {"measure": row.name, "lately": _rounded(row.lately), "before": _rounded(row.before),
                 "answers": row.answers, "alarm": row.alarm or None}
                for row in self.drift
            ],
            "events": [event_to_json(row) for row in self.events],
            "unreadable": list(self.unreadable[:EVENTS]),
            "unreadable_count": len(self.unreadable),
        }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def confidence_report(store: Store, tenant: str, models: Models, *, now: datetime) -> ConfidenceReport:
    """Read the tenant's controls and decision log; nothing is changed."""
    with store.tenant(tenant, read_only=True) as db:
        controls, _ = db.controls()
        policy = policy_of(db, models)
        read = read_outcomes(db, model=models.scorer.ref.name)
        events = tuple(db.control_events(EVENTS))
    own = controls.bands if controls.model == models.scorer.ref.name else {}
    shipped = models.policy
    return ConfidenceReport(
        controls=controls,
        policy=policy,
        model=f"{models.scorer.ref.name} {models.scorer.ref.version}",
        degraded=models.degraded,
        bands=(
            BandReport(band=Band.PREFILL, threshold=policy.prefill, shipped=shipped.prefill, control=own.get(Band.PREFILL)),
            BandReport(band=Band.SUGGEST, threshold=policy.suggest, shipped=shipped.suggest, control=own.get(Band.SUGGEST)),
            BandReport(band=Band.ASK, threshold=policy.ask, shipped=shipped.ask, control=None),
        ),
        proof=_proof(read.rows, controls, policy),
        outcomes=len(read.rows),
        proving=len(read.proving),
        asked=_sets(read.rows, policy),
        drift=drifts(read.rows, now, temperature=policy.temperature),
        events=events,
        unreadable=tuple(read.unreadable),
    )  # fmt: skip


def _proof(rows: list[Outcome], controls: Controls, policy: BandPolicy) -> Proof:
    blind = audited(rows, controls, policy.prefill.value if policy.prefill else controls.breaker.bound)
    right = sum(row.right for row in blind)
    promise = SETTINGS.bands.promise
    return Proof(
        answers=len(blind),
        errors=len(blind) - right,
        bound=lower(right, len(blind)) if blind else 0.0,
        promise=promise,
        needed=still_needed(right, len(blind), promise),
    )


def _sets(rows: list[Outcome], policy: BandPolicy) -> dict[str, float | int | None]:
    """How many alternatives the ask threshold lets through (a least ambiguous set), for answers under the suggest threshold."""
    least = policy.suggest.value if policy.suggest else 1.0
    sizes = [sum(score >= policy.ask.value for score in row.scores) for row in rows if row.scores[0] < least]
    if not sizes:
        return {"answers": 0, "mean_size": None, "single": None, "over_most": None, "most": policy.most_asked}
    return {
        "answers": len(sizes),
        "mean_size": round(sum(sizes) / len(sizes), 2),
        "single": round(sum(size == 1 for size in sizes) / len(sizes), 4),
        "over_most": round(sum(size > policy.most_asked for size in sizes) / len(sizes), 4),
        "most": policy.most_asked,
    }
