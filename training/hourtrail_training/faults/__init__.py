"""Faults put on purpose into time entries that are otherwise as they were, each with a label that says what was done.

They go on top of real rows and of simulated ones alike. For every fault there is a benign twin: something that looks like
it and is right. Numbers from injected faults are named so wherever they are printed.
"""
