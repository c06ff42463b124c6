"""Hourtrail: every hour has its trail.

Read the packages from left to right and you have read the product: ``sources`` -> ``capture`` -> ``features`` ->
``policy`` -> a person's decision -> ``store`` -> ``exporters``; ``flows`` chain the steps, ``cli`` calls the flows.
"""

__version__ = "0.1.0"
