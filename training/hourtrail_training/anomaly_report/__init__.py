"""How well unusual entries are found: faults put into real timecards, beside three simple detectors; see ``__main__``."""
