"""Records as columns of numbers: what a pass over a million rows reads, with the single record built when it is asked for."""

from hourtrail.columnar.coding import Coded, coded, first_seen, numbered
from hourtrail.columnar.entries import EntryColumns, FiledEntries, ListedEntries, TakenEntries, columns_of
from hourtrail.columnar.instants import EPOCH_DAY, MICROSECONDS_A_DAY, NO_INSTANT, from_instant, to_instant

__all__ = [
    "EPOCH_DAY",
    "MICROSECONDS_A_DAY",
    "NO_INSTANT",
    "Coded",
    "EntryColumns",
    "FiledEntries",
    "ListedEntries",
    "TakenEntries",
    "coded",
    "columns_of",
    "first_seen",
    "from_instant",
    "numbered",
    "to_instant",
]
