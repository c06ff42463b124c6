"""Checks of time entries: one file each, pure, silent on an empty week."""
