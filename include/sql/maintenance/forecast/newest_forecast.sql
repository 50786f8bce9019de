-- Purpose: the day that forecasts are of. Parameters: none. Caller: cmms.maintenance.forecast.store_forecasts.
SELECT MAX(as_of) AS as_of FROM equipment_forecasts
