"""The words of narratives: what people write about work they did, from nearly nothing to a full sentence."""

from typing import Final

from hourtrail_training.simulator.reports.habits import Wording
from hourtrail_training.simulator.world import Doing, Topic

THIN: Final = {
    "en": ("WIP", "work", "misc", "project work", "various", "as discussed", "follow-up", "cont.", "support", ""),
    "de": ("Projektarbeit", "diverses", "Abstimmung", "wie besprochen", "lfd. Arbeiten", "Fortsetzung", ""),
    "fr": ("divers", "suivi", "travail projet", "comme convenu", "suite", ""),
}

VERBS: Final = {
    "en": {
        Doing.MEETING: ("Meeting on", "Workshop:", "Discussed", "Prepared and held meeting on", "Review meeting:"),
        Doing.CALL: ("Call about", "Phone call:", "Talked through", "Call with client on"),
        Doing.CODE: ("Implemented", "Fixed", "Refactored", "Code review of", "Tests for", "Debugged", "Rolled out"),
        Doing.TICKET: ("Worked on", "Analysed", "Triage of", "Answered questions on", "Checked and closed"),
        Doing.DOCUMENT: ("Drafted", "Revised", "Wrote up", "Slides on", "Reviewed document on", "Finalised"),
        Doing.MAIL: ("Correspondence on", "Mails about", "Coordinated", "Answered queries on"),
        Doing.TRAVEL: ("Travel to client,", "Return journey,", "On the way:"),
        Doing.UNSEEN: ("Concept for", "Thought through", "Research on", "Prepared", "Reading up on"),
    },
    "de": {
        Doing.MEETING: ("Besprechung", "Workshop", "Abstimmung zu", "Regeltermin", "Vor- und Nachbereitung"),
        Doing.CALL: ("Telefonat zu", "Rücksprache", "Anruf beim Kunden:"),
        Doing.CODE: ("Umsetzung", "Fehlerbehebung", "Überarbeitung", "Tests zu", "Codeprüfung"),
        Doing.TICKET: ("Bearbeitung", "Analyse", "Klärung", "Rückfragen zu"),
        Doing.DOCUMENT: ("Entwurf", "Überarbeitung Unterlage", "Präsentation", "Dokumentation", "Prüfung"),
        Doing.MAIL: ("Schriftverkehr", "E-Mails zu", "Koordination"),
        Doing.TRAVEL: ("Anreise,", "Rückreise,", "Fahrt zum Kunden,"),
        Doing.UNSEEN: ("Konzept", "Recherche", "Vorbereitung", "Einarbeitung"),
    },
    "fr": {
        Doing.MEETING: ("Réunion", "Atelier", "Point sur", "Préparation de la réunion"),
        Doing.CALL: ("Appel au sujet de", "Échange téléphonique :"),
        Doing.CODE: ("Développement", "Correction", "Tests", "Relecture"),
        Doing.TICKET: ("Traitement", "Analyse", "Réponses sur"),
        Doing.DOCUMENT: ("Rédaction", "Relecture", "Présentation", "Mise à jour du document"),
        Doing.MAIL: ("Courriels sur", "Coordination"),
        Doing.TRAVEL: ("Déplacement,", "Retour,"),
        Doing.UNSEEN: ("Réflexion sur", "Recherche", "Préparation"),
    },
}

TAILS: Final = {
    "en": (", open points listed", ", first version", " and alignment with the team", ", ready for review", ", part 2"),
    "de": (", offene Punkte notiert", ", erste Fassung", " inkl. Abstimmung im Team", ", Teil 2"),
    "fr": (", première version", " et coordination avec l'équipe", ", points ouverts notés"),
}

_TAIL_SHARE: Final = 0.35
_SLACK: Final = {Wording.THIN: 0.8, Wording.TICKET: 0.1, Wording.FULL: 0.06}
"""Share of lines on which each kind of writer says next to nothing."""


def narrative(
    topic: Topic | None, doing: Doing, title: str, *, wording: Wording, language: str, draws: tuple[float, float, float]
) -> str:
    """What the person writes on one line. ``title`` is the meeting's, where the line is about one; ``draws`` lie in [0, 1)."""
    choice, verb_draw, tail_draw = draws
    if choice < _SLACK[wording]:
        return _pick(THIN[language], verb_draw)
    if title and verb_draw < 0.6:
        # Most people copy the appointment's title, with whatever was wrong in it.
        return title
    subject = _subject(topic, particular=choice)
    if not subject:
        return title or _pick(THIN[language], verb_draw)
    if wording is Wording.TICKET and topic is not None and topic.ticket:
        return f"{topic.ticket} {subject}" if tail_draw < 0.7 else topic.ticket
    tail = _pick(TAILS[language], tail_draw / _TAIL_SHARE) if tail_draw < _TAIL_SHARE else ""
    return f"{_pick(VERBS[language][doing], verb_draw)} {subject}{tail}"


def _subject(topic: Topic | None, *, particular: float) -> str:
    """A topic's words: the particular ones as a rule, sometimes only the general one, which fits many items."""
    if topic is None or not topic.words:
        return ""
    return topic.words[0] if particular > 0.85 else " ".join(topic.words[-2:] if particular > 0.5 else topic.words)


def _pick(options: tuple[str, ...], draw: float) -> str:
    return options[min(int(draw * len(options)), len(options) - 1)]
