"""The controls that keep a confidence true, as pure steps: the live service and the release gate run the same code."""

from hourtrail.policy.confidence.controller import Settings, advance, in_force

__all__ = ["Settings", "advance", "in_force"]
