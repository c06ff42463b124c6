"""Keep rows of the directory: under the ids of the system that tells them, and only with codes that the firm has."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.ports import MasterRecord
from hourtrail.flows.directory.codes import Codes
from hourtrail.flows.directory.kinds import DIRECTORY
from hourtrail.flows.directory.rates import RateControl
from hourtrail.flows.directory.references import References
from hourtrail.store import Counts, TenantStore


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not kept: its place among the rows that were given, and why."""

    position: int
    reason: str


@dataclass(slots=True)
class Kept:
    """What became of the rows."""

    counts: Counts = field(default_factory=Counts)
    refused: list[Refusal] = field(default_factory=list)


def keep(db: TenantStore, rows: Sequence[MasterRecord], at: datetime, *, control: RateControl | None = None) -> Kept:
    """Create, replace or leave alone each row that fits; the others are told, and cost none of the good ones.

    Of several rows with one natural key the last wins, as in :meth:`~hourtrail.store.master.Master.put_master`. ``control``
    is shared by the parts of one input.
    """
    kept, control = Kept(), control or RateControl()
    for kind in DIRECTORY.values():
        mine = [(position, row) for position, row in enumerate(rows) if type(row) is kind]
        if mine:
            counts, refused = _keep_kind(db, kind, mine, control, at)
            kept.counts += counts
            kept.refused += refused
    kept.refused.sort(key=lambda one: one.position)
    return kept


def _keep_kind(
    db: TenantStore,
    kind: type[MasterRecord],
    rows: Sequence[tuple[int, MasterRecord]],
    control: RateControl,
    at: datetime,
) -> tuple[Counts, list[Refusal]]:
    told = [row for _, row in rows]
    codes, references = Codes(db, kind, told), References(db, kind, told)
    control.look(db, told)
    good: list[MasterRecord] = []
    refused: list[Refusal] = []
    for position, row in rows:
        try:
            codes.require(row)
            control.require(row)
            references.require(row)
        except InvalidInput as error:
            refused.append(Refusal(position, str(error)))
        else:
            good.append(row)
    anew = references.moved_to_new_keys()
    db.drop_directory_rows(kind, references.left)
    counts = db.put_master(good)
    references.put(at)
    # A row that moved is stored under another key, and still the same one.
    return Counts(counts.created - anew, counts.updated + anew, counts.unchanged), refused
