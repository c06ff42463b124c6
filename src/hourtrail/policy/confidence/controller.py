"""One step of the control loop: take in what became known, renew what is due, and say what is in force.

The live job calls ``advance`` every night with the tenant's decision log, the release gate with a benchmark's stream.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from hourtrail.domain.confidence import (
    BandControl,
    ControlEvent,
    Controls,
    EventKind,
    Gate,
    Outcome,
)
from hourtrail.domain.ports import ThresholdSelector
from hourtrail.domain.suggestion import Band, Threshold
from hourtrail.policy.bands import BandPolicy
from hourtrail.policy.confidence.breaker import BreakerSettings, representative, reset
from hourtrail.policy.confidence.breaker import fold as fold_breaker
from hourtrail.policy.confidence.gate import GateSettings, posterior
from hourtrail.policy.confidence.gate import fold as fold_gate
from hourtrail.policy.confidence.renewal import FEWEST, SPEAKS, BandSettings, renew
from hourtrail.policy.confidence.temperature import fit, tempered

QUARTER: Final = timedelta(days=91)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All constants of the loop. ``window`` is how many of the newest proving labels a threshold rests on."""

    bands: BandSettings = field(default_factory=BandSettings)
    gate: GateSettings = field(default_factory=GateSettings)
    breaker: BreakerSettings = field(default_factory=BreakerSettings)
    window: int = 3_000
    renew_days: int = 7


def advance(
    controls: Controls,
    fresh: Sequence[Outcome],
    proving: Sequence[Outcome],
    now: datetime,
    *,
    shipped: BandPolicy,
    selector: ThresholdSelector,
    settings: Settings,
) -> tuple[Controls, list[ControlEvent]]:
    """The controls after ``fresh`` outcomes, oldest first, and what changed.

    ``proving`` are the outcomes that nobody was shown, oldest first, the fresh ones among them; they are read only when the
    thresholds are due, and the newest ``settings.window`` of those that say something of now decide.
    """
    events: list[ControlEvent] = []
    after = _folded(controls, fresh, events, shipped=shipped, settings=settings)
    if after.renewed_at is None or now - after.renewed_at >= timedelta(days=settings.renew_days):
        after = _renewed(after, proving, now, events, shipped=shipped, selector=selector, settings=settings)
    return after, events


def in_force(
    controls: Controls, shipped: BandPolicy, *, version: str, audit: float = 0.0, seed: str = ""
) -> BandPolicy:
    """What routes now: the tenant's own thresholds, else the shipped ones, with its mode, gates, breaker and blind audit."""
    prefill = _threshold(controls, Band.PREFILL, shipped.prefill)
    suggest = _threshold(controls, Band.SUGGEST, shipped.suggest)
    if prefill is not None and suggest is not None and suggest.value > prefill.value:
        # Each test starts at a height of its own, so this can happen; what keeps the higher aim keeps the lower one.
        suggest = replace(suggest, value=prefill.value)
    lowest = min([row.value for row in (prefill, suggest) if row is not None], default=1.0)
    return replace(
        shipped,
        version=version,
        prefill=prefill,
        suggest=suggest,
        ask=replace(shipped.ask, value=min(shipped.ask.value, lowest)),
        mode=controls.mode,
        limited=controls.limited,
        stopped=controls.breaker.why if controls.breaker.tripped else "",
        temperature=controls.temperature,
        audit=audit,
        seed=seed,
    )


def _threshold(controls: Controls, band: Band, shipped: Threshold | None) -> Threshold | None:
    own = controls.bands.get(band)
    if own is None:
        return shipped
    if own.value is None:
        return None
    return Threshold(band=band, value=own.value, target_precision=own.aim, basis=own.basis)


def high_bound(controls: Controls, shipped: BandPolicy) -> float | None:
    """From which confidence an answer counts as high: the threshold in force or, where the band is off, the last one."""
    threshold = _threshold(controls, Band.PREFILL, shipped.prefill)
    return threshold.value if threshold is not None else controls.breaker.bound


