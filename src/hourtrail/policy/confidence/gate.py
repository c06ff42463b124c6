"""The person gate: whoever the model serves badly gets suggestions only, until it serves them well again."""

from dataclasses import dataclass, replace

from hourtrail.domain.confidence import Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """Posterior ``(prior_right + right) / (prior_shown + shown)``, where each outcome makes the earlier ones count less."""

    prior_right: float = 19.0
    prior_shown: float = 20.0
    memory: float = 0.995
    least: float = 0.93


def posterior(gate: Gate, settings: GateSettings) -> float:
    """How often high-confidence answers are right for this person, as far as is known."""
    return (settings.prior_right + gate.right) / (settings.prior_shown + gate.shown)


def fold(gate: Gate, settings: GateSettings, *, right: bool) -> Gate:
    """The gate after one more high-confidence answer, shown or scored in shadow."""
    moved = replace(
        gate, right=gate.right * settings.memory + right, shown=gate.shown * settings.memory + 1, limited=gate.limited
    )
    return replace(moved, limited=posterior(moved, settings) < settings.least)
