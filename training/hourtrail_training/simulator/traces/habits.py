"""What one person's tools see of them on average: drawn once a person, the same in every week and every shard."""

from dataclasses import dataclass
from typing import Final

from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.world import Channel, Doing, Employee

_LOCAL: Final = {
    "Europe/Berlin": "de",
    "Europe/Vienna": "de",
    "Europe/Zurich": "de",
    "Europe/Paris": "fr",
    "Europe/Brussels": "fr",
}
SPREAD_OVER: Final[dict[Channel, dict[Doing, float]]] = {
    Channel.COMMIT: {Doing.CODE: 1.0, Doing.TICKET: 0.1},
    Channel.TICKET: {Doing.TICKET: 1.0, Doing.CODE: 0.35, Doing.DOCUMENT: 0.1, Doing.MEETING: 0.05, Doing.MAIL: 0.05},
    Channel.DOCUMENT: {Doing.DOCUMENT: 1.0, Doing.MEETING: 0.1, Doing.MAIL: 0.1, Doing.CODE: 0.03},
    Channel.MAIL: {
        Doing.MAIL: 1.0, Doing.DOCUMENT: 0.15, Doing.TICKET: 0.12, Doing.CODE: 0.06, Doing.MEETING: 0.08, Doing.CALL: 0.05,
        Doing.TRAVEL: 0.2,
    },
    Channel.CHAT: {
        Doing.MAIL: 1.0, Doing.TICKET: 0.9, Doing.CODE: 0.7, Doing.DOCUMENT: 0.6, Doing.MEETING: 0.4, Doing.CALL: 0.2,
        Doing.TRAVEL: 0.3,
    },
}  # fmt: skip
"""How likely each kind of work is to leave a trace there, against the kind that leaves most. Unseen work leaves none.

Invented proportions without a source; what is swept is how many there are in all (ranges/traces.py)."""
PER_HOUR: Final = {
    Channel.COMMIT: "commits_per_code_hour",
    Channel.TICKET: "ticket_events_per_hour",
    Channel.DOCUMENT: "edits_per_document_hour",
}
PER_DAY: Final = {Channel.MAIL: "mails_sent_per_day", Channel.CHAT: "chats_sent_per_day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """A person's own pace on each channel (1 = as the firm), and the language they write besides English (or empty)."""

    pace: dict[Channel, float]
    language: str


def habits_of(employee: Employee, seed: int, parameters: Parameters) -> Habits:
    """Drawn from the person's own stream."""
    generator = stream(seed, "habits", employee.id)
    spread = parameters["habit_spread"]
    # exp(N(-s^2/2, s)) has mean 1, so that people differ and the firm's mean stays what was drawn.
    paces = generator.lognormal(-spread * spread / 2, spread, len(Channel))
    return Habits(
        pace={channel: float(pace) for channel, pace in zip(Channel, paces, strict=True)},
        language=_LOCAL.get(employee.person.zone, ""),
    )
