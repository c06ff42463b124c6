"""What people write into their timesheets: remembered, rounded, late, copied, and worded in their own way."""

from hourtrail_training.simulator.reports.injecting import ReportInjector, known_of, master_of
from hourtrail_training.simulator.reports.reporter import Reporter, entry_id
from hourtrail_training.simulator.reports.writing import ReportWriter, merge

__all__ = ["ReportInjector", "ReportWriter", "Reporter", "entry_id", "known_of", "master_of", "merge"]
