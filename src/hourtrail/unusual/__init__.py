"""What is unusual for this person and this project: residuals of time entries, and heads that read them without a model."""

from hourtrail.unusual.columns import COLUMNS, SPEC, Kind
from hourtrail.unusual.contrast import Contrast, contrast_of
from hourtrail.unusual.heads import HeadsScorer
from hourtrail.unusual.judge import judge, kinds_of, scorer_for, shrunk
from hourtrail.unusual.matrix import matrix_of
from hourtrail.unusual.table import EntryTable, live, table_of

__all__ = [
    "COLUMNS",
    "SPEC",
    "Contrast",
    "EntryTable",
    "HeadsScorer",
    "Kind",
    "contrast_of",
    "judge",
    "kinds_of",
    "live",
    "matrix_of",
    "scorer_for",
    "shrunk",
    "table_of",
]
