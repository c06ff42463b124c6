"""The sample firm, its server and its browser are those of the serving tests."""

from tests.serving.conftest import browser, sample, store

__all__ = ["browser", "sample", "store"]
