"""Shadow, suggest, prefill: what a tenant has to have proven to go up, and the one act by which it goes down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from hourtrail.domain.access import Permission
from hourtrail.domain.confidence import ControlEvent, Controls, EventKind, Mode
from hourtrail.domain.decision import require_person
from hourtrail.domain.errors import InvalidInput, NotAllowed
from hourtrail.domain.instants import format_instant
from hourtrail.domain.settings import Feature
from hourtrail.domain.suggestion import Band, Suggestion, SuggestionStatus
from hourtrail.flows.confidence import SETTINGS, audited, controls_for, policy_of, read_outcomes
from hourtrail.flows.identity.authority import require_authority
from hourtrail.flows.resolve import require_colleague
from hourtrail.policy.bands import BandPolicy
from hourtrail.policy.confidence import in_force
from hourtrail.policy.confidence.bounds import lower, still_needed
from hourtrail.policy.propose import IN_SHADOW, kept_back
from hourtrail.store import Store, TenantStore
from hourtrail.wiring import Models

RANK: Final = (Mode.SHADOW, Mode.SUGGEST, Mode.PREFILL)
LONGEST_REASON: Final = 500

AT_ONCE: Final = 500
"""Open suggestions that are read together when the mode goes down; one with its evidence is some kilobytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing that a mode needs: how much of it, how much there is, in numbers and in words."""

    name: str
    needed: float
    measured: float
    met: bool
    words: str

    def to_json(self) -> dict[str, Any]:
        """As the API and the refusal tell it."""
        return {
            "name": self.name, "needed": round(self.needed, 4), "measured": round(self.measured, 4), "met": self.met,
            "words": self.words,
        }  # fmt: skip


class ModeNotProven(NotAllowed):
    """The mode moves up on measured precision alone, and that is not there yet. ``missing`` are the requirements not met.

    Where they can be seen as they are now is for whoever was asked to say (``telling``): a command is no help to an API's client.
    """

    def __init__(self, mode: Mode, missing: Sequence[Requirement], where: str = "") -> None:
        words = "; ".join(row.words for row in missing)
        super().__init__(f"{mode} is not proven yet: {words}{f'; {where}' if where else ''}")
        self.mode, self.missing = mode, tuple(missing)

    def telling(self, where: str) -> "ModeNotProven":
        """The same refusal, with where to look."""
        return ModeNotProven(self.mode, self.missing, where)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeGate:
    """What stands between a tenant and a higher mode. ``proof`` is what was measured, as the log keeps it."""

    mode: Mode
    requirements: Sequence[Requirement]
    proof: str

    @property
    def passed(self) -> bool:
        """Whether nothing is missing."""
        return all(row.met for row in self.requirements)

    @property
    def missing(self) -> list[Requirement]:
        """What is; empty when it has passed."""
        return [row for row in self.requirements if not row.met]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeReport:
    """The mode in force, what each higher one needs, and how it came here."""

    mode: Mode
    gates: Sequence[ModeGate]
    history: Sequence[dict[str, Any]]

    def to_json(self) -> dict[str, Any]:
        """As ``GET /v1/mode`` answers."""
        return {
            "mode": self.mode.value,
            "up": [
                {
                    "mode": gate.mode.value,
                    "passed": gate.passed,
                    "requirements": [row.to_json() for row in gate.requirements],
                }
                for gate in self.gates
            ],
            "history": list(self.history),
        }


def mode_report(store: Store, tenant: str, models: Models) -> ModeReport:
    """The tenant's mode and what it would take to move up."""
    with store.tenant(tenant, read_only=True) as db:
        controls = controls_for(db.controls()[0], models)
        higher = RANK[RANK.index(controls.mode) + 1 :]
        return ModeReport(
            mode=controls.mode,
            gates=[mode_gate(db, controls, mode, models) for mode in higher],
            history=[
                {"at": format_instant(row.at), "mode": row.to.value, "actor": row.actor, "why": row.why}
                for row in db.mode_changes()
            ],
        )


