-- Purpose: remove the figures of a night, before they are written anew, and those of nights long ago.
-- Parameters: as_of, oldest. Caller: cmms.maintenance.forecast.store_forecasts.
DELETE FROM forecast_backtests WHERE as_of = %(as_of)s OR as_of < %(oldest)s
