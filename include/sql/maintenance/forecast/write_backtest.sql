-- Purpose: figures of a night, of all machines or of a class; the same night again replaces them.
-- Parameters: a row of forecast_backtests. Caller: cmms.maintenance.forecast.store_forecasts.
INSERT INTO forecast_backtests
  (as_of, machine_class, looked_at, all_machines, machines, dues, reliable, unreached, covered, early, late, no_date,
   width, width_days, error, simple_error)
VALUES (%(as_of)s, %(machine_class)s, %(looked_at)s, %(all_machines)s, %(machines)s, %(dues)s, %(reliable)s,
  %(unreached)s, %(covered)s, %(early)s, %(late)s, %(no_date)s, %(width)s, %(width_days)s, %(error)s, %(simple_error)s)
