"""What meetings are called: by the project, by the subject, or by nothing at all."""

from typing import Final

from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.world import Topic, Work

GENERIC: Final = (
    "Sync",
    "Catch-up",
    "WIP",
    "Jour fixe",
    "Weekly",
    "Touch base",
    "Abstimmung",
    "Point",
    "Review",
    "Status",
    "Planning",
    "Quick call",
)
PRIVATE: Final = ("1:1", "Private", "Personal", "Gespräch", "Privat")
APPOINTMENTS: Final = (
    "Dentist",
    "Arzttermin",
    "Private appointment",
    "Kita",
    "School meeting",
    "Haircut",
    "Handwerker",
    "Rendez-vous",
    "Physio",
)
REMINDERS: Final = (
    "Timesheet reminder",
    "Keep free for deep work",
    "Focus time",
    "Fokuszeit",
    "Birthday cake in the kitchen",
    "Reminder: expenses",
    "Commute",
    "Hold: possible workshop",
    "Prep time",
)
STANDUPS: Final = ("{team} stand-up", "Daily {team}", "Stand-up", "Daily")
TEAM: Final = ("{team} weekly", "Team meeting", "{team} round", "Teamrunde {team}", "Weekly team meeting")
PROJECT: Final = (
    "{name} weekly",
    "{name}: status",
    "Jour fixe {client}",
    "{client} / {firm} status",
    "{name} steering",
    "Point hebdo {client}",
    "{alias} sync",
    "Statusrunde {name}",
)
INSIDE: Final = (
    "{name} planning",
    "{alias} internal sync",
    "{name}: refinement",
    "Retro {alias}",
    "{name} working session",
    "{alias} WIP",
)
SUBJECT: Final = (
    "{detail}",
    "{detail} {general}",
    "{alias}: {detail}",
    "{detail}: {aspect}",
    "{ticket} {detail}",
    "{name}: {detail}",
    "Workshop {detail}",
    "Call {client}: {detail}",
)


def of_project(pattern: str, work: Work, client: str, firm: str, dice: Dice) -> str:
    """A title for a meeting about a project. ``client`` and ``firm`` are names."""
    name = work.task.name.partition(": ")[0]
    alias = dice.one(work.aliases) if work.aliases else name
    return pattern.format(name=name, client=client.split(maxsplit=1)[0], firm=firm.split(maxsplit=1)[0], alias=alias)


def of_subject(work: Work, topic: Topic, client: str, generic: float, dice: Dice) -> str:
    """A title for a single meeting; with probability ``generic`` one that names nothing."""
    if dice.chance(generic):
        return dice.one(GENERIC)
    name = work.task.name.partition(": ")[0]
    alias = dice.one(work.aliases) if work.aliases else name
    title = dice.one(SUBJECT).format(
        general=topic.words[0],
        detail=topic.words[1],
        aspect=topic.words[-1],
        alias=alias,
        name=name,
        client=client.split(maxsplit=1)[0],
        ticket=topic.ticket,
    )
    title = title.strip()
    return title[0].upper() + title[1:]