def set_mode(
    store: Store, tenant: str, mode: Mode, actor: str, models: Models, *, now: datetime, reason: str = ""
) -> None:
    """Put a mode in force, logged with its ground. Down at any time, in one act; up only on measured precision.

    Up to suggest, the blind answers from the suggest threshold on must prove .90; up to prefill, those from the prefill
    threshold on .95, each by a one-sided 95 % Clopper-Pearson bound, with the breaker on. What is open is shown as the new mode
    shows it from the same moment on. Raises NotAllowed for a service or a stranger, MissingPermission where roles say that
    somebody else decides this, ModeNotProven when the proof is missing.
    """
    require_person(actor)
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(f"a reason holds at most {LONGEST_REASON} characters")
    with store.tenant(tenant) as db:
        require_colleague(db.master(), actor)
        require_authority(db, actor, Permission.MODE_WRITE)
        controls = controls_for(db.controls(lock=True)[0], models)
        if mode is controls.mode:
            return
        if mode is Mode.PREFILL:
            db.settings().features.require(Feature.PREFILL)
        why = "moved down"
        if RANK.index(mode) > RANK.index(controls.mode):
            gate = mode_gate(db, controls, mode, models)
            if not gate.passed:
                raise ModeNotProven(mode, gate.missing)
            why = gate.proof
        said = f"{controls.mode} to {mode} by {actor}: {why}{f'; {reason}' if reason else ''}"
        # Who decides holds a suggestion and waits for the trail; so the suggestions are touched before the trail is.
        if RANK.index(mode) < RANK.index(controls.mode):
            _lower_open(db, replace(policy_of(db, models), mode=mode))
        db.put_controls(replace(controls, mode=mode), [ControlEvent(at=now, kind=EventKind.MODE, why=said)], actor, now)


def mode_gate(db: TenantStore, controls: Controls, mode: Mode, models: Models) -> ModeGate:
    """What ``mode`` needs of this tenant: the breaker on, a band, enough blind answers, and a bound that keeps the promise."""
    policy = in_force(controls, models.policy, version="")
    threshold = policy.prefill if mode is Mode.PREFILL else policy.suggest
    promise = SETTINGS.bands.promise if mode is Mode.PREFILL else SETTINGS.bands.suggest
    blind = audited(
        read_outcomes(db, model=models.scorer.ref.name).rows, controls, threshold.value if threshold else None
    )
    right, count = sum(row.right for row in blind), len(blind)
    bound = lower(right, count) if blind else 0.0
    least = still_needed(0, 0, promise) or 0
    more = still_needed(right, count, promise)
    proof = f"{right} of {count} blind answers right, which proves {bound:.1%}"
    further = "" if more is None else f" ({more} more without an error would)"
    tripped = controls.breaker.tripped
    return ModeGate(
        mode=mode,
        proof=proof,
        requirements=(
            Requirement(
                name="circuit_breaker_on", needed=1, measured=int(not tripped), met=not tripped,
                words=f"the circuit breaker is off ({controls.breaker.why})" if tripped else "the circuit breaker is on",
            ),
            Requirement(
                name="band_on", needed=1, measured=int(threshold is not None), met=threshold is not None,
                words="a threshold is in force" if threshold else f"no confidence carries {mode}: its band is off",
            ),
            Requirement(
                name="blind_answers", needed=least, measured=count, met=count >= least,
                words=f"{count} blind answers, at least {least} needed",
            ),
            Requirement(
                name="proven_precision", needed=promise, measured=bound, met=bound >= promise,
                words=f"{mode} needs a proven precision of {promise:.0%}: {proof}{further if bound < promise else ''}",
            ),
        ),
    )  # fmt: skip


def _lower_open(db: TenantStore, policy: BandPolicy) -> None:
    """Show what is open as the lower mode shows it, so that nobody goes on seeing what may not be shown any more.

    ``AT_ONCE`` at a time, however many wait.
    """
    names = db.open_names(AT_ONCE)
    while names:
        # Who is just confirming one of them does not keep the mode up: what they decided is open no more when it is read.
        db.lock_suggestions(names)
        changed = []
        for row in db.suggestions_named(names).values():
            after = _lowered(row, policy) if row.status is SuggestionStatus.OPEN else row
            if after is not row:
                changed.append(replace(after, revision=row.revision + 1))
        db.reconcile_suggestions(create=(), update=changed, withdraw=())
        names = db.open_names(AT_ONCE, after=names[-1])


def _lowered(row: Suggestion, policy: BandPolicy) -> Suggestion:
    if row.item is None:
        return row
    if policy.mode is Mode.SHADOW:
        hidden = kept_back(row, IN_SHADOW)
        # They may have looked at it already, so what they say of it proves nothing.
        return replace(hidden, unshown=hidden.unshown and replace(hidden.unshown, seen=True))
    if row.band is not Band.PREFILL:
        return row
    of_person = policy.of(row.person)
    threshold = of_person.suggest or of_person.ask
    why = f"shown as {threshold.band} since the mode went down to {policy.mode}: {threshold.basis}"
    return replace(row, band=threshold.band, threshold=threshold, routing=(*row.routing, why))
