"""Every kind of project, by practice, and the firm's own work."""

from typing import Final

from hourtrail_training.simulator.founding.catalogue_advisory import ADVISORY, ASSURANCE
from hourtrail_training.simulator.founding.catalogue_engineering import CLOUD, DATA, ENGINEERING
from hourtrail_training.simulator.founding.kinds import STEERING, WRITING, Phase, ProjectKind, areas

KINDS: Final[tuple[ProjectKind, ...]] = (*ENGINEERING, *DATA, *CLOUD, *ADVISORY, *ASSURANCE)
PRACTICES: Final[tuple[str, ...]] = ("Engineering", "Data", "Cloud", "Advisory", "Assurance")
BY_PRACTICE: Final = {practice: tuple(kind for kind in KINDS if kind.practice == practice) for practice in PRACTICES}

ADMINISTRATION: Final = "ADMIN"
SELLING: Final = "SALES"
LEARNING: Final = "TRAINING"
INTERNAL: Final = ProjectKind(
    code="internal",
    names=("Internal",),
    practice="",
    phases=(
        Phase(
            code=ADMINISTRATION,
            name="Administration and team",
            mix=STEERING,
            share=1.0,
            keywords=("team meeting", "timesheet", "all hands"),
            areas=(0, 1),
        ),
        Phase(
            code=SELLING,
            name="Proposals and sales",
            mix=WRITING,
            share=0.9,
            keywords=("proposal", "pitch", "offer"),
            areas=(2,),
        ),
        Phase(
            code=LEARNING,
            name="Training and knowledge",
            mix=WRITING,
            share=0.5,
            keywords=("course", "certificate", "brown bag"),
            areas=(3,),
        ),
        Phase(
            code="TOOLS",
            name="Internal tools",
            mix=WRITING,
            share=0.3,
            keywords=("intranet", "template", "wiki"),
            areas=(4,),
        ),
    ),
    areas=areas(
        "team: timesheet, expenses, vacation plan, onboarding, office move"
        "| reviews: goals, feedback form, interview notes, staffing plan"
        "| proposal: scope, price comparison, reference list, pitch rehearsal, Angebot, request for tender"
        "| learning: certificate, brown bag, conference notes, exercise, code reading"
        "| tools: slide template, wiki page, dashboards, licences"
    ),
)

ASPECTS: Final = (
    "follow-up", "open points", "review", "first draft", "edge cases", "clean-up", "questions", "comparison", "fix",
    "analysis", "second attempt", "documentation", "preparation", "error handling", "final version", "estimate",
    "Nacharbeit", "Abstimmung", "relecture", "hand-over", "example", "checklist", "cause", "proposal", "verification",
)  # fmt: skip
"""The most particular word of a subject: what is being done about it."""
