"""Work: what a person truly does, minute by minute. Everything else in the simulation is a view of it that loses something."""

from hourtrail_training.simulator.working.worker import Worker

__all__ = ["Worker"]
