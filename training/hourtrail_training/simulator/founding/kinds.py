"""What a kind of project is, and how its time divides over kinds of doing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hourtrail_training.simulator.world import Doing

CODING: Final[Mapping[Doing, float]] = {Doing.CODE: 0.65, Doing.TICKET: 0.17, Doing.MAIL: 0.08, Doing.DOCUMENT: 0.1}
"""Mixes are of work at a desk: meetings, calls and time that leaves no trace are drawn on their own."""
WRITING: Final[Mapping[Doing, float]] = {Doing.DOCUMENT: 0.72, Doing.MAIL: 0.24, Doing.TICKET: 0.04}
STEERING: Final[Mapping[Doing, float]] = {Doing.MAIL: 0.48, Doing.DOCUMENT: 0.38, Doing.TICKET: 0.14}
SUPPORTING: Final[Mapping[Doing, float]] = {Doing.TICKET: 0.5, Doing.CODE: 0.28, Doing.MAIL: 0.22}
TESTING: Final[Mapping[Doing, float]] = {Doing.TICKET: 0.46, Doing.DOCUMENT: 0.3, Doing.CODE: 0.14, Doing.MAIL: 0.1}
TRAVELLING: Final[Mapping[Doing, float]] = {Doing.TRAVEL: 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A task that projects of a kind have. ``areas`` are indices into the kind's areas; empty means all of them."""

    code: str
    name: str
    mix: Mapping[Doing, float]
    share: float
    """Weight among the project's tasks."""
    keywords: tuple[str, ...] = ()
    depends: bool = False
    areas: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectKind:
    """What a firm sells: names, phases and subjects of one kind of project."""

    code: str
    names: tuple[str, ...]
    """The first is the usual one, the others are how people call it, or what its twin is called."""
    practice: str
    phases: tuple[Phase, ...]
    areas: tuple[tuple[str, tuple[str, ...]], ...]
    """(general, particulars) of what people work and talk about."""
    tracked: bool = False
    coded: bool = False


def areas(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Areas written as ``general: particular, particular | general: …``."""
    rows = (row.split(":") for row in text.split("|"))
    return tuple((general.strip(), tuple(part.strip() for part in parts.split(","))) for general, parts in rows)


def _phase(
    code: str, name: str, mix: Mapping[Doing, float], share: float, *keywords: str, depends: bool = False
) -> Phase:
    return Phase(code=code, name=name, mix=mix, share=share, keywords=keywords, depends=depends)


CONCEPT: Final = _phase("CONCEPT", "concept", WRITING, 0.5, "workshop", "requirements", "scope")
BUILD: Final = _phase("DEV", "development", CODING, 1.6, "implementation", "code", "release")
TEST: Final = _phase("TEST", "testing and acceptance", TESTING, 0.5, "test", "defect", "acceptance")
CHANGES: Final = _phase("CR", "change requests", CODING, 0.5, "change request", "estimate", depends=True)
SUPPORT: Final = _phase("SUP", "support", SUPPORTING, 1.3, "incident", "hotfix", "on call", depends=True)
LEAD: Final = _phase("PM", "project management", STEERING, 0.4, "planning", "status", "steering")
FIELD: Final = _phase("FIELD", "field work", WRITING, 1.4, "interview", "review", "sampling")
REPORT: Final = _phase("REPORT", "report", WRITING, 0.8, "draft", "findings", "summary")
ADVICE: Final = _phase("ADV", "advice", WRITING, 1.3, "memo", "question", "opinion")
COACHING: Final = _phase("COACH", "training and coaching", WRITING, 0.5, "exercise", "slides", "course")
TRAVEL: Final = Phase(
    code="TRAVEL", name="travel", mix=TRAVELLING, share=0.0, keywords=("travel", "journey"), depends=True
)
PHASES: Final[Mapping[str, Phase]] = {
    phase.code: phase
    for phase in (CONCEPT, BUILD, TEST, CHANGES, SUPPORT, LEAD, FIELD, REPORT, ADVICE, COACHING, TRAVEL)
}
"""Every phase of clients' projects, by its code."""
