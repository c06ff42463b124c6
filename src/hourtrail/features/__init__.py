"""Columnar, identity-free features of (block, work item) pairs, and the scorer that needs no model."""
