-- Purpose: the settings of a measuring point. Caller: cmms.maintenance.meters.change_point.
UPDATE measuring_points
SET overflow_value = %(overflow_value)s, overflow_counts = %(overflow_counts)s, max_hours_a_day = %(max_hours_a_day)s,
  annual_estimate = %(annual_estimate)s, stale_days = %(stale_days)s, rate_method = %(rate_method)s,
  rate_window = %(rate_window)s, static_rate = %(static_rate)s, row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
