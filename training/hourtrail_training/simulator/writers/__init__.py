"""Writers: what a firm leaves behind, in the contract's files and in the native forms of the tools, and the truth apart.

A shard opens every form in a folder of its own (``open_all``), hands each week to all of them and closes them; when all
shards are done, ``merge_all`` makes the files out of the shards' parts. The files are the same however many shards there were, because each
person belongs to one shard and what several people share is put in the order of time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from hourtrail_training.simulator.world import Firm, PersonWeek
from hourtrail_training.simulator.writers import (
    activities,
    activitywatch,
    calendars,
    repositories,
    tickets,
    transcripts,
    truth,
)
from hourtrail_training.simulator.writers.master import write_master
from hourtrail_training.simulator.writers.repositories import build as build_repositories

__all__ = ["FORMS", "Form", "Writer", "build_repositories", "merge_all", "open_all", "write_master"]


class Writer(Protocol):
    """Takes the weeks of a shard's people, each person's in time order, and lays them down in the shard's folder."""

    def week(self, week: PersonWeek) -> None:
        """Take one week of one person."""

    def close(self) -> None:
        """Write what still waits."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form of output: how a shard writes it, and how the shards' parts become the files below the target folder."""

    name: str
    open: Callable[[Path, Firm], Writer]
    merge: Callable[[Sequence[Path], Path, Firm], None]


FORMS: Final = (
    Form(activities.NAME, activities.ActivityWriter, activities.merge),
    Form(activitywatch.NAME, activitywatch.ActivityWatchWriter, activitywatch.merge),
    Form(calendars.NAME, calendars.CalendarWriter, calendars.merge),
    Form(repositories.NAME, repositories.RepositoryWriter, repositories.merge),
    Form(tickets.NAME, tickets.TicketWriter, tickets.merge),
    Form(transcripts.NAME, transcripts.TranscriptWriter, transcripts.merge),
    Form(truth.NAME, truth.TruthWriter, truth.merge),
)


def open_all(shard: Path, firm: Firm) -> tuple[Writer, ...]:
    """A writer of every form in one shard's folder, which should be empty."""
    return tuple(form.open(shard, firm) for form in FORMS)


def merge_all(shards: Sequence[Path], target: Path, firm: Firm) -> None:
    """Every file below ``target``, the master data among them."""
    write_master(firm, target)
    for form in FORMS:
        form.merge(shards, target, firm)
