-- Purpose: the settings of the primary measuring point of a machine. Parameters: equipment_id.
-- Caller: cmms.maintenance.meters.change_point.
SELECT overflow_value, overflow_counts, max_hours_a_day, annual_estimate, stale_days, rate_method, rate_window, static_rate
FROM measuring_points WHERE equipment_id = %(equipment_id)s AND primary_flag = 1
