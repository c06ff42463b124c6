"""All residuals of all entries: one matrix, one pass, no loop over rows."""

from typing import Final

import numpy as np

from hourtrail.unusual.columns import SPEC
from hourtrail.unusual.lines import line_columns
from hourtrail.unusual.others import others_columns
from hourtrail.unusual.table import EntryTable, Floats
from hourtrail.unusual.weeks import HOPELESS, absent_columns, absent_of, expected_of, own_columns, weeks_of

LONGER: Final = 0.2
"""ln ratio from which an entry is longer than usual: by about a fifth."""


def matrix_of(table: EntryTable, *, whole_file: bool) -> Floats:
    """Shape (entries, len(SPEC.names)); NaN means "not known".

    Without ``whole_file`` no column of an entry reads anything of its week's successors, and of its own week only the
    person's other lines: what a check of a new entry may know. With it, the rest of the file counts too.
    """
    if not len(table):
        return np.zeros((0, len(SPEC.names)))
    weeks = weeks_of(table)
    expected = expected_of(weeks, whole_file=whole_file)
    cells = (
        own_columns(weeks, expected, whole_file=whole_file)
        | absent_columns(weeks, absent_of(weeks, expected))
        | others_columns(weeks, whole_file=whole_file)
    )
    columns = {name: values[weeks.cell_of_entry] for name, values in cells.items()}
    columns |= line_columns(table, whole_file=whole_file)
    # Where a project has several entries a week, only one that is long itself can be what makes the week long.
    short = columns["entry_against_own"] < LONGER
    columns["gain"] = np.where(short, HOPELESS, columns["gain"])
    columns["gain_lead"] = np.where(short, np.minimum(columns["gain_lead"], 0), columns["gain_lead"])
    return np.column_stack([columns[name] for name in SPEC.names])
