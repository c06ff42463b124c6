"""tickets/: exports of Jira, GitHub and Redmine, each ticket folded from what all people did on it."""

from hourtrail_training.simulator.writers.tickets.writing import NAME, TicketWriter, merge

__all__ = ["NAME", "TicketWriter", "merge"]
