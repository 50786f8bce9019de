-- Purpose: all machines with their group and what their counters say about rates, in the order of their ids.
-- Parameters: none. Caller: cmms.maintenance.forecast.store_forecasts.
SELECT e.id, COALESCE(e.equipment_group_id, 0) AS group_id, p.rate_method, p.rate_window, p.static_rate,
  p.annual_estimate, p.stale_days
FROM equipment e
LEFT JOIN measuring_points p ON p.equipment_id = e.id AND p.primary_flag = 1
ORDER BY e.id
