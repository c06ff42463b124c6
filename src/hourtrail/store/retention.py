"""What has been kept long enough goes, some rows at a time; what was decided and booked stays, with its digests."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, and_, cast, delete, func, select, tuple_, update

from hourtrail.domain.erasure import Eraser, Names
from hourtrail.domain.identity import text_digest
from hourtrail.domain.suggestion import SuggestionStatus
from hourtrail.store.schema import activity, decision, suggestion, text_vector
from hourtrail.store.scope import Scope

_NOBODY: Final = Eraser(Names(person=""), "")
"""Empties words and replaces no name."""


class Retaining(Scope):
    """Each method takes ``held``, the people whose rows a legal hold keeps, and at most ``most`` rows."""

    def count_old(self, before: datetime, day: date, held: Collection[str]) -> tuple[int, int]:
        """How many activities ended before the instant, and how many suggestions of earlier days nobody decided on."""
        old = select(func.count()).select_from(activity).where(*self._ended(before, held))
        waiting = select(func.count()).select_from(suggestion).where(*self._undecided(day, held))
        return int(self._connection.scalar(old) or 0), int(self._connection.scalar(waiting) or 0)

    def count_old_texts(self, day: date, held: Collection[str], withdrawn_before: date | None = None) -> int:
        """How many suggestions of earlier days still hold words of what was seen, decided on or not.

        Not counted are those that :meth:`withdraw_undecided` with ``withdrawn_before`` empties.
        """
        query = select(func.count()).select_from(suggestion).where(*self._worded(day, held))
        if withdrawn_before is not None:
            query = query.where(~and_(*self._undecided(withdrawn_before, held)))
        return int(self._connection.scalar(query) or 0)

    def remove_old_activities(self, before: datetime, held: Collection[str], most: int) -> int:
        """Remove what ended before the instant, withdrawn ones too; how many. What is removed cannot be read again."""
        query = select(activity.c.source, activity.c.external_id).where(*self._ended(before, held))
        keys = [tuple(row) for row in self._connection.execute(query.limit(most))]
        if keys:
            mine = tuple_(activity.c.source, activity.c.external_id).in_(keys)
            self._connection.execute(delete(activity).where(activity.c.tenant == self.tenant, mine))
        return len(keys)

    def withdraw_undecided(self, day: date, held: Collection[str], most: int) -> int:
        """Withdraw suggestions of days before ``day`` that nobody decided on, and empty their words; how many."""
        query = select(suggestion.c.id, suggestion.c.body, suggestion.c.block).where(*self._undecided(day, held))
        return self._empty(self._all(query.limit(most)), status=SuggestionStatus.WITHDRAWN)

    def empty_old_texts(self, day: date, held: Collection[str], most: int) -> int:
        """Empty titles, texts and evidence inside suggestions of days before ``day``; how many. Numbers and answers stay."""
        query = select(suggestion.c.id, suggestion.c.body, suggestion.c.block).where(*self._worded(day, held))
        return self._empty(self._all(query.limit(most)))

    def _empty(self, rows: Sequence[Any], **also: Any) -> int:
        texts: set[str] = set()
        for row in rows:
            texts |= {row["block"]["text"], row["block"]["title"]}
            words = {name: _NOBODY.json(row[name], words=True) for name in ("body", "block")}
            mine = (suggestion.c.tenant == self.tenant, suggestion.c.id == row["id"])
            self._connection.execute(
                update(suggestion).where(*mine).values(**words, **also, revision=suggestion.c.revision + 1)
            )
        self.forget_vectors(texts)
        return len(rows)

    def forget_vectors(self, texts: Collection[str]) -> None:
        """Forget the vectors of these texts; where somebody else's text is the same, it is encoded again."""
        digests = sorted(map(text_digest, texts))
        if digests:
            mine = (text_vector.c.tenant == self.tenant, text_vector.c.digest.in_(digests))
            self._connection.execute(delete(text_vector).where(*mine))

    def _ended(self, before: datetime, held: Collection[str]) -> list[ColumnElement[bool]]:
        ended = func.coalesce(activity.c.end, activity.c.start) < before
        return [activity.c.tenant == self.tenant, ended, *_not_held(activity.c.person, held)]

    def _worded(self, day: date, held: Collection[str]) -> list[ColumnElement[bool]]:
        """Suggestions that still name the activity that they hang on: it goes with the words."""
        anchor = (
            func.jsonb_extract_path_text(suggestion.c.block, "anchor")
            if self._connection.dialect.name == "postgresql"
            else func.json_extract(cast(suggestion.c.block, Text), "$.anchor")
        )
        old = (suggestion.c.tenant == self.tenant, suggestion.c.date < day, anchor != "")
        return [*old, *_not_held(suggestion.c.person, held)]

    def _undecided(self, day: date, held: Collection[str]) -> list[ColumnElement[bool]]:
        said = select(1).where(decision.c.tenant == suggestion.c.tenant, decision.c.suggestion == suggestion.c.id)
        return [*self._worded(day, held), suggestion.c.status != SuggestionStatus.DECIDED, ~said.exists()]


def _not_held(person: Any, held: Collection[str]) -> list[ColumnElement[bool]]:
    return [person.not_in(sorted(held))] if held else []
