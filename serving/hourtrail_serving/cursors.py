"""Opaque cursors: where a list goes on, in a text that a client hands back and never reads."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Final, Self

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.queue import Item

LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class QueueCursor:
    """The last line that was read. The day stays the one of the first page, so that nothing ages between two pages."""

    today: date
    weight: float
    line: str

    @classmethod
    def after(cls, item: Item, today: date) -> Self:
        """Behind ``item``."""
        return cls(today, item.weight, item.id)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of ``str``. Raises InvalidInput for anything else."""
        try:
            today, weight, line = json.loads(base64.urlsafe_b64decode(text.encode()))
            cursor = cls(date.fromisoformat(today), float.fromhex(weight), str(line))
        except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError) as error:
            raise InvalidInput("this cursor was not given by this server; begin without one") from error
        if not isfinite(cursor.weight):
            raise InvalidInput("this cursor was not given by this server; begin without one")
        return cursor

    def __str__(self) -> str:
        plain = json.dumps([self.today.isoformat(), self.weight.hex(), self.line], separators=(",", ":"))
        return base64.urlsafe_b64encode(plain.encode()).decode()

    def precedes(self, item: Item) -> bool:
        """Whether ``item`` comes behind the cursor, in the order of the queue."""
        return (-self.weight, self.line) < (-item.weight, item.id)
