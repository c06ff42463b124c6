"""Faults put on purpose into time entries that are otherwise as they were, each with a label that says what was done.

They go on top of real rows and of simulated ones alike. For every fault there is a benign twin: something that looks like
it and is right. Numbers from injected faults are named so wherever they are printed.
"""

from hourtrail_training.faults.catalogue import FAULTS, PUBLIC, prevalence_of
from hourtrail_training.faults.fault import FaultType
from hourtrail_training.faults.inject import Injected, Injector, inject
from hourtrail_training.faults.labels import Difficulty, FaultLabel
from hourtrail_training.faults.scene import Grain, Known

__all__ = [
    "FAULTS",
    "PUBLIC",
    "Difficulty",
    "FaultLabel",
    "FaultType",
    "Grain",
    "Injected",
    "Injector",
    "Known",
    "inject",
    "prevalence_of",
]
