"""Which evidence is a question of the blind audit that nobody has answered yet: nothing may tell its answer on another way."""

from collections.abc import Collection
from dataclasses import dataclass

from hourtrail.domain.block import WorkBlock
from hourtrail.domain.suggestion import Suggestion
from hourtrail.store import TenantStore


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """The open suggestions of some people whose answer was kept back by lot."""

    rows: tuple[Suggestion, ...]

    @classmethod
    def of(cls, db: TenantStore, people: Collection[str]) -> "OpenQuestions":
        """Those of these people, as they stand now."""
        held = db.open_withheld(people)
        return cls(tuple(row for row in held if row.unshown is not None and row.unshown.audit))

    def ask_about(self, block: WorkBlock, asker: str = "") -> bool:
        """Whether a block is what is asked about: made of the same activity, or of the same person's same time.

        ``asker`` is whoever wants it scored: their own questions count whosever name the block stands under.
        """
        activities = {piece.activity for piece in block.evidence}
        return any(
            not activities.isdisjoint(piece.activity for piece in row.evidence)
            or (row.person in {block.person, asker} and row.span.overlaps(block.span))
            for row in self.rows
        )
