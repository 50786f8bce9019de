-- Purpose: the primary measuring point of a machine, locked. Parameters: equipment_id.
-- Callers: cmms.maintenance.meters.change_meter, cmms.maintenance.meters.change_point.
SELECT id, equipment_id, overflow_value, overflow_counts, max_hours_a_day, annual_estimate, stale_days, rate_method, rate_window,
  static_rate, row_version
FROM measuring_points WHERE equipment_id = %(equipment_id)s AND primary_flag = 1 FOR UPDATE
