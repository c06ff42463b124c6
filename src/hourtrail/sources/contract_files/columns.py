"""What a data contract is: named columns of known types, an identity, and the domain record that a row becomes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from hourtrail.domain.firm import WorkItem
from hourtrail.domain.ports import Record
from hourtrail.sources.contract_files.values import CODE, ValueType

ITEM_PARTS: Final = ("client", "project", "task")
"""The three columns that together are one work item."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, type and meaning, and the attribute of the record that it fills.

    ``default`` is the text that an absent cell stands for; the record's own default must say the same (a test compares).
    """

    name: str
    type: ValueType
    meaning: str
    required: bool = False
    attribute: str = ""
    default: str = ""

    @property
    def fills(self) -> str:
        """The attribute of the domain record."""
        return self.attribute or self.name


REFERENCE: Final = (
    Column("source", CODE, "the system that keeps this row, where it has an id of its own there"),
    Column("external_id", CODE, "stable id in that system; it names this row for ever"),
)
"""What another system calls a row. No record has these attributes, so that a row without them is what it always was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataContract:
    """One kind of file. ``word`` is what ``ingest --as`` calls it.

    ``identity`` names the columns that may not repeat together within a file (empty = the whole row may not);
    ``ordered`` the pairs of columns in which the second may not lie before the first. ``given`` maps a required column to
    the option that may stand in for it. ``by_header`` says whether a header alone may choose it. Rows of the ``directory``
    may also say what another system calls them (``REFERENCE``).
    """

    word: str
    title: str
    about: str
    record: Callable[..., Record]
    columns: tuple[Column, ...]
    identity: tuple[str, ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    books_on_item: bool = False
    given: tuple[str, ...] = ()
    by_header: bool = True
    directory: bool = False

    @property
    def published(self) -> tuple[Column, ...]:
        """Its columns and, in the directory, those that are kept in ``extra`` and read from there."""
        return (*self.columns, *REFERENCE) if self.directory else self.columns

    @property
    def names(self) -> frozenset[str]:
        """All headers."""
        return frozenset(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """The headers without which the file is refused, in order."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def unnamed(self) -> tuple[str, ...]:
        """The required headers that no command-line option can stand in for."""
        return tuple(name for name in self.required if name not in self.given)

    def build(self, values: dict[str, Any], extra: dict[str, str]) -> Record:
        """The record of one row's values (by attribute). Raises InvalidInput where the domain refuses them."""
        if self.books_on_item:
            pop = values.pop
            values["item"] = WorkItem(pop("client", ""), pop("project", ""), pop("task", ""))
        if extra:
            values["extra"] = extra
        return self.record(**values)
