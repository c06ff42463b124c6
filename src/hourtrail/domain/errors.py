"""The error tree. Every message tells a person what happened, where, and what to do.

HourtrailError
├── InvalidInput            a value that the domain refuses (ValueError)
│   ├── NaiveTime           an instant without an offset
│   └── UnknownZone         a zone name that the IANA database does not hold
├── IllegalTransition       a time entry may not go from this status to that one
├── NotAllowed              this actor may not do this (a model, a self-approval)
├── NotFound                no such suggestion, decision, entry
├── Conflict                somebody decided this before you
├── NothingRead             the whole input was unreadable
├── AmbiguousSource         two sources claim one input
├── ModelUnavailable        an artefact is missing, altered, or made for other features
└── ClusterUnavailable      the configured scheduler or its workers do not answer, or are lost on the way
"""

from enum import StrEnum
from typing import Self


class See(StrEnum):
    """Where somebody who was refused looks next. The command line says it in commands, the API in calls."""

    ACCOUNTS = "accounts"
    AUDIT = "audit"
    ENTRIES = "time entries"
    FINDINGS = "findings"
    ORDERS = "orders"
    PROGRAMS = "programs"
    ROLES = "roles"
    SEAL = "seal"
    SETTINGS = "settings"
    SUGGESTIONS = "suggestions"


class HourtrailError(Exception):
    """Base of every error that Hourtrail raises on purpose. Its words are the same for everybody; ``see`` is added by whoever
    tells it.
    """

    see: See | None = None

    def seeing(self, see: See) -> Self:
        """The same error, with where to look next."""
        self.see = see
        return self


class InvalidInput(HourtrailError, ValueError):
    """A value that the domain refuses."""


class NaiveTime(InvalidInput):
    """An instant without an offset or ``Z``."""


class UnknownZone(InvalidInput):
    """A time zone name that the IANA database does not hold."""


class IllegalTransition(HourtrailError):
    """A status change that the time entry's life does not know."""


class NotAllowed(HourtrailError):
    """This actor may not do this."""


class NotFound(HourtrailError):
    """There is no such record in this tenant."""


class Conflict(HourtrailError):
    """The record changed, or was decided, since it was shown."""


class NothingRead(HourtrailError):
    """Nothing in the input could be read."""


class AmbiguousSource(HourtrailError):
    """More than one source claims the same input."""


class ModelUnavailable(HourtrailError):
    """A model artefact is missing, altered, or made for other features."""


class ClusterUnavailable(HourtrailError):
    """The configured scheduler or its workers do not answer, or were lost on the way; nothing was stored."""
