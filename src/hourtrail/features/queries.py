"""What is to be mapped to work items, as columns, each row with the instant as of which it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np

from hourtrail.domain.activity import Activity, ActivityKind
from hourtrail.domain.block import WorkBlock
from hourtrail.domain.instants import local_date, utc, zone_named
from hourtrail.features.arrays import Encode, Floats, Ints, Keys, Terms, Vectors
from hourtrail.features.keys import folded
from hourtrail.features.lexical import terms
from hourtrail.features.traits import Exploded, Piece, Traits, container_names, parent_domains

MEETINGS: Final = frozenset({ActivityKind.MEETING, ActivityKind.CALL})
COMMITS: Final = frozenset({ActivityKind.COMMIT, ActivityKind.REVIEW})


@dataclass(frozen=True)
class Queries:
    """Rows to be mapped. ``asked_at`` in seconds since 1970; ``day`` is the local work date as an ordinal; ``minutes`` NaN for points.

    ``places`` and ``mail`` hold the names under which a container and an attendee's domain can be hinted at; ``around`` their words.
    """

    traits: Traits
    asked_at: Floats
    day: Ints
    minutes: Floats
    kinds: tuple[ActivityKind, ...]
    places: Exploded
    mail: Exploded
    around: Terms

    @classmethod
    def of_blocks(
        cls, blocks: Sequence[WorkBlock], *, as_of: datetime | Sequence[datetime], encode: Encode | None
    ) -> "Queries":
        """Every block asked as of the same instant, or each as of its own. Raises NaiveTime."""
        instants = [as_of] * len(blocks) if isinstance(as_of, datetime) else as_of
        pieces = [
            Piece(
                person=block.person, at=block.span.start, zone=block.zone, text=block.text or block.title,
                container=block.container, reference=block.reference, series=block.series, domains=block.domains,
            )
            for block in blocks
        ]  # fmt: skip
        return cls._of(
            pieces,
            encode,
            asked=[utc(instant, "as_of") for instant in instants],
            days=[block.date for block in blocks],
            minutes=[float(block.suggested_minutes) for block in blocks],
            kinds=[block.kind for block in blocks],
        )

    @classmethod
    def of_activities(cls, activities: Sequence[Activity], *, encode: Encode | None, zone: str = "UTC") -> "Queries":
        """Every activity asked as of its own start, for a replay in time order; ``zone`` where the activity states none."""
        pieces = [
            Piece(
                person=row.person, at=row.start, zone=row.zone or zone, text=row.title or row.text,
                container=row.container, reference=row.reference, series=row.series, domains=_domains(row),
            )
            for row in activities
        ]  # fmt: skip
        return cls._of(
            pieces,
            encode,
            asked=[row.start for row in activities],
            days=[local_date(piece.at, zone_named(piece.zone)) for piece in pieces],
            minutes=[(row.end - row.start).total_seconds() / 60 if row.end else np.nan for row in activities],
            kinds=[row.kind for row in activities],
        )

    @classmethod
    def _of(
        cls,
        pieces: Sequence[Piece],
        encode: Encode | None,
        *,
        asked: Sequence[datetime],
        days: Sequence[date],
        minutes: Sequence[float],
        kinds: Sequence[ActivityKind],
    ) -> "Queries":
        count = len(pieces)
        return cls(
            traits=Traits.of(pieces, encode),
            asked_at=np.fromiter((instant.timestamp() for instant in asked), dtype=np.float64, count=count),
            day=np.fromiter((day.toordinal() for day in days), dtype=np.int64, count=count),
            minutes=np.array(minutes, dtype=np.float64),
            kinds=tuple(kinds),
            places=_names([container_names(piece.container) for piece in pieces]),
            mail=_names([[up for one in piece.domains for up in parent_domains(one)] for piece in pieces]),
            around=terms([" ".join((*container_names(piece.container)[-1:], *piece.domains)) for piece in pieces]),
        )

    def __len__(self) -> int:
        return len(self.asked_at)

    @property
    def person(self) -> Keys:
        """The person of each row."""
        return self.traits.person

    @property
    def vectors(self) -> Vectors | None:
        """Text vectors; None without an encoder."""
        return self.traits.vectors


def _names(values: Sequence[Sequence[str]]) -> Exploded:
    counts = [len(row) for row in values]
    return Exploded(
        rows=np.repeat(np.arange(len(values), dtype=np.int64), counts),
        keys=folded(name for row in values for name in row),
    )


def _domains(row: Activity) -> tuple[str, ...]:
    """Mail domains of the others; the owner's own says nothing about the client."""
    home = row.person.rpartition("@")[2].casefold() if "@" in row.person else ""
    found = {who.rpartition("@")[2].strip("> ").casefold() for who in row.participants}
    return tuple(sorted(found - {home, ""}))
