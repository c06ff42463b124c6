"""Backtests: replay real work in time order and measure what the product would have said."""

from hourtrail.flows.backtest.mapping import MappingOptions, backtest_mapping

__all__ = ["MappingOptions", "backtest_mapping"]
