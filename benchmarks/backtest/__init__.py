"""The back-test of the forecast on data whose outcome is known: ``make backtest``."""
