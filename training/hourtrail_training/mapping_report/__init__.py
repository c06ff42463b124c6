"""Every number about mapping in docs/reference/evaluation.md: ``python -m hourtrail_training.mapping_report DATA_DIR``."""
