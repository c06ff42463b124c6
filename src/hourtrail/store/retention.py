"""What has been kept long enough goes, some rows at a time; what was decided and booked stays, with its digests."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, Text, and_, cast, delete, func, select, tuple_, update

from hourtrail.domain.erasure import Eraser, Names
from hourtrail.domain.identity import text_digest
from hourtrail.domain.retention import ANSWERS_KEPT, FAILURES_KEPT, SESSIONS_KEPT
from hourtrail.domain.suggestion import SuggestionStatus
from hourtrail.store.identity_schema import account, kept_answer, session, sign_in_failure
from hourtrail.store.schema import activity, decision, suggestion, text_vector, time_entry
from hourtrail.store.scope import Scope
from hourtrail.store.upsert import chunks

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

    def remove_dropped(self, keys: Sequence[tuple[str, str]], held: Collection[str], at: datetime) -> int:
        """Remove what a rule now drops and was kept before it, by source and id; how many. What a hold keeps is withdrawn."""
        done = 0
        for some in chunks(keys):
            dropped = tuple_(activity.c.source, activity.c.external_id).in_(some)
            mine = (activity.c.tenant == self.tenant, dropped)
            done += self._connection.execute(
                delete(activity).where(*mine, *_not_held(activity.c.person, held))
            ).rowcount
            left = update(activity).where(*mine, activity.c.withdrawn_at.is_(None))
            done += self._connection.execute(left.values(withdrawn_at=at)).rowcount
        return done

    def withdraw_dropped(self, keys: Sequence[tuple[str, str]], at: datetime) -> int:
        """The same under a legal hold of the whole tenant: nothing is removed."""
        done = 0
        for some in chunks(keys):
            dropped = tuple_(activity.c.source, activity.c.external_id).in_(some)
            mine = (activity.c.tenant == self.tenant, dropped, activity.c.withdrawn_at.is_(None))
            done += self._connection.execute(update(activity).where(*mine).values(withdrawn_at=at)).rowcount
        return done

    def withdraw_undecided(self, day: date, held: Collection[str], most: int) -> int:
        """Withdraw suggestions of days before ``day`` that nobody decided on, and empty their words; how many."""
        query = select(suggestion.c.id, suggestion.c.body, suggestion.c.block).where(*self._undecided(day, held))
        return self._empty(self._all(query.limit(most)), status=SuggestionStatus.WITHDRAWN)

    def empty_old_texts(self, day: date, held: Collection[str], most: int) -> int:
        """Empty titles, texts and evidence inside suggestions of days before ``day``; how many. Numbers and answers stay."""
        query = select(suggestion.c.id, suggestion.c.body, suggestion.c.block).where(*self._worded(day, held))
        return self._empty(self._all(query.limit(most)))

    def count_traces(self, at: datetime, held: Collection[str]) -> dict[str, int]:
        """How many sessions that ended, kept answers and failed sign-ins are over at ``at``, by table."""
        return {
            table.name: int(self._connection.scalar(select(func.count()).select_from(table).where(*old)) or 0)
            for table, old in self._over(at, held)
        }

    def remove_traces(self, at: datetime, held: Collection[str]) -> dict[str, int]:
        """Remove those; how many of each."""
        return {
            table.name: self._connection.execute(delete(table).where(*old)).rowcount
            for table, old in self._over(at, held)
        }

    def forget_orphaned_vectors(self) -> int:
        """Forget vectors of texts that stand in no suggestion and no entry any more; how many. What is still asked for
        beside them, such as names of work items, is encoded again.
        """
        kept: set[str] = set()
        for row in self._stream(self._select(suggestion, suggestion.c.block)):
            kept |= {text_digest(row["block"]["text"]), text_digest(row["block"]["title"])}
        for row in self._stream(self._select(time_entry, time_entry.c.narrative)):
            kept.add(text_digest(row["narrative"]))
        known = set(self._connection.scalars(self._select(text_vector, text_vector.c.digest).distinct()))
        for some in chunks(sorted(known - kept)):
            mine = (text_vector.c.tenant == self.tenant, text_vector.c.digest.in_(some))
            self._connection.execute(delete(text_vector).where(*mine))
        return len(known - kept)

    def _over(self, at: datetime, held: Collection[str]) -> list[tuple[Table, list[ColumnElement[bool]]]]:
        ended = func.coalesce(session.c.closed_at, session.c.ends_at) < at - SESSIONS_KEPT
        of_held = select(account.c.id).where(account.c.tenant == self.tenant, account.c.person.in_(sorted(held)))
        over = {
            session: [ended, session.c.account.not_in(of_held)],
            kept_answer: [kept_answer.c.started_at < at - ANSWERS_KEPT],
            sign_in_failure: [sign_in_failure.c.last_at < at - FAILURES_KEPT, sign_in_failure.c.closed_until < at],
        }
        return [(table, [table.c.tenant == self.tenant, *conditions]) for table, conditions in over.items()]

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
