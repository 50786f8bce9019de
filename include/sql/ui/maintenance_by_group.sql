-- Purpose: active machines of each group with an interval: those that have reached it, and those that soon will.
-- Parameters: soon (share of the interval). Caller: the widgets of plugins/cmms_ui.
SELECT group_name, interval_hours, COUNT(*) AS machines, SUM(since_service >= interval_hours) AS overdue,
  SUM(since_service < interval_hours AND since_service >= interval_hours * %(soon)s) AS soon
FROM (
  SELECT g.name AS group_name, g.maintenance_interval_hours AS interval_hours,
    (SELECT r.cumulative_hours FROM equipment_running_times r WHERE r.equipment_id = e.id ORDER BY r.date DESC LIMIT 1)
      - COALESCE(e.serviced_at_hours, 0) AS since_service
  FROM equipment e JOIN equipment_groups g ON g.id = e.equipment_group_id
  WHERE e.is_active = 1 AND g.maintenance_interval_hours IS NOT NULL
) m
GROUP BY group_name, interval_hours ORDER BY group_name
