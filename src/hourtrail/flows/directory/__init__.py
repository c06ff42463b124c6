"""The firm's directory, as another system keeps it: people, clients, projects, tasks, terms, each with that system's ids."""

from hourtrail.flows.directory.keeping import Kept, Refusal, keep
from hourtrail.flows.directory.kinds import DIRECTORY, PRICED, WORDS
from hourtrail.flows.directory.rates import RateControl

__all__ = ["DIRECTORY", "PRICED", "WORDS", "Kept", "RateControl", "Refusal", "keep"]
