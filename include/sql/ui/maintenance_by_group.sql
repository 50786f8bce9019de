-- Purpose: active machines of each group with an interval: those that have reached it, and those that soon will.
--   A machine without any reading is one of them, and neither. Parameters: soon (share of the interval).
-- Caller: the widgets of plugins/cmms_ui.
SELECT group_name, interval_hours, COUNT(*) AS machines, COALESCE(SUM(since_service >= interval_hours), 0) AS overdue,
  COALESCE(SUM(since_service < interval_hours AND since_service >= interval_hours * %(soon)s), 0) AS soon
FROM (
  SELECT g.name AS group_name, g.maintenance_interval_hours AS interval_hours,
    r.cumulative_hours - COALESCE(e.serviced_at_hours, 0) AS since_service
  FROM equipment e
  JOIN equipment_groups g ON g.id = e.equipment_group_id
  LEFT JOIN equipment_running_times r FORCE INDEX (ix_running_times_date)
    ON r.equipment_id = e.id AND r.date = (SELECT MAX(m.date) FROM equipment_running_times m WHERE m.equipment_id = e.id)
  WHERE e.is_active = 1 AND g.maintenance_interval_hours IS NOT NULL
) m
GROUP BY group_name, interval_hours ORDER BY group_name
