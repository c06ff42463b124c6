"""What people confirmed, as columns in the order in which it became known."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.memory import Confirmation
from hourtrail.features.arrays import Encode, Floats, Ints, Keys, Vectors
from hourtrail.features.asof import AsOfIndex
from hourtrail.features.keys import combined, item_key
from hourtrail.features.lexical import DIMENSION, row_numbers
from hourtrail.features.traits import Piece, Traits, same_dimension
from hourtrail.features.vocabulary import Vocabulary, WordsOfItems


@dataclass(frozen=True)
class Memory:
    """A log of confirmations in order of ``known_at``; "as of an instant" is a prefix of it, so nothing later can be read.

    Immutable: :meth:`extended` gives a new one. The indexes are built on first use and kept.
    """

    confirmations: tuple[Confirmation, ...]
    traits: Traits
    item: Keys
    known_at: Floats

    @classmethod
    def of(cls, confirmations: Sequence[Confirmation], encode: Encode | None) -> "Memory":
        """A memory of ``confirmations`` in any order."""
        ordered = tuple(sorted(confirmations, key=lambda row: (row.known_at, row.at, row.id)))
        return cls(
            confirmations=ordered,
            traits=Traits.of([_piece(row) for row in ordered], encode),
            item=np.fromiter((item_key(row.item) for row in ordered), dtype=np.uint64, count=len(ordered)),
            known_at=np.fromiter((row.known_at.timestamp() for row in ordered), dtype=np.float64, count=len(ordered)),
        )

    def extended(self, confirmations: Sequence[Confirmation], encode: Encode | None) -> "Memory":
        """This memory and more; they count at once. Texts that are already known are not encoded again."""
        if encode is None or self.vectors is None:
            return Memory.of((*self.confirmations, *confirmations), encode)
        known = {row.text: vector for row, vector in zip(self.confirmations, self.vectors, strict=True)}

        def remembering(texts: Sequence[str]) -> Vectors:
            missing = [text for text in texts if text not in known]
            if missing:
                known.update(zip(missing, np.asarray(encode(missing), dtype=np.float32), strict=True))
            return np.stack([known[text] for text in texts])

        return Memory.of((*self.confirmations, *confirmations), remembering)

    def __len__(self) -> int:
        return len(self.confirmations)

    @property
    def vectors(self) -> Vectors | None:
        """Text vectors, shape (rows, dimension); None without an encoder or without any text."""
        vectors = self.traits.vectors
        return None if vectors is None or vectors.shape[1] == 0 else vectors

    def known(self, asked_at: Floats) -> Ints:
        """How many rows were known at each instant: those with ``known_at`` not after it."""
        return np.searchsorted(self.known_at, asked_at, side="right").astype(np.int64)

    def comparable(self, asked: Vectors | None) -> tuple[Vectors, Vectors] | None:
        """The vectors asked about and the remembered ones, or None when either side has none."""
        if asked is None or self.vectors is None:
            return None
        return same_dimension(asked, self.vectors.shape[1]), self.vectors

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Word weights as of any instant."""
        return Vocabulary(self.traits.terms)

    @cached_property
    def by_person(self) -> AsOfIndex:
        """Rows by person."""
        return AsOfIndex(self.traits.person)

    @cached_property
    def by_item(self) -> AsOfIndex:
        """Rows by work item."""
        return AsOfIndex(self.item)

    @cached_property
    def item_codes(self) -> Ints:
        """The number of each row's work item in ``by_item``."""
        return self.by_item.codes(self.item)

    @cached_property
    def by_person_item(self) -> AsOfIndex:
        """Rows by person and work item."""
        return AsOfIndex(combined(self.traits.person, self.item))

    @cached_property
    def previous(self) -> Ints:
        """The row that the same person confirmed before each row; -1 for the first."""
        index = self.by_person
        before = np.full(len(self), -1, dtype=np.int64)
        follows = np.ones(len(self), dtype=np.bool_)
        follows[index.starts] = False
        before[index.rows[follows]] = index.rows[np.flatnonzero(follows) - 1]
        return before

    @cached_property
    def items_before(self) -> tuple[Ints, Ints]:
        """The number, in ``by_item``, of the item that the same person confirmed before each row, and of that before it; -1 = none."""
        before = np.where(self.previous >= 0, self.item_codes[self.previous], -1)
        return before, np.where(self.previous >= 0, before[self.previous], -1)

    @cached_property
    def place_of_row(self) -> Ints:
        """Where each row stands in ``by_person``, in which a person's rows lie side by side."""
        place = np.empty(len(self), dtype=np.int64)
        place[self.by_person.rows] = np.arange(len(self), dtype=np.int64)
        return place

    @cached_property
    def words_of_people(self) -> tuple[AsOfIndex, Vectors]:
        """Rows by person and term, and the weight of that term in that row, in the index's order."""
        terms = self.traits.terms
        rows = row_numbers(terms)
        people = self.by_person.codes(self.traits.person)
        index = AsOfIndex(self.word_of_person(people[rows], terms.indices), rows)
        return index, self.vocabulary.weights[index.order]

    def word_of_person(self, person: Ints, term: NDArray[np.integer[Any]]) -> Keys:
        """The key, in ``words_of_people``, of a term of a person numbered as in ``by_person``; one person's lie together."""
        return (person * DIMENSION + term).astype(np.uint64)

    @cached_property
    def words_of_items(self) -> WordsOfItems:
        """How often each term stood in entries on each item."""
        return WordsOfItems(self.traits.terms, self.item_codes, len(self.by_item.keys))

    @cached_property
    def after(self) -> AsOfIndex:
        """Rows by the item of the person's entry before and their own (see ``followed``)."""
        rows = np.flatnonzero(self.previous >= 0).astype(np.int64)
        return AsOfIndex(self.followed(self.item_codes[self.previous[rows]], self.item_codes[rows]), rows)

    def followed(self, before: Ints, item: Ints) -> Keys:
        """The key, in ``after``, of an item after another, both by their numbers in ``by_item``."""
        return (before * len(self.by_item.keys) + item).astype(np.uint64)

    @cached_property
    def _same(self) -> dict[tuple[str, bool, bool], AsOfIndex]:
        return {}

    def same(self, attribute: str, *, own: bool, on_item: bool) -> AsOfIndex:
        """Rows by an attribute (a name of ``Traits.same``, or ``text``), by person too if ``own``, by item too if ``on_item``."""
        wanted = (attribute, own, on_item)
        if wanted not in self._same:
            rows, values = self._values(attribute)
            parts = [values]
            if own:
                parts.append(self.traits.person[rows])
            if on_item:
                parts.append(self.item[rows])
            self._same[wanted] = AsOfIndex(combined(*parts) if len(parts) > 1 else values, rows)
        return self._same[wanted]

    def _values(self, attribute: str) -> tuple[Ints, Keys]:
        if attribute == "text":
            rows = np.flatnonzero(self.traits.text).astype(np.int64)
            return rows, self.traits.text[rows]
        exploded = self.traits.same[attribute]
        return exploded.rows, exploded.keys


def _piece(row: Confirmation) -> Piece:
    return Piece(
        person=row.person, at=row.at, zone=row.zone, text=row.text, container=row.container,
        reference=row.reference, series=row.series, domains=row.domains,
    )  # fmt: skip