def _folded(
    controls: Controls, fresh: Sequence[Outcome], events: list[ControlEvent], *, shipped: BandPolicy, settings: Settings
) -> Controls:
    bound = high_bound(controls, shipped)
    gates, earlier = dict(controls.gates), dict(controls.gates_before)
    state = controls.breaker
    for row in fresh:
        if bound is None or tempered(row.scores, controls.temperature) < bound:
            continue
        gate = gates.get(row.person, Gate())
        if not state.tripped:
            earlier.setdefault(row.person, gate)
            gates[row.person] = fold_gate(gate, settings.gate, right=row.right)
            if gates[row.person].limited is not gate.limited:
                events.append(_gate_event(row, gates[row.person], settings))
        if gate.limited:
            continue  # what nobody would be shown anyway says nothing of what is shown
        stood = state.tripped
        state = fold_breaker(state, settings.breaker, right=row.right, proof=not row.shown, at=row.known_at)
        if state.tripped is not stood:
            kind = EventKind.BREAKER_TRIPPED if state.tripped else EventKind.BREAKER_RESET
            events.append(ControlEvent(at=row.known_at, kind=kind, why=state.why))
            if state.tripped:
                events += _given_back(gates, earlier, row.known_at)
        if state.tripped or not state.evidence:
            earlier.clear()
    newest = max(((row.known_at, row.id) for row in fresh), default=controls.folded_to)
    return replace(
        controls, gates=MappingProxyType(gates), gates_before=MappingProxyType(earlier), breaker=state, folded_to=newest
    )


def _given_back(gates: dict[str, Gate], earlier: Mapping[str, Gate], at: datetime) -> list[ControlEvent]:
    """Take back what the errors of a break did to single people: gates are again as when the evidence last left zero."""
    freed = [person for person, gate in earlier.items() if gates[person].limited and not gate.limited]
    gates.update(earlier)
    why = "the errors were the whole tenant's: the circuit breaker tripped"
    return [ControlEvent(at=at, kind=EventKind.PERSON_FREED, subject=person, why=why) for person in sorted(freed)]


def _gate_event(row: Outcome, after: Gate, settings: Settings) -> ControlEvent:
    share = posterior(after, settings.gate)
    kind = EventKind.PERSON_LIMITED if after.limited else EventKind.PERSON_FREED
    why = f"{share:.1%} of their high-confidence answers are right, as far as is known; the bound is {settings.gate.least:.0%}"
    return ControlEvent(at=row.known_at, kind=kind, subject=row.person, why=why)


def _renewed(
    controls: Controls,
    proving: Sequence[Outcome],
    now: datetime,
    events: list[ControlEvent],
    *,
    shipped: BandPolicy,
    selector: ThresholdSelector,
    settings: Settings,
) -> Controls:
    state = controls.breaker
    # During an outage the newest labels decide alone, so that a change that came to stay is learned in weeks.
    most = min(SPEAKS, settings.window) if state.tripped else settings.window
    window = [row for row in proving if representative(state, row.known_at)][-most:]
    if state.tripped and len(window) < FEWEST:
        return replace(controls, renewed_at=now)
    temperature = fit(window)
    bound = high_bound(controls, shipped)
    quarter = sum(
        1
        for row in proving
        if row.known_at > now - QUARTER and bound is not None and tempered(row.scores, temperature) >= bound
    )
    bands = renew(
        window, temperature=temperature, shown_a_quarter=quarter, shipped=shipped, selector=selector,
        settings=settings.bands,
    )  # fmt: skip
    high = bands[Band.PREFILL].value
    if state.tripped:
        if high is None or not bands[Band.PREFILL].proven:
            return replace(controls, renewed_at=now)
        # What answers are like has changed for good, and the labels since carry a threshold of their own.
        state = reset(state, now, f"the {len(window):,} labels since the outage began carry a threshold: {high:.1%}")
        events.append(ControlEvent(at=now, kind=EventKind.BREAKER_RESET, why=state.why))
    if abs(temperature - controls.temperature) >= 0.01:
        why = f"{controls.temperature:.2f} to {temperature:.2f} times the shipped one, on {len(window):,} labels"
        events.append(ControlEvent(at=now, kind=EventKind.TEMPERATURE, why=why))
    events += _threshold_events(controls.bands, bands, now, shipped)
    state = state if high is None else replace(state, bound=high)
    return replace(
        controls, temperature=temperature, bands=MappingProxyType(dict(bands)), breaker=state, renewed_at=now
    )


def _threshold_events(
    before: Mapping[Band, BandControl], after: Mapping[Band, BandControl], now: datetime, shipped: BandPolicy
) -> list[ControlEvent]:
    stated = {Band.PREFILL: shipped.prefill, Band.SUGGEST: shipped.suggest}
    events = []
    for band, control in after.items():
        row = stated[band]
        old = before[band].value if band in before else (None if row is None else row.value)
        if old != control.value:
            why = f"{_words(old)} to {_words(control.value)}: {control.basis}"
            events.append(ControlEvent(at=now, kind=EventKind.THRESHOLD, subject=band.value, why=why))
    return events


def _words(value: float | None) -> str:
    return "off" if value is None else f"{value:.1%}"
