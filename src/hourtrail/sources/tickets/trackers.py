"""The trackers whose exports are understood. A new one is a module of tables like these, and its line here."""

from typing import Final

from hourtrail.sources.tickets import github, jira, redmine

# More particular shapes stand before more general ones of the same tracker.
SHAPES: Final = (*jira.SHAPES, *github.SHAPES, *redmine.SHAPES)
JSON_SHAPES: Final = tuple(shape for shape in SHAPES if not shape.csv)
CSV_SHAPES: Final = tuple(shape for shape in SHAPES if shape.csv)
NAMES: Final = ", ".join(sorted({shape.tracker for shape in SHAPES}))
